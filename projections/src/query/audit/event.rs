//! An event of the log, read: what this program understands of it.

use serde::de::DeserializeOwned;
use windlass_domain::{
    Metadata, inbound_payment::InboundPaymentEvent, stellar_transaction::StellarTransactionEvent,
    transfer::TransferEvent,
};
use windlass_store::RecordedEvent;

use crate::QueryError;

/// An event of any stream of ours.
pub(super) enum Event {
    /// Of a transfer.
    Transfer(TransferEvent),
    /// Of an envelope that we send.
    Envelope(StellarTransactionEvent),
    /// Of a payment that came in.
    Inbound(InboundPaymentEvent),
}

/// The streams of transfers.
pub(super) const TRANSFER: &str = "transfer";
/// The streams of envelopes.
pub(super) const ENVELOPE: &str = "stellar_transaction";
/// The streams of payments that came in.
pub(super) const INBOUND: &str = "inbound_payment";

impl Event {
    /// What the event says; `None` for a stream of a kind that is not ours.
    pub(super) fn read(event: &RecordedEvent) -> Result<Option<Self>, QueryError> {
        Ok(match event.stream.aggregate_type.as_ref() {
            TRANSFER => Some(Self::Transfer(payload(event)?)),
            ENVELOPE => Some(Self::Envelope(payload(event)?)),
            INBOUND => Some(Self::Inbound(payload(event)?)),
            _ => None,
        })
    }
}

/// The event's payload.
pub(super) fn payload<E: DeserializeOwned>(event: &RecordedEvent) -> Result<E, QueryError> {
    serde_json::from_str(&event.payload).map_err(|source| malformed(event, source))
}

/// The event's metadata.
pub(super) fn metadata(event: &RecordedEvent) -> Result<Metadata, QueryError> {
    serde_json::from_str(&event.metadata).map_err(|source| malformed(event, source))
}

pub(super) fn malformed(event: &RecordedEvent, source: serde_json::Error) -> QueryError {
    QueryError::Malformed { what: format!("event {} of {}", event.sequence, event.stream), source }
}
