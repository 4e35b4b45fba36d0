//! Subscriptions: how far each event handler has read the log, and what keeps it from going on.
//!
//! A checkpoint moves by compare-and-set on its place and its generation, together with what the handler writes. So two
//! workers that take themselves for the only one do nothing twice: the second is refused, however long it slept.

mod build;
mod lag;
mod operate;
mod row;
mod sql;

use std::time::Duration;

use time::OffsetDateTime;

pub use build::Swap;
pub use lag::Lag;
pub use operate::{OperateError, Skip};
pub use row::{FailedAt, Kind, Subscription};

use crate::timestamp::{from_micros, to_micros};
use crate::{Database, Dialect, Fenced, LogPosition, RecordedEvent, Schema, Statement, StoreError};

const SQLITE: Schema = Schema {
    component: "subscriptions",
    migrations: &[include_str!("../../../migrations/sqlite/subscriptions_0001.sql")],
};

const POSTGRES: Schema = Schema {
    component: "subscriptions",
    migrations: &[include_str!("../../../migrations/postgres/subscriptions_0001.sql")],
};

const MICROS_PER_MINUTE: i64 = 60_000_000;

/// Where a subscription begins to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With the first event that there is.
    Beginning,
    /// With what is appended from now on.
    Now,
    /// With the events that were recorded at that time or later.
    At(OffsetDateTime),
    /// With the event after that place.
    After(LogPosition),
}

/// A subscription that is to exist.
#[derive(Debug, Clone, Copy)]
pub struct NewSubscription<'a> {
    /// Its name, unique.
    pub name: &'a str,
    /// What it does with events.
    pub kind: Kind,
    /// The version of its rows; of an effect, 1.
    pub version: u32,
    /// Where it begins.
    pub start: Start,
}

/// What a handler has done.
#[derive(Debug)]
pub struct Progress {
    /// The last event that is done, whether it was handled or passed over.
    pub to: LogPosition,
    /// How many were handled.
    pub handled: u64,
    /// What is written in the same transaction.
    pub statements: Vec<Statement>,
    /// How long that transaction may take.
    pub limit: Option<Duration>,
}

/// Why a handler does not go on.
#[derive(Debug, Clone, Copy)]
pub struct Failed<'a> {
    /// What went wrong.
    pub error: &'a str,
    /// The event, where it is known.
    pub event: Option<&'a RecordedEvent>,
    /// When it is tried again; none where it waits for an operator.
    pub retry_at: Option<OffsetDateTime>,
}

/// The subscriptions of a database. A clone is another handle to the same.
#[derive(Clone)]
pub struct Subscriptions {
    database: Database,
}

impl Subscriptions {
    /// Brings their tables to the version that this program knows.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`], or the database's own.
    pub async fn open(database: Database) -> Result<Self, StoreError> {
        database
            .migrate(match database.dialect() {
                Dialect::Sqlite => SQLITE,
                Dialect::Postgres => POSTGRES,
            })
            .await?;
        Ok(Self { database })
    }

    /// Where they are.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Every subscription that ever ran, by name.
    ///
    /// # Errors
    /// The database's own.
    pub async fn list(&self) -> Result<Vec<Subscription>, StoreError> {
        self.database.read(Statement::new(sql::LIST)).await?.iter().map(row::subscription).collect()
    }

    /// The subscription of that name; none where it never ran.
    ///
    /// # Errors
    /// The database's own.
    pub async fn find(&self, name: &str) -> Result<Option<Subscription>, StoreError> {
        let row = self.database.read_one(Statement::new(sql::FIND).text(name)).await?;
        row.as_ref().map(row::subscription).transpose()
    }

    /// The subscription, made if it does not exist: then `tables` runs in the same transaction. One that exists stays
    /// as it is, whatever is asked for.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] where a newer program has written its rows; others of the database.
    pub async fn establish(
        &self,
        new: NewSubscription<'_>,
        tables: Option<Statement>,
        now: OffsetDateTime,
    ) -> Result<Subscription, StoreError> {
        let mut found = self.find(new.name).await?;
        if found.is_none() {
            let (at, not_before) = self.place(new.start).await?;
            let begin = Statement::new(sql::BEGIN)
                .text(new.name)
                .text(new.kind.as_str())
                .integer(i64::from(new.version))
                .integer(at.tx)
                .integer(at.position)
                .integer(not_before.map(to_micros))
                .integer(to_micros(now));
            self.database.write_if(begin, tables.into_iter().collect(), None).await?;
            found = self.find(new.name).await?;
        }
        match found {
            Some(found) if found.version > new.version => Err(StoreError::NewerSchema {
                component: found.name,
                found: found.version,
                known: new.version,
            }),
            Some(found) => Ok(found),
            None => Err(StoreError::Unavailable {
                detail: format!("the subscription {} is gone as soon as it is made", new.name),
            }),
        }
    }

    /// Writes what was done, and how far; false where the subscription is not as `of` has it, and nothing was written.
    ///
    /// # Errors
    /// [`StoreError::TooSlow`], or the database's own.
    pub async fn advance(
        &self,
        of: &Subscription,
        progress: Progress,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let micros = to_micros(now);
        let advance = Statement::new(sql::ADVANCE)
            .text(&of.name)
            .integer(of.generation)
            .integer(of.at.tx)
            .integer(of.at.position)
            .integer(progress.to.tx)
            .integer(progress.to.position)
            .integer(i64::try_from(progress.handled).unwrap_or(i64::MAX))
            .integer(micros.div_euclid(MICROS_PER_MINUTE))
            .integer(micros);
        let done = self.database.write_if(advance, progress.statements, progress.limit).await?;
        Ok(matches!(done, Fenced::Done(_)))
    }

    /// Writes that the handler failed; false where the subscription is not as `of` has it.
    ///
    /// # Errors
    /// The database's own.
    pub async fn fail(
        &self,
        of: &Subscription,
        failed: Failed<'_>,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let parked_at = if failed.retry_at.is_none() { Some(to_micros(now)) } else { None };
        let event = failed.event;
        let fail = Statement::new(sql::FAIL)
            .text(&of.name)
            .integer(of.generation)
            .integer(of.at.tx)
            .integer(of.at.position)
            .text(failed.error)
            .integer(failed.retry_at.map(to_micros))
            .integer(parked_at)
            .text_or_null(event.map(|event| event.stream.aggregate_type.as_ref()))
            .text_or_null(event.map(|event| event.stream.aggregate_id.as_str()))
            .integer(event.map(|event| i64::try_from(event.sequence).unwrap_or(i64::MAX)))
            .integer(event.map(|event| event.at.tx))
            .integer(event.map(|event| event.at.position))
            .integer(to_micros(now));
        Ok(!self.database.write_one(fail).await?.is_empty())
    }

    /// The place to begin after, and the time before which events are passed over: they may be recorded in another order
    /// than that of the log, and some that were committed may not be final yet.
    pub(crate) async fn place(
        &self,
        start: Start,
    ) -> Result<(LogPosition, Option<OffsetDateTime>), StoreError> {
        let texts = sql::texts(self.database.dialect());
        let time = match start {
            Start::Beginning => return Ok((LogPosition::START, None)),
            Start::After(at) => return Ok((at, None)),
            Start::Now => None,
            Start::At(time) => Some(to_micros(time)),
        };
        if let Some(time) = time
            && let Some(first) =
                self.database.read_one(Statement::new(texts.first_since).integer(time)).await?
        {
            let before = LogPosition { tx: first.get(0)?, position: first.get::<i64>(1)? - 1 };
            return Ok((before, Some(from_micros(time)?)));
        }
        let Some(last) = self.database.read_one(Statement::new(texts.last)).await? else {
            return Ok((LogPosition::START, None));
        };
        let not_before = time.or(last.get(2)?).map(from_micros).transpose()?;
        Ok((LogPosition { tx: last.get(0)?, position: last.get(1)? }, not_before))
    }
}
