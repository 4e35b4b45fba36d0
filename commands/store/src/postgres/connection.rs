//! Running statements: straight on a connection, or, behind a pooler, each in a transaction of its own.

use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::{Connection, Executor, Postgres};

use super::connect::{BEGIN_POOLED, RESTED};
use super::failure::{is_broken, is_sent_away, is_timeout, store_error};
use crate::sql::Transaction;
use crate::statement::Statement;
use crate::{Row, StoreError};

/// The connections of a process.
#[derive(Clone)]
pub(super) struct Connections {
    pub(super) pool: PgPool,
    /// Whether a pooler hands connections to others between two transactions.
    pub(super) pooled: bool,
}

impl Connections {
    /// Runs one statement, which commits by itself.
    pub(super) async fn autocommit(&self, statement: &Statement) -> Result<Vec<PgRow>, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        if !self.pooled && !statement.is_script() {
            return statement.postgres().fetch_all(&mut *connection).await;
        }
        let mut connection = Open::from(connection);
        self.begin(&mut connection, None).await?;
        let done = run(&mut connection, statement, self.pooled).await;
        end(connection, done).await
    }

    /// The same of a query, which is run again where its connection was broken: nothing was written by it.
    pub(super) async fn query(&self, statement: &Statement) -> Result<Vec<PgRow>, sqlx::Error> {
        match self.autocommit(statement).await {
            Err(error) if is_broken(&error) => self.autocommit(statement).await,
            done => done,
        }
    }

    pub(super) async fn transaction(&self, transaction: &Transaction) -> Result<Vec<Vec<Row>>, StoreError> {
        if let ([alone], None) = (transaction.statements.as_slice(), transaction.limit) {
            let rows = self.autocommit(alone).await.map_err(store_error)?;
            return Ok(vec![rows.into_iter().map(Row::from).collect()]);
        }
        let mut connection = Open::from(self.pool.acquire().await.map_err(store_error)?);
        self.begin(&mut connection, transaction.limit).await.map_err(store_error)?;
        let began = Instant::now();
        let done = self.run_all(&mut connection, transaction).await;
        let done = match transaction.limit.filter(|limit| began.elapsed() > *limit) {
            Some(limit) if done.is_ok() => Err(StoreError::TooSlow { limit }),
            _ => done.map_err(|error| match transaction.limit.filter(|_| is_timeout(&error)) {
                Some(limit) => StoreError::TooSlow { limit },
                None => store_error(error),
            }),
        };
        let ending = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = connection.execute(sqlx::raw_sql(ending)).await;
        connection.is_ended = ended.is_ok();
        match (done, ended) {
            (Ok(rows), Ok(_)) => Ok(rows),
            (Ok(_), Err(error)) => Err(store_error(error)),
            (Err(error), _) => Err(error),
        }
    }

    async fn run_all(
        &self,
        connection: &mut PgConnection,
        transaction: &Transaction,
    ) -> Result<Vec<Vec<Row>>, sqlx::Error> {
        let mut all = Vec::with_capacity(transaction.statements.len());
        for statement in &transaction.statements {
            let rows = run(connection, statement, self.pooled).await?;
            all.push(rows.into_iter().map(Row::from).collect::<Vec<_>>());
            if transaction.fenced && all.len() == 1 && all.iter().all(Vec::is_empty) {
                break;
            }
        }
        Ok(all)
    }

    /// Begins a transaction, in one round trip with what is set for it.
    async fn begin(&self, connection: &mut PgConnection, limit: Option<Duration>) -> Result<(), sqlx::Error> {
        let begin = if self.pooled { BEGIN_POOLED } else { "BEGIN" };
        let text = match limit {
            None => begin.to_owned(),
            Some(limit) => {
                let limit = limit.as_millis();
                format!(
                    "{begin}; SET LOCAL statement_timeout = {limit}; \
                     SET LOCAL idle_in_transaction_session_timeout = {limit}"
                )
            }
        };
        connection.execute(sqlx::raw_sql(&text)).await.map(drop)
    }
}

/// A connection that one task keeps for itself: what it runs stays prepared there, and the server's process that serves it
/// stays warm.
pub(super) struct Lane {
    connections: Connections,
    held: Option<(PoolConnection<Postgres>, Instant)>,
}

impl Lane {
    /// One that connects when it is first needed.
    pub(super) fn new(connections: Connections) -> Self {
        Self { connections, held: None }
    }

    /// Runs one statement, which commits by itself. It is run again where the server had sent the connection away, and so
    /// has not carried it out.
    pub(super) async fn autocommit(&mut self, statement: &Statement) -> Result<Vec<PgRow>, sqlx::Error> {
        if self.connections.pooled {
            return self.connections.autocommit(statement).await;
        }
        match self.once(statement).await {
            Err(error) if is_sent_away(&error) => self.once(statement).await,
            done => done,
        }
    }

    async fn once(&mut self, statement: &Statement) -> Result<Vec<PgRow>, sqlx::Error> {
        let mut connection = self.take().await?;
        let done = statement.postgres().fetch_all(&mut *connection).await;
        match &done {
            Err(error) if is_broken(error) => drop(connection.detach()),
            _ => self.held = Some((connection, Instant::now())),
        }
        done
    }

    /// The same of a query, which is run again where its connection was broken: nothing was written by it.
    pub(super) async fn query(&mut self, statement: &Statement) -> Result<Vec<PgRow>, sqlx::Error> {
        match self.autocommit(statement).await {
            Err(error) if is_broken(&error) => self.autocommit(statement).await,
            done => done,
        }
    }

    async fn take(&mut self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        if let Some((mut connection, used)) = self.held.take() {
            if used.elapsed() < RESTED || connection.ping().await.is_ok() {
                return Ok(connection);
            }
            drop(connection.detach());
        }
        self.connections.pool.acquire().await
    }
}

async fn run(
    connection: &mut PgConnection,
    statement: &Statement,
    pooled: bool,
) -> Result<Vec<PgRow>, sqlx::Error> {
    if statement.is_script() {
        connection.execute(sqlx::raw_sql(statement.sql())).await?;
        return Ok(Vec::new());
    }
    statement.postgres().persistent(!pooled).fetch_all(connection).await
}

async fn end(mut connection: Open, done: Result<Vec<PgRow>, sqlx::Error>) -> Result<Vec<PgRow>, sqlx::Error> {
    let ending = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = connection.execute(sqlx::raw_sql(ending)).await;
    connection.is_ended = ended.is_ok();
    match (done, ended) {
        (Ok(rows), Ok(_)) => Ok(rows),
        (Ok(_), Err(error)) => Err(error),
        (Err(error), _) => Err(error),
    }
}

/// A connection with a transaction of ours on it. Where that does not come to its end, as when whoever waits for it gives
/// up midway, nobody shall have the connection: the next would go on in this transaction, and commit half of it.
struct Open {
    connection: PoolConnection<Postgres>,
    is_ended: bool,
}

impl From<PoolConnection<Postgres>> for Open {
    fn from(connection: PoolConnection<Postgres>) -> Self {
        Self { connection, is_ended: false }
    }
}

impl Deref for Open {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Open {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.is_ended {
            self.connection.close_on_drop();
        }
    }
}
