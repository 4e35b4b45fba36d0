//! Projections whose rows are written in the append's transaction: what `/transaction(s)` and workers must see at once.

mod stellar_transactions;
mod transfers;

pub use stellar_transactions::StellarTransactions;
pub use transfers::Transfers;

use serde::de::DeserializeOwned;
use windlass_domain::Metadata;
use windlass_store::{EventRef, ProjectionError, StreamId};

/// Reads an event's payload and metadata; a text that does not fit is a fault of the log, named with its place.
pub(crate) fn read<E: DeserializeOwned>(
    stream: &StreamId,
    event: &EventRef<'_>,
) -> Result<(E, Metadata), ProjectionError> {
    let fault = |error: serde_json::Error| ProjectionError {
        stream: stream.clone(),
        reason: format!("event {} ({}) cannot be read: {error}", event.sequence, event.event_type),
    };
    Ok((
        serde_json::from_str(event.payload).map_err(fault)?,
        serde_json::from_str(event.metadata).map_err(fault)?,
    ))
}
