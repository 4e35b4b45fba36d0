//! Events as the log holds them: JSON text with a type and a version.

use time::OffsetDateTime;

use crate::{LogPosition, StreamId};

/// An event that a command wants to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The event's name, as in `FundsReceived`.
    pub event_type: String,
    /// The version of the payload's shape, which upcasters go by.
    pub event_version: String,
    /// JSON text; stored byte for byte.
    pub payload: String,
    /// JSON object text: event id, occurred_at, actor, correlation and causation.
    pub metadata: String,
}

/// An event that is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// The stream that it belongs to.
    pub stream: StreamId,
    /// Its number within the stream: 1, 2, 3 and so on, without gaps.
    pub sequence: u64,
    /// The event's name.
    pub event_type: String,
    /// The version of the payload's shape.
    pub event_version: String,
    /// JSON text, byte for byte as it was appended.
    pub payload: String,
    /// JSON object text, byte for byte as it was appended.
    pub metadata: String,
    /// Its place in the whole log.
    pub at: LogPosition,
    /// When the store wrote it, in whole microseconds, UTC.
    pub recorded_at: OffsetDateTime,
}
