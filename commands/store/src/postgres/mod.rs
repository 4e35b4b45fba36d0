//! The log in PostgreSQL, for several processes: an append is one statement, and those that wait share it.

mod append;
mod committer;
mod connect;
mod connection;
mod failure;
mod loader;
mod migrate;
mod signal;
mod sql;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use self::committer::{Committer, Job, Queue, WAITING};
use self::connection::{Connections, Lane};
use self::failure::{closed, key_is_running, store_error};
use self::loader::{Load, Loader};
use crate::sql::job::AppendJob;
use crate::sql::projected::Projected;
use crate::sql::texts::{SCHEMA_VERSIONS, Texts};
use crate::sql::{Engine, Failure, Transaction};
use crate::timestamp::from_micros;
use crate::{
    Appended, Dialect, Horizon, HorizonHolder, PostgresLocation, RecordedEvent, Row, Schema, Statement,
    StoreError, StreamId,
};

/// How often tasks are leased anew that met another worker's.
const LEASE_TRIES: u32 = 5;

/// The server, with the two tasks that load and commit.
pub(crate) struct PostgresEngine {
    connections: Connections,
    /// Taken when the store is closed.
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    loads: Mutex<Option<mpsc::Sender<Load>>>,
    lanes: Mutex<Vec<JoinHandle<()>>>,
    signals: Vec<JoinHandle<()>>,
    commits: watch::Sender<u64>,
}

impl PostgresEngine {
    /// Connects, and brings the store's tables to the version that this program knows.
    ///
    /// To be called within a Tokio runtime, which then runs what commits and what listens.
    pub(crate) async fn open(
        location: &PostgresLocation,
        projected: Arc<Projected>,
    ) -> Result<Self, StoreError> {
        let options = connect::options(&location.url, location.statement_cache)?;
        let pool = connect::pool(location, options.clone());
        connect::check_version(&pool).await?;
        migrate::migrate(&pool, &[sql::SCHEMA]).await?;
        let connections = Connections { pool, pooled: location.statement_cache == 0 };
        let (sender, jobs) = mpsc::channel(WAITING);
        let (commits, appended) = (watch::Sender::new(0), watch::Sender::new(0));
        let committer = Committer {
            queue: Queue::new(jobs),
            lane: Lane::new(connections.clone()),
            projected: projected.clone(),
            commits: commits.clone(),
            appended: appended.clone(),
        };
        let (loads, waiting) = mpsc::channel(WAITING);
        let loader = Loader { waiting, lane: Lane::new(connections.clone()) };
        let lanes = vec![tokio::spawn(committer.run()), tokio::spawn(loader.run())];
        let own = own_name();
        let mut signals =
            vec![tokio::spawn(signal::tell(connections.clone(), appended.subscribe(), own.clone()))];
        let direct = match &location.direct_url {
            Some(url) => Some(connect::options(url, 16)?),
            None => (!connections.pooled).then_some(options),
        };
        if let Some(options) = direct {
            signals.push(tokio::spawn(signal::listen(options, commits.clone(), own)));
        }
        Ok(Self {
            connections,
            jobs: Mutex::new(Some(sender)),
            loads: Mutex::new(Some(loads)),
            lanes: Mutex::new(lanes),
            signals,
            commits,
        })
    }
}

/// The version of each component's tables on that server, if there are any.
pub(crate) async fn inspect(location: &PostgresLocation) -> Result<Vec<(String, u64)>, StoreError> {
    let pool = connect::pool(location, connect::options(&location.url, location.statement_cache)?);
    let connections = Connections { pool, pooled: location.statement_cache == 0 };
    let query = async |text| connections.query(&Statement::new(text)).await.map_err(store_error);
    let rows = match query(sql::HAS_VERSIONS).await?.is_empty() {
        true => Vec::new(),
        false => query(SCHEMA_VERSIONS).await?,
    };
    connections.pool.close().await;
    rows.into_iter().map(Row::from).map(|row| Ok((row.get(0)?, row.count(1)?))).collect()
}

/// Tells this process' notifications from others'.
fn own_name() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let random = RandomState::new().build_hasher().finish();
    format!("{}-{random:x}", std::process::id())
}

#[async_trait]
impl Engine for PostgresEngine {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn texts(&self) -> &'static Texts {
        &sql::TEXTS
    }

    async fn load(&self, stream: &StreamId) -> Result<Vec<RecordedEvent>, StoreError> {
        let loads = self.loads.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(closed)?;
        let (answer, answered) = oneshot::channel();
        loads.send(Load { stream: stream.clone(), answer }).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    async fn append(&self, append: Arc<AppendJob>) -> Result<Appended, Failure> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (answer, answered) = oneshot::channel();
        let jobs = jobs.ok_or_else(|| Failure::Store(closed()))?;
        jobs.send(Job { append, answer }).await.map_err(|_| Failure::Store(closed()))?;
        answered.await.map_err(|_| Failure::Store(closed()))?
    }

    async fn read(&self, query: Statement) -> Result<Vec<Row>, StoreError> {
        let rows = self.connections.query(&query).await.map_err(store_error)?;
        Ok(rows.into_iter().map(Row::from).collect())
    }

    async fn write(&self, transaction: Transaction) -> Result<Vec<Vec<Row>>, StoreError> {
        self.connections.transaction(&transaction).await
    }

    async fn lease(&self, statement: Statement, now: i64) -> Result<Vec<Row>, StoreError> {
        let mut tries = 0;
        loop {
            let error = match self.connections.autocommit(&statement).await {
                Ok(rows) => return Ok(rows.into_iter().map(Row::from).collect()),
                Err(error) => error,
            };
            tries += 1;
            if !key_is_running(&error) || tries == LEASE_TRIES {
                return Err(store_error(error));
            }
            // Another task of the key runs, and is seen this time; or its lease ran out, and the key is free.
            self.write(vec![Statement::new(sql::RELEASE_KEYS).integer(now)].into()).await?;
        }
    }

    async fn migrate(&self, schemas: &[Schema]) -> Result<(), StoreError> {
        migrate::migrate(&self.connections.pool, schemas).await
    }

    async fn purge(&self) -> Result<(), StoreError> {
        // VACUUM takes deleted rows out of the tables; the write-ahead log and backups keep theirs until they are gone.
        Ok(())
    }

    async fn horizon(&self) -> Result<Horizon, StoreError> {
        let rows = self.read(Statement::new(sql::HORIZON)).await?;
        let row = rows.first().ok_or_else(closed)?;
        let held_by = match row.get::<Option<i64>>(1)? {
            None => None,
            Some(pid) => Some(HorizonHolder {
                pid,
                state: row.get(2)?,
                application: row.get(3)?,
                since: from_micros(row.get(4)?)?,
            }),
        };
        Ok(Horizon { tx: row.get(0)?, held_by })
    }

    async fn bump_epoch(&self) -> Result<i64, StoreError> {
        self.read(Statement::new(sql::BUMP_EPOCH)).await?;
        // A transaction of its own, which gets its id afterwards.
        let row = self.read(Statement::new(sql::NEXT_TX)).await?.into_iter().next().ok_or_else(closed)?;
        row.get(0)
    }

    fn bump_in_transaction(&self) -> Vec<Statement> {
        // The sequence grows at once, whatever becomes of a transaction.
        Vec::new()
    }

    fn commits(&self) -> &watch::Sender<u64> {
        &self.commits
    }

    async fn close(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        drop(self.loads.lock().unwrap_or_else(PoisonError::into_inner).take());
        let lanes = std::mem::take(&mut *self.lanes.lock().unwrap_or_else(PoisonError::into_inner));
        for lane in lanes {
            if let Err(error) = lane.await {
                tracing::error!(%error, "what loads or commits had stopped early");
            }
        }
        for signal in &self.signals {
            signal.abort();
        }
        self.connections.pool.close().await;
    }
}

impl Drop for PostgresEngine {
    fn drop(&mut self) {
        for signal in &self.signals {
            signal.abort();
        }
    }
}
