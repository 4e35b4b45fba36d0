//! Inline projections: rows that are written in the append's transaction.

use serde_json::Value;

use crate::{NewEvent, RecordedEvent, StreamId};

/// A projection whose rows are written in the append's transaction, so that no reader ever sees
/// events without their rows.
pub trait InlineProjection: Send + Sync {
    /// Its name, unique among projections.
    fn name(&self) -> &'static str;

    /// Grows when rows are built differently; a new version is filled from the log.
    fn version(&self) -> u32;

    /// The aggregates that it looks at.
    fn aggregate_types(&self) -> &'static [&'static str];

    /// Its table.
    fn table(&self) -> Table;

    /// The SQL that makes its table, each name followed by [`BUILD`](crate::BUILD) (`{build}`): that of the table, of each
    /// index and of each constraint. Several versions stand side by side while one is being built. It is never altered:
    /// where rows change, the version grows and all are built anew.
    fn schema(&self, dialect: Dialect) -> &'static str;

    /// One upsert for any number of rows, a single data-modifying statement on the table with [`BUILD`](crate::BUILD)
    /// behind its name. Its only parameter, `$1`, is the text of a JSON array of objects, each the row's `values` with
    /// the members `key` and `sequence` added (SQLite reads it with `json_each($1)`, PostgreSQL with
    /// `json_to_recordset($1::json)`). Where it replaces a row it carries `WHERE excluded.sequence > TABLE.sequence`, so
    /// that a rebuild may run beside it. (SQLite can read `INSERT … SELECT … ON CONFLICT` only with a `WHERE` in the
    /// select: `FROM json_each($1) WHERE true ON CONFLICT …`. In PostgreSQL it becomes part of the append's own
    /// statement, so it has no `WITH` of its own that writes.)
    fn statement(&self, dialect: Dialect) -> &'static str;

    /// The rows that the change leads to, each with a key of its own. Pure: from the events alone. A row belongs to one
    /// stream, and says all that there is to say of it; what adds up several streams is a feed.
    fn rows(&self, change: &StreamChange<'_>) -> Result<Vec<InlineRow>, ProjectionError>;
}

/// A projection's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name, without [`BUILD`](crate::BUILD).
    pub name: &'static str,
    /// Its primary key's columns.
    pub key: &'static [&'static str],
}

/// Which SQL is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A stream and what is being added to it.
#[derive(Debug, Clone, Copy)]
pub struct StreamChange<'a> {
    /// The stream.
    pub stream: &'a StreamId,
    /// What was there before.
    pub history: &'a [RecordedEvent],
    /// What comes after it.
    pub appended: &'a [NewEvent],
}

/// An event of a change, whether recorded or about to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRef<'a> {
    /// Its number within the stream.
    pub sequence: u64,
    /// The event's name.
    pub event_type: &'a str,
    /// The version of the payload's shape.
    pub event_version: &'a str,
    /// JSON text.
    pub payload: &'a str,
    /// JSON object text.
    pub metadata: &'a str,
}

impl<'a> StreamChange<'a> {
    /// The whole stream, old events and new.
    pub fn events(&self) -> impl Iterator<Item = EventRef<'a>> + use<'a> {
        let recorded = self.history.iter().map(|event| EventRef {
            sequence: event.sequence,
            event_type: &event.event_type,
            event_version: &event.event_version,
            payload: &event.payload,
            metadata: &event.metadata,
        });
        recorded.chain(self.appended())
    }

    /// The new events alone.
    pub fn appended(&self) -> impl Iterator<Item = EventRef<'a>> + use<'a> {
        let first = self.history.len() as u64 + 1;
        (first..).zip(self.appended).map(|(sequence, event)| EventRef {
            sequence,
            event_type: &event.event_type,
            event_version: &event.event_version,
            payload: &event.payload,
            metadata: &event.metadata,
        })
    }

    /// The number of the last event.
    pub fn sequence(&self) -> u64 {
        (self.history.len() + self.appended.len()) as u64
    }
}

/// One row of an inline projection.
#[derive(Debug, Clone, PartialEq)]
pub struct InlineRow {
    /// The row's primary key.
    pub key: String,
    /// The other columns: a JSON object.
    pub values: Value,
}

/// A projection cannot make its rows from the events.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{stream}: {reason}")]
pub struct ProjectionError {
    /// The stream.
    pub stream: StreamId,
    /// What is wrong with it.
    pub reason: String,
}
