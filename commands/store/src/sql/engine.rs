//! What one database does in its own way.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use super::job::AppendJob;
use super::texts::Texts;
use crate::{Appended, Dialect, Horizon, RecordedEvent, Row, Schema, Statement, StoreError, StreamId};

/// Statements that happen together or not at all.
#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) statements: Vec<Statement>,
    /// Whether the first must return a row, or else none of the others is run.
    pub(crate) fenced: bool,
    /// It is rolled back where it takes longer.
    pub(crate) limit: Option<Duration>,
}

impl From<Vec<Statement>> for Transaction {
    fn from(statements: Vec<Statement>) -> Self {
        Self { statements, fenced: false, limit: None }
    }
}

/// Why an append was rolled back.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// Something that it takes for granted is not so: the tables tell what. The error is the database's own.
    Refused(StoreError),
    /// The store failed.
    Store(StoreError),
}

/// A database with the store's tables.
#[async_trait]
pub(crate) trait Engine: Send + Sync {
    fn dialect(&self) -> Dialect;

    /// The statements that are not the same in both.
    fn texts(&self) -> &'static Texts;

    async fn load(&self, stream: &StreamId) -> Result<Vec<RecordedEvent>, StoreError>;

    /// Commits an append.
    async fn append(&self, job: Arc<AppendJob>) -> Result<Appended, Failure>;

    async fn read(&self, query: Statement) -> Result<Vec<Row>, StoreError>;

    /// The rows of each statement.
    async fn write(&self, transaction: Transaction) -> Result<Vec<Vec<Row>>, StoreError>;

    /// The rows of the statement that leases tasks; it is refused no row that it could have.
    async fn lease(&self, statement: Statement, now: i64) -> Result<Vec<Row>, StoreError>;

    async fn migrate(&self, schemas: &[Schema]) -> Result<(), StoreError>;

    /// Takes what was deleted off the disk, as far as the database lets us.
    async fn purge(&self) -> Result<(), StoreError>;

    /// Up to where the log is final, and what keeps it from going on.
    async fn horizon(&self) -> Result<Horizon, StoreError>;

    /// Lets every append from now on meet what the table of projections says, if it does not know it yet. Says below which
    /// transaction there may be appends that do not.
    async fn bump_epoch(&self) -> Result<i64, StoreError>;

    /// The same as statements of a transaction that changes the table, where that is possible.
    fn bump_in_transaction(&self) -> Vec<Statement>;

    /// Changed after each commit of an append.
    fn commits(&self) -> &watch::Sender<u64>;

    async fn close(&self);
}
