//! A feed's own tables, as the events before have left them.

use windlass_store::{Database, Dialect, Row};

use super::{FeedStatement, HandlerError};

/// A feed's own tables: it makes statements on them, and reads them as they are before the events at hand.
#[derive(Clone, Copy)]
pub struct FeedView<'a> {
    database: &'a Database,
    suffix: &'a str,
}

impl<'a> FeedView<'a> {
    /// The tables under that suffix; those that are served have none.
    pub fn new(database: &'a Database, suffix: &'a str) -> Self {
        Self { database, suffix }
    }

    /// A statement on these tables, whose names have `{build}` behind them. Parameters `$1`, `$2` and so on follow.
    pub fn statement(&self, sql: &'static str) -> FeedStatement {
        FeedStatement::new(sql, self.suffix)
    }

    /// Which SQL the database speaks.
    pub fn dialect(&self) -> Dialect {
        self.database.dialect()
    }

    /// Runs a query.
    ///
    /// # Errors
    /// The database's own.
    pub async fn read(&self, query: FeedStatement) -> Result<Vec<Row>, HandlerError> {
        Ok(self.database.read(query.into()).await?)
    }

    /// The first row that a query finds.
    ///
    /// # Errors
    /// The database's own.
    pub async fn read_one(&self, query: FeedStatement) -> Result<Option<Row>, HandlerError> {
        Ok(self.read(query).await?.into_iter().next())
    }
}
