//! An event of the log as a leaf of the tree.

use windlass_merkle::{Hash, Leaf};
use windlass_store::RecordedEvent;

use crate::view::micros;

/// The leaf that stands for the event.
pub(super) fn leaf(event: &RecordedEvent) -> Leaf<'_> {
    Leaf {
        aggregate_type: &event.stream.aggregate_type,
        aggregate_id: &event.stream.aggregate_id,
        sequence: event.sequence,
        event_type: &event.event_type,
        event_version: &event.event_version,
        payload: &event.payload,
        metadata: &event.metadata,
        recorded_at: micros(event.recorded_at),
    }
}

/// The hash that a row holds. What is no hash reads as zeros, which no leaf and no node has: it never fits.
pub(super) fn stored_hash(bytes: Vec<u8>) -> Hash {
    Hash::from_bytes(bytes.try_into().unwrap_or([0; 32]))
}
