//! What keeps tables from the log.

use async_trait::async_trait;
use windlass_store::{Dialect, RecordedEvent, Start, Table};

use super::{FeedStatement, FeedView, Filter, HandlerError};

/// Keeps tables from the log. Each event counts exactly once: its rows and the checkpoint are written in one transaction.
///
/// It says what is to be written and does not write: none of its code runs inside the transaction, which may take 2 s.
#[async_trait]
pub trait Feed: Send + Sync {
    /// Its name, unique among all event handlers: small letters, digits and `_`.
    fn name(&self) -> &'static str;

    /// Grows when rows are built differently; then `windlass replay` fills new tables beside the old ones.
    fn version(&self) -> u32;

    /// Which events it is given.
    fn filter(&self) -> Filter {
        Filter::ALL
    }

    /// Where it begins when it runs for the first time.
    fn start(&self) -> Start {
        Start::Beginning
    }

    /// Whether its tables may be emptied and filled anew, and events left out. Not where they are evidence of what the
    /// log was when it was read first.
    fn can_be_rebuilt(&self) -> bool {
        true
    }

    /// Its tables.
    fn tables(&self) -> &'static [Table];

    /// The SQL that makes its tables, each name followed by `{build}`: that of each table, index and constraint.
    fn schema(&self, dialect: Dialect) -> &'static str;

    /// What the events, in the log's order, change in the tables. They are up to 1,000 of those that the filter accepts;
    /// where a page is too much for one transaction or fails, it comes again in smaller parts.
    ///
    /// # Errors
    /// [`HandlerError::Transient`] to be tried again, [`HandlerError::Permanent`] to be parked.
    async fn statements(
        &self,
        events: &[RecordedEvent],
        view: &FeedView<'_>,
    ) -> Result<Vec<FeedStatement>, HandlerError>;
}
