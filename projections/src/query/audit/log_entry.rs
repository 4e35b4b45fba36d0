//! An event of the log as it is stored, with who and what in words.

use serde::Serialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use windlass_domain::Metadata;
use windlass_store::RecordedEvent;

use super::{
    event::{Event, malformed},
    order, words,
};
use crate::QueryError;

/// An event as it is stored. What is in words is `None` where this program does not know the event: the rest is there.
#[derive(Clone, Debug, Serialize)]
pub struct LogEntry {
    /// Its place in the log.
    pub position: String,
    /// The kind of its stream.
    pub aggregate_type: String,
    /// The stream.
    pub aggregate_id: String,
    /// Its number in the stream, from 1.
    pub sequence: u64,
    /// Its name.
    pub event_type: String,
    /// The version of the payload's shape.
    pub event_version: String,
    /// When it was written into the log.
    #[serde(with = "time::serde::rfc3339")]
    pub recorded_at: OffsetDateTime,
    /// When it happened in the world.
    #[serde(with = "time::serde::rfc3339::option")]
    pub occurred_at: Option<OffsetDateTime>,
    /// Who did it, in words.
    pub who: Option<String>,
    /// What happened, in a sentence.
    pub what: Option<String>,
    /// What it says, byte for byte as it is stored.
    pub payload: Box<RawValue>,
    /// What it carries beside that, byte for byte as it is stored.
    pub metadata: Box<RawValue>,
}

impl LogEntry {
    pub(super) fn of(event: RecordedEvent) -> Result<Self, QueryError> {
        let metadata = serde_json::from_str::<Metadata>(&event.metadata).ok();
        let what = Event::read(&event).ok().flatten().map(|event| words::what(&event));
        let raw =
            |text: &str| RawValue::from_string(text.to_owned()).map_err(|source| malformed(&event, source));
        Ok(Self {
            payload: raw(&event.payload)?,
            metadata: raw(&event.metadata)?,
            position: event.at.to_string(),
            aggregate_type: event.stream.aggregate_type.into_owned(),
            aggregate_id: event.stream.aggregate_id,
            sequence: event.sequence,
            event_type: event.event_type,
            event_version: event.event_version,
            recorded_at: event.recorded_at,
            occurred_at: metadata.as_ref().map(|metadata| metadata.occurred_at),
            who: metadata.as_ref().map(|metadata| order::who(&metadata.actor)),
            what,
        })
    }
}
