//! The log in one SQLite file: one writer that commits in groups, and a few readers. Several processes may share the
//! file; what others commit is found by polling.

mod connect;
mod failure;
mod group;
mod job;
mod migrate;
mod sql;
mod writer;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use self::failure::{closed, store_error};
use self::job::{Answer, Job};
use self::writer::{WAITING, Writer};
use crate::sql::job::AppendJob;
use crate::sql::projected::Projected;
use crate::sql::texts::{SCHEMA_VERSIONS, Texts};
use crate::sql::{Engine, Failure, Transaction, rows};
use crate::{Appended, Dialect, Horizon, RecordedEvent, Row, Schema, Statement, StoreError, StreamId};

/// How long a commit waits for another process to finish its own.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The file with its writer and its readers.
pub(crate) struct SqliteEngine {
    options: SqliteConnectOptions,
    readers: SqlitePool,
    /// Taken when the store is closed.
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    commits: watch::Sender<u64>,
}

impl SqliteEngine {
    /// Opens the file, creates it and its folder where needed, and brings the store's tables to the version that this
    /// program knows.
    ///
    /// To be called within a Tokio runtime, which then runs the writer.
    pub(crate) async fn open(
        path: &Path,
        projected: Arc<Projected>,
        busy_timeout: Duration,
    ) -> Result<Self, StoreError> {
        let options = connect::options(path, busy_timeout);
        let mut connection = connect::writer(path, &options).await?;
        migrate::migrate(&mut connection, &[sql::SCHEMA]).await?;
        let (sender, jobs) = mpsc::channel(WAITING);
        let commits = watch::Sender::new(0);
        let writer = Writer { connection, projected, jobs, commits: commits.clone() };
        Ok(Self {
            readers: connect::readers(&options),
            options,
            jobs: Mutex::new(Some(sender)),
            writer: Mutex::new(Some(tokio::spawn(writer.run()))),
            commits,
        })
    }

    /// Hands a job to the writer and waits for its answer; none if the writer is gone.
    async fn submit<T, E>(&self, job: impl FnOnce(Answer<T, E>) -> Job) -> Result<Result<T, E>, StoreError> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (sender, answer) = oneshot::channel();
        let sent = jobs.ok_or_else(closed)?.send(job(sender)).await;
        sent.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())
    }
}

/// The version of each component's tables in that file, if there is one.
pub(crate) async fn inspect(path: &Path) -> Result<Vec<(String, u64)>, StoreError> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut connection = connect::reader(path).connect().await.map_err(store_error)?;
    let known = group::rows(&mut connection, &Statement::new(sql::HAS_VERSIONS)).await?;
    let rows = match known.is_empty() {
        true => Vec::new(),
        false => group::rows(&mut connection, &Statement::new(SCHEMA_VERSIONS)).await?,
    };
    connection.close().await.map_err(store_error)?;
    rows.iter().map(|row| Ok((row.get(0)?, row.count(1)?))).collect()
}

#[async_trait]
impl Engine for SqliteEngine {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn texts(&self) -> &'static Texts {
        &sql::TEXTS
    }

    async fn load(&self, stream: &StreamId) -> Result<Vec<RecordedEvent>, StoreError> {
        let statement =
            Statement::new(sql::LOAD).text(stream.aggregate_type.as_ref()).text(&stream.aggregate_id);
        self.read(statement).await?.iter().map(rows::event).collect()
    }

    async fn append(&self, job: Arc<AppendJob>) -> Result<Appended, Failure> {
        self.submit(|answer| Job::Append(job, answer)).await.map_err(Failure::Store)?
    }

    async fn read(&self, query: Statement) -> Result<Vec<Row>, StoreError> {
        group::rows(&self.readers, &query).await
    }

    async fn write(&self, transaction: Transaction) -> Result<Vec<Vec<Row>>, StoreError> {
        self.submit(|answer| Job::Write(transaction, answer)).await?
    }

    async fn lease(&self, statement: Statement, _now: i64) -> Result<Vec<Row>, StoreError> {
        Ok(self.write(vec![statement].into()).await?.pop().unwrap_or_default())
    }

    async fn migrate(&self, schemas: &[Schema]) -> Result<(), StoreError> {
        let mut connection = self.options.connect().await.map_err(store_error)?;
        migrate::migrate(&mut connection, schemas).await?;
        connection.close().await.map_err(store_error)
    }

    async fn purge(&self) -> Result<(), StoreError> {
        self.read(Statement::new(sql::PURGE)).await.map(drop)
    }

    async fn horizon(&self) -> Result<Horizon, StoreError> {
        // There is one writer: what is in the log is final.
        Ok(Horizon { tx: i64::MAX, held_by: None })
    }

    async fn bump_epoch(&self) -> Result<i64, StoreError> {
        self.write(self.bump_in_transaction().into()).await?;
        // There is one writer: none is under way.
        Ok(0)
    }

    fn bump_in_transaction(&self) -> Vec<Statement> {
        vec![Statement::new(sql::BUMP_EPOCH)]
    }

    fn commits(&self) -> &watch::Sender<u64> {
        &self.commits
    }

    async fn close(&self) {
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
