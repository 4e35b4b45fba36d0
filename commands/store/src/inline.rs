//! Inline projections: rows that are written in the append's transaction.

use serde_json::Value;

use crate::{NewEvent, RecordedEvent, Schema, StreamId};

/// A projection whose rows are written in the append's transaction, so that no reader ever sees
/// events without their rows.
pub trait InlineProjection: Send + Sync {
    /// Its name, unique among projections.
    fn name(&self) -> &'static str;

    /// Grows when rows are built differently; a new version is filled from the log.
    fn version(&self) -> u32;

    /// The aggregates that it looks at.
    fn aggregate_types(&self) -> &'static [&'static str];

    /// Its tables.
    fn schema(&self, dialect: Dialect) -> Schema;

    /// One upsert for any number of rows. Its only parameter, `$1`, is a JSON array of objects,
    /// each the row's `values` with the members `key` and `sequence` added (SQLite reads it with
    /// `json_each`, PostgreSQL with `json_to_recordset`). Where it replaces a row it carries
    /// `WHERE excluded.sequence > TABLE.sequence`, so that a rebuild may run beside it. (SQLite can
    /// read `INSERT … SELECT … ON CONFLICT` only with a `WHERE` in the select: `FROM json_each($1)
    /// WHERE true ON CONFLICT …`.)
    fn statement(&self, dialect: Dialect) -> &'static str;

    /// The rows that the change leads to. Pure: from the events alone.
    fn rows(&self, change: &StreamChange<'_>) -> Result<Vec<InlineRow>, ProjectionError>;
}

/// Which SQL is spoken; PostgreSQL comes beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
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
