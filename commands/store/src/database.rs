//! A database with the log in it: SQLite or PostgreSQL, opened by its address and then spoken to alike.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::postgres::{self, PostgresEngine};
use crate::sql::projected::Projected;
use crate::sql::{Engine, Transaction, texts};
use crate::sqlite::{self, SqliteEngine};
use crate::{
    Dialect, Horizon, InlineProjection, Location, LogPosition, Row, Schema, Statement, StoreError, StreamId,
};

/// An [`EventStore`](crate::EventStore) in a database, which others keep tables of their own in. A clone is another handle
/// to the same connections.
#[derive(Clone)]
pub struct Database {
    engine: Arc<dyn Engine>,
    projected: Arc<Projected>,
}

/// What became of a transaction that begins with a condition.
#[derive(Debug)]
pub enum Fenced {
    /// The condition held; the rows of each statement.
    Done(Vec<Vec<Row>>),
    /// It did not, and nothing was written.
    Refused,
}

impl Database {
    /// Opens the database, brings the store's tables to the version that this program knows, and makes those of the
    /// projections where they are missing.
    ///
    /// To be called within a Tokio runtime, which then runs what works behind it.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] where a newer program has worked on it; others where it cannot be used.
    pub async fn open(
        location: &Location,
        projections: Vec<Arc<dyn InlineProjection>>,
    ) -> Result<Self, StoreError> {
        let projected = Arc::new(Projected::new(projections));
        let engine: Arc<dyn Engine> = match location {
            Location::Sqlite(path) => {
                Arc::new(SqliteEngine::open(path, projected.clone(), sqlite::BUSY_TIMEOUT).await?)
            }
            Location::Postgres(location) => {
                Arc::new(PostgresEngine::open(location, projected.clone()).await?)
            }
        };
        Self::with(engine, projected).await
    }

    /// The SQLite file at that path.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn sqlite(
        path: impl AsRef<Path>,
        projections: Vec<Arc<dyn InlineProjection>>,
    ) -> Result<Self, StoreError> {
        Self::open(&Location::Sqlite(path.as_ref().to_owned()), projections).await
    }

    /// The version of each component's tables as they are, by name; nothing is made or changed, and there are none where
    /// there is no database yet.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub async fn inspect(location: &Location) -> Result<Vec<(String, u64)>, StoreError> {
        match location {
            Location::Sqlite(path) => sqlite::inspect(path).await,
            Location::Postgres(location) => postgres::inspect(location).await,
        }
    }

    pub(crate) async fn with(engine: Arc<dyn Engine>, projected: Arc<Projected>) -> Result<Self, StoreError> {
        let database = Self { engine, projected };
        database.establish_projections().await?;
        Ok(database)
    }

    /// Which SQL it speaks.
    pub fn dialect(&self) -> Dialect {
        self.engine.dialect()
    }

    /// The inline projections that are written with each append.
    pub fn projections(&self) -> &[Arc<dyn InlineProjection>] {
        &self.projected.list
    }

    /// Brings the tables of another component to the version that this program knows.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`], [`StoreError::Migration`], or the database's own.
    pub async fn migrate(&self, schema: Schema) -> Result<(), StoreError> {
        self.engine.migrate(&[schema]).await
    }

    /// The version of each component's tables, by name.
    ///
    /// # Errors
    /// The database's own.
    pub async fn schema_versions(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let rows = self.read(Statement::new(texts::SCHEMA_VERSIONS)).await?;
        rows.iter().map(|row| Ok((row.get(0)?, row.count(1)?))).collect()
    }

    /// Runs a query.
    ///
    /// # Errors
    /// The database's own.
    pub async fn read(&self, query: Statement) -> Result<Vec<Row>, StoreError> {
        self.engine.read(query).await
    }

    /// The first row that a query finds.
    ///
    /// # Errors
    /// The database's own.
    pub async fn read_one(&self, query: Statement) -> Result<Option<Row>, StoreError> {
        Ok(self.read(query).await?.into_iter().next())
    }

    /// Runs statements on tables of one's own in one transaction and returns the rows of each. If one fails, none has
    /// happened.
    ///
    /// # Errors
    /// The database's own.
    pub async fn write(&self, statements: Vec<Statement>) -> Result<Vec<Vec<Row>>, StoreError> {
        self.engine.write(statements.into()).await
    }

    /// The same of a single statement.
    ///
    /// # Errors
    /// The database's own.
    pub async fn write_one(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        Ok(self.write(vec![statement]).await?.pop().unwrap_or_default())
    }

    /// Runs `statements` in one transaction if `condition`, which is run first in it, returns a row: an update that
    /// compares and sets, say. Rolled back where it takes longer than `limit`.
    ///
    /// # Errors
    /// [`StoreError::TooSlow`], or the database's own.
    pub async fn write_if(
        &self,
        condition: Statement,
        statements: Vec<Statement>,
        limit: Option<Duration>,
    ) -> Result<Fenced, StoreError> {
        let statements = std::iter::once(condition).chain(statements).collect();
        let mut rows = self.engine.write(Transaction { statements, fenced: true, limit }).await?;
        if rows.first().is_none_or(Vec::is_empty) {
            return Ok(Fenced::Refused);
        }
        rows.remove(0);
        Ok(Fenced::Done(rows))
    }

    /// Where an event stands in the log; none where there is no such event.
    ///
    /// # Errors
    /// The database's own.
    pub async fn place_of(
        &self,
        stream: &StreamId,
        sequence: u64,
    ) -> Result<Option<LogPosition>, StoreError> {
        let query = Statement::new(texts::EVENT_PLACE)
            .text(stream.aggregate_type.as_ref())
            .text(stream.aggregate_id.as_str())
            .integer(i64::try_from(sequence).unwrap_or(i64::MAX));
        let row = self.read_one(query).await?;
        row.map(|row| Ok(LogPosition { tx: row.get(0)?, position: row.get(1)? })).transpose()
    }

    /// Takes what was deleted off the disk, as far as the database lets us and no reader still needs it.
    ///
    /// # Errors
    /// The database's own.
    pub async fn purge(&self) -> Result<(), StoreError> {
        self.engine.purge().await
    }

    /// Up to where the log is final, and who holds it back.
    ///
    /// # Errors
    /// The database's own.
    pub async fn horizon(&self) -> Result<Horizon, StoreError> {
        self.engine.horizon().await
    }

    pub(crate) fn engine(&self) -> &dyn Engine {
        &*self.engine
    }

    pub(crate) fn wake(&self) {
        self.engine.commits().send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Makes the tables of projections that the database does not know yet, and refuses those that it knows newer.
    async fn establish_projections(&self) -> Result<(), StoreError> {
        let known = self.read(Statement::new(texts::PROJECTIONS)).await?;
        let log_is_empty = self.read(Statement::new(texts::ANY_EVENT)).await?.is_empty();
        for projection in &self.projected.list {
            let found =
                known.iter().find(|row| row.get::<String>(0).is_ok_and(|name| name == projection.name()));
            let Some(row) = found else {
                let version = if log_is_empty { i64::from(projection.version()) } else { 0 };
                let found = Statement::new(texts::FOUND_PROJECTION).text(projection.name()).integer(version);
                let tables = Statement::script(projection.schema(self.dialect()), "");
                self.write_if(found, vec![tables], None).await?;
                continue;
            };
            let found = u32::try_from(row.count(1)?).unwrap_or(u32::MAX);
            if found > projection.version() {
                return Err(StoreError::NewerSchema {
                    component: projection.name().to_owned(),
                    found,
                    known: projection.version(),
                });
            }
        }
        Ok(())
    }
}
