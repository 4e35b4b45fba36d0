//! What an operator does with subscriptions.

use time::OffsetDateTime;

use super::{Start, Subscriptions, sql};
use crate::timestamp::{from_micros, to_micros};
use crate::{Fenced, LogPosition, Statement, StoreError, StreamId, Table};

/// A subscription was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OperateError {
    /// There is none of that name.
    #[error("there is no subscription '{name}'; there are: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// It does not fail at an event that could be skipped.
    #[error("'{0}' does not stand before an event that fails: there is nothing to skip")]
    NothingToSkip(String),
    /// It has moved since it was looked at.
    #[error("'{0}' has gone on or was changed meanwhile: look again")]
    Moved(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An event that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// Its place in the log.
    pub at: LogPosition,
    /// Its stream.
    pub stream: StreamId,
    /// Its number within the stream.
    pub sequence: u64,
    /// Why.
    pub reason: String,
    /// Who decided it.
    pub skipped_by: String,
    /// When.
    pub skipped_at: OffsetDateTime,
}

impl Subscriptions {
    /// Holds a subscription, or lets it go on.
    ///
    /// # Errors
    /// [`OperateError::Unknown`], or the store's.
    pub async fn pause(&self, name: &str, paused: bool, now: OffsetDateTime) -> Result<(), OperateError> {
        let pause = Statement::new(sql::PAUSE).text(name).integer(i64::from(paused)).integer(to_micros(now));
        self.change(name, pause, Vec::new()).await
    }

    /// Lets a subscription that failed try again at once.
    ///
    /// # Errors
    /// [`OperateError::Unknown`], or the store's.
    pub async fn retry(&self, name: &str, now: OffsetDateTime) -> Result<(), OperateError> {
        self.change(name, Statement::new(sql::RETRY).text(name).integer(to_micros(now)), Vec::new()).await
    }

    /// Makes a subscription begin anew from there. `tables`, those of a feed, are emptied in the same transaction, so that
    /// they hold what comes from there on and nothing twice.
    ///
    /// # Errors
    /// [`OperateError::Unknown`], or the store's.
    pub async fn reset(
        &self,
        name: &str,
        from: Start,
        tables: &[Table],
        now: OffsetDateTime,
    ) -> Result<(), OperateError> {
        let (at, not_before) = self.place(from).await?;
        let reset = Statement::new(sql::RESET)
            .text(name)
            .integer(at.tx)
            .integer(at.position)
            .integer(not_before.map(to_micros))
            .integer(to_micros(now));
        self.change(name, reset, tables.iter().map(|table| Statement::empty(*table)).collect()).await
    }

    /// Goes on after the event at which a subscription fails, and records why; says which event it was.
    ///
    /// # Errors
    /// [`OperateError::Unknown`], [`OperateError::NothingToSkip`], [`OperateError::Moved`], or the store's.
    pub async fn skip(
        &self,
        name: &str,
        reason: &str,
        by: &str,
        now: OffsetDateTime,
    ) -> Result<Skip, OperateError> {
        let Some(found) = self.find(name).await? else { return Err(self.unknown(name).await?) };
        let failed = found.failed_at.ok_or_else(|| OperateError::NothingToSkip(name.to_owned()))?;
        let skip = Statement::new(sql::SKIP)
            .text(name)
            .integer(found.generation)
            .integer(failed.at.tx)
            .integer(failed.at.position)
            .integer(to_micros(now));
        let record = Statement::new(sql::RECORD_SKIP)
            .text(name)
            .integer(failed.at.tx)
            .integer(failed.at.position)
            .text(failed.stream.aggregate_type.as_ref())
            .text(&failed.stream.aggregate_id)
            .integer(i64::try_from(failed.sequence).unwrap_or(i64::MAX))
            .text(reason)
            .text(by)
            .integer(to_micros(now));
        match self.database.write_if(skip, vec![record], None).await? {
            Fenced::Done(_) => Ok(Skip {
                at: failed.at,
                stream: failed.stream,
                sequence: failed.sequence,
                reason: reason.to_owned(),
                skipped_by: by.to_owned(),
                skipped_at: now,
            }),
            Fenced::Refused => Err(OperateError::Moved(name.to_owned())),
        }
    }

    /// The events that a subscription left out, in the log's order.
    ///
    /// # Errors
    /// The database's own.
    pub async fn skips(&self, name: &str) -> Result<Vec<Skip>, StoreError> {
        let rows = self.database.read(Statement::new(sql::SKIPS).text(name)).await?;
        let skip = |row: &crate::Row| {
            Ok(Skip {
                at: LogPosition { tx: row.get(0)?, position: row.get(1)? },
                stream: StreamId::new(row.get::<String>(2)?, row.get::<String>(3)?),
                sequence: row.count(4)?,
                reason: row.get(5)?,
                skipped_by: row.get(6)?,
                skipped_at: from_micros(row.get(7)?)?,
            })
        };
        rows.iter().map(skip).collect()
    }

    async fn change(&self, name: &str, change: Statement, then: Vec<Statement>) -> Result<(), OperateError> {
        match self.database.write_if(change, then, None).await? {
            Fenced::Done(_) => Ok(()),
            Fenced::Refused => Err(self.unknown(name).await?),
        }
    }

    async fn unknown(&self, name: &str) -> Result<OperateError, StoreError> {
        let names: Vec<_> = self.list().await?.into_iter().map(|found| found.name).collect();
        let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        Ok(OperateError::Unknown { name: name.to_owned(), known })
    }
}
