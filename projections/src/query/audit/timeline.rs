//! The timeline of a transfer: its events and those of the envelopes and payments that it names, in the log's order.

use std::collections::BTreeSet;

use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;
use windlass_domain::{
    Actor,
    transfer::{TransferEvent, TransferId},
};
use windlass_store::{RecordedEvent, StreamId};

use super::{
    LedgerReference, LogEntry, Moment, RailReference, TransferState,
    event::{ENVELOPE, Event, INBOUND, TRANSFER, metadata, payload},
    order,
    references::references,
    words,
};
use crate::{Queries, QueryError, TransferView};

/// What happened to a transfer, and how it stood then.
#[derive(Clone, Debug, Serialize)]
pub struct Timeline {
    /// The transfer.
    pub transfer: TransferId,
    /// The moment that was asked for; `None` is now.
    pub as_of: Option<String>,
    /// How it stood; `None` before its first event.
    pub state: Option<TransferState>,
    /// What had happened, in the log's order.
    pub timeline: Vec<TimelineEntry>,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub struct TimelineEntry {
    /// Its place in the log.
    pub position: String,
    /// The stream, as `transfer/ID`.
    pub stream: String,
    /// Its number in the stream, from 1.
    pub sequence: u64,
    /// Its name.
    pub event_type: String,
    /// When it happened in the world.
    #[serde(with = "time::serde::rfc3339")]
    pub occurred_at: OffsetDateTime,
    /// When it was written into the log.
    #[serde(with = "time::serde::rfc3339")]
    pub recorded_at: OffsetDateTime,
    /// Who did it, in words.
    pub who: String,
    /// What happened, in a sentence.
    pub what: String,
    /// In answer to what.
    pub why: String,
    /// On whose order.
    pub on_order_of: String,
    /// The actor, as recorded.
    pub actor: Actor,
    /// The same for all that follows from one request.
    pub correlation_id: Uuid,
    /// The event or task that this answers, as recorded.
    pub causation_id: Option<String>,
    /// Where to look on the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerReference>,
    /// What to ask the rail for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rail: Option<RailReference>,
}

impl Queries {
    /// What had happened to a transfer by `as_of`, or until now; `None` if there is none of that id.
    pub async fn audit_timeline(
        &self,
        id: TransferId,
        as_of: Option<Moment>,
    ) -> Result<Option<Timeline>, QueryError> {
        let events = self.story(id, as_of).await?;
        let Some(Story { events, initiator }) = events else { return Ok(None) };
        let own = events.iter().filter(|event| event.stream.aggregate_type == TRANSFER);
        let own = own.map(|event| Ok((payload::<TransferEvent>(event)?, metadata(event)?)));
        let own = own.collect::<Result<Vec<_>, QueryError>>()?;
        let entries = events.iter().map(|event| entry(event, &initiator));
        Ok(Some(Timeline {
            transfer: id,
            as_of: as_of.map(|moment| moment.to_string()),
            state: TransferView::fold(id, own).and_then(TransferState::of),
            timeline: entries.collect::<Result<_, _>>()?,
        }))
    }

    /// The same events as they are stored.
    pub async fn audit_transfer_events(
        &self,
        id: TransferId,
        as_of: Option<Moment>,
    ) -> Result<Option<Vec<LogEntry>>, QueryError> {
        let Some(story) = self.story(id, as_of).await? else { return Ok(None) };
        story.events.into_iter().map(LogEntry::of).collect::<Result<_, _>>().map(Some)
    }

    async fn story(&self, id: TransferId, as_of: Option<Moment>) -> Result<Option<Story>, QueryError> {
        let mut events = self.store.load(&StreamId::new(TRANSFER, id.to_string())).await?;
        let Some(first) = events.first() else { return Ok(None) };
        let initiator = metadata(first)?.actor;
        let mut named = BTreeSet::new();
        for event in &events {
            named.extend(names(&payload(event)?));
        }
        for stream in named {
            events.extend(self.store.load(&stream).await?);
        }
        events.retain(|event| as_of.is_none_or(|moment| moment.has(event)));
        events.sort_by_key(|event| event.at);
        Ok(Some(Story { events, initiator }))
    }
}

/// A transfer's events and those that belong to them, in the log's order.
struct Story {
    events: Vec<RecordedEvent>,
    initiator: Actor,
}

/// The stream that an event of a transfer names.
fn names(event: &TransferEvent) -> Option<StreamId> {
    match event {
        TransferEvent::FundsReceived(receipt)
        | TransferEvent::AdditionalFundsReceived(receipt)
        | TransferEvent::LateFundsReceived(receipt) => {
            Some(StreamId::new(INBOUND, receipt.inbound_payment.clone()))
        }
        TransferEvent::StellarPaymentPrepared(payment) => {
            Some(StreamId::new(ENVELOPE, payment.hash.to_string()))
        }
        _ => None,
    }
}

fn entry(recorded: &RecordedEvent, initiator: &Actor) -> Result<TimelineEntry, QueryError> {
    let metadata = metadata(recorded)?;
    let stream = &recorded.stream;
    let event = match stream.aggregate_type.as_ref() {
        ENVELOPE => Event::Envelope(payload(recorded)?),
        INBOUND => Event::Inbound(payload(recorded)?),
        _ => Event::Transfer(payload(recorded)?),
    };
    let (ledger, rail) =
        references(&event, (stream.aggregate_type == ENVELOPE).then_some(stream.aggregate_id.as_str()));
    Ok(TimelineEntry {
        position: recorded.at.to_string(),
        stream: stream.to_string(),
        sequence: recorded.sequence,
        event_type: recorded.event_type.clone(),
        occurred_at: metadata.occurred_at,
        recorded_at: recorded.recorded_at,
        who: order::who(&metadata.actor),
        what: words::what(&event),
        why: order::why(&metadata, &event),
        on_order_of: order::on_order_of(&metadata.actor, initiator),
        actor: metadata.actor,
        correlation_id: metadata.correlation_id,
        causation_id: metadata.causation_id,
        ledger,
        rail,
    })
}
