//! The store in one SQLite file: one writer that commits in groups, and a few readers. Several
//! processes may share the file; what others commit is found by polling.

mod connect;
mod event_store;
mod failure;
mod group;
mod job;
mod migrate;
mod part;
mod refusal;
mod rows;
mod sql;
mod statement;
mod writer;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqliteRow};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

pub use self::statement::Statement;

use self::failure::{closed, store_error};
use self::job::{Answer, Job};
use self::writer::{WAITING, Writer};
use crate::{Dialect, InlineProjection, Schema, StoreError};

/// How long a commit waits for another process to finish its own.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// An [`EventStore`](crate::EventStore) in one SQLite file.
pub struct SqliteStore {
    projections: Vec<Arc<dyn InlineProjection>>,
    options: SqliteConnectOptions,
    readers: SqlitePool,
    /// Taken when the store is closed.
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    commits: watch::Sender<u64>,
}

impl SqliteStore {
    /// Opens the file, creates it and its folder where needed, and brings the store's tables and
    /// the projections' to the versions that this program knows.
    ///
    /// To be called within a Tokio runtime, which then runs the writer.
    pub async fn open(
        path: impl AsRef<Path>,
        projections: Vec<Arc<dyn InlineProjection>>,
    ) -> Result<Self, StoreError> {
        Self::open_patiently(path.as_ref(), projections, BUSY_TIMEOUT).await
    }

    async fn open_patiently(
        path: &Path,
        projections: Vec<Arc<dyn InlineProjection>>,
        busy_timeout: Duration,
    ) -> Result<Self, StoreError> {
        let options = connect::options(path, busy_timeout);
        let mut connection = connect::writer(path, &options).await?;
        let mut schemas = vec![sql::SCHEMA];
        schemas.extend(projections.iter().map(|projection| projection.schema(Dialect::Sqlite)));
        migrate::migrate(&mut connection, &schemas).await?;

        let (sender, jobs) = mpsc::channel(WAITING);
        let commits = watch::Sender::new(0);
        let writer = Writer { connection, projections: projections.clone(), jobs, commits: commits.clone() };
        Ok(Self {
            projections,
            readers: connect::readers(&options),
            options,
            jobs: Mutex::new(Some(sender)),
            writer: Mutex::new(Some(tokio::spawn(writer.run()))),
            commits,
        })
    }

    /// Brings the tables of another component of the same file to the version that this program
    /// knows.
    pub async fn migrate(&self, schema: Schema) -> Result<(), StoreError> {
        let mut connection = self.options.connect().await.map_err(store_error)?;
        migrate::migrate(&mut connection, &[schema]).await?;
        connection.close().await.map_err(store_error)
    }

    /// Connections for queries; they cannot write.
    pub fn readers(&self) -> SqlitePool {
        self.readers.clone()
    }

    /// Runs a query, for those who have a [`Statement`] rather than a use for the pool.
    pub async fn read(&self, query: Statement) -> Result<Vec<SqliteRow>, StoreError> {
        query.rows(&self.readers).await.map_err(store_error)
    }

    /// Empties the write-ahead log as far as no reader still needs it, so that what was deleted is
    /// gone from the disk as well.
    pub async fn purge(&self) -> Result<(), StoreError> {
        self.read(Statement::new(sql::PURGE)).await.map(drop)
    }

    /// Runs statements on tables of one's own in one transaction, in turn with the appends, and
    /// returns the rows of each. If one fails, none has happened.
    pub async fn write(&self, statements: Vec<Statement>) -> Result<Vec<Vec<SqliteRow>>, StoreError> {
        self.submit(|answer| Job::Write(statements, answer)).await
    }

    /// Hands a job to the writer and waits for its answer.
    async fn submit<T, E: From<StoreError>>(&self, job: impl FnOnce(Answer<T, E>) -> Job) -> Result<T, E> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (sender, answer) = oneshot::channel();
        let sent = jobs.ok_or_else(closed)?.send(job(sender)).await;
        sent.map_err(|_| closed())?;
        answer.await.unwrap_or_else(|_| Err(closed().into()))
    }

    async fn finish(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the database's writer had stopped early");
        }
        self.readers.close().await;
    }
}
