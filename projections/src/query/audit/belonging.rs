//! Which transfers an event belongs to.

use std::collections::{BTreeSet, HashMap};

use windlass_domain::{
    inbound_payment::{InboundPaymentEvent, Observation, UnmatchedReason},
    ports::ReceivedPayment,
    stellar_transaction::StellarTransactionEvent,
    transfer::TransferId,
};
use windlass_store::{RecordedEvent, StreamId};

use super::{
    LogFilter,
    event::{ENVELOPE, Event, INBOUND, TRANSFER},
};
use crate::{Queries, QueryError, query::transfers_of};

/// As many streams are remembered: an envelope's events are often in several pages.
const MOST_REMEMBERED: usize = 10_000;

/// Whose a stream is.
#[derive(Clone, Default)]
struct Belonging {
    transfers: Vec<TransferId>,
    /// A payment on the ledger that belongs to none.
    stray: Option<Box<ReceivedPayment>>,
}

/// Remembers to whom the streams of envelopes and payments belong.
#[derive(Default)]
pub(super) struct Owners {
    known: HashMap<StreamId, Belonging>,
}

impl Owners {
    /// Those of `events` that the filter's asset and account want.
    pub(super) async fn wanted(
        &mut self,
        queries: &Queries,
        filter: &LogFilter,
        events: Vec<RecordedEvent>,
    ) -> Result<Vec<RecordedEvent>, QueryError> {
        if self.known.len() > MOST_REMEMBERED {
            self.known.clear();
        }
        let mut owners = HashMap::new();
        for event in &events {
            if !owners.contains_key(&event.stream) {
                owners.insert(event.stream.clone(), self.of(queries, &event.stream).await?);
            }
        }
        let ids: BTreeSet<_> = owners.values().flat_map(|owner| owner.transfers.iter().copied()).collect();
        let views = transfers_of(queries, &ids).await?;
        let wanted: BTreeSet<_> =
            views.iter().filter(|view| filter.wants(view)).map(|view| view.id).collect();
        let is_wanted = |event: &RecordedEvent| {
            owners.get(&event.stream).is_some_and(|owner| {
                owner.transfers.iter().any(|id| wanted.contains(id))
                    || owner.stray.as_ref().is_some_and(|payment| filter.wants_payment(payment))
            })
        };
        Ok(events.into_iter().filter(is_wanted).collect())
    }

    async fn of(&mut self, queries: &Queries, stream: &StreamId) -> Result<Belonging, QueryError> {
        match stream.aggregate_type.as_ref() {
            TRANSFER => {
                let transfers = stream.aggregate_id.parse().into_iter().collect();
                return Ok(Belonging { transfers, stray: None });
            }
            ENVELOPE | INBOUND => {}
            _ => return Ok(Belonging::default()),
        }
        if let Some(known) = self.known.get(stream) {
            return Ok(known.clone());
        }
        let mut belonging = Belonging::default();
        for event in queries.store.load(stream).await? {
            belonging.learn(Event::read(&event)?);
        }
        self.known.insert(stream.clone(), belonging.clone());
        Ok(belonging)
    }
}

impl Belonging {
    fn learn(&mut self, event: Option<Event>) {
        match event {
            Some(Event::Envelope(StellarTransactionEvent::Prepared(prepared))) => {
                self.transfers = prepared.members.iter().map(|member| member.transfer).collect();
            }
            Some(Event::Inbound(InboundPaymentEvent::PaymentObserved(Observation::Stellar(payment)))) => {
                self.stray = Some(payment);
            }
            Some(Event::Inbound(
                InboundPaymentEvent::PaymentMatched { transfer }
                | InboundPaymentEvent::PaymentUnmatched { reason: UnmatchedReason::Refused { transfer, .. } },
            )) => *self = Self { transfers: vec![transfer], stray: None },
            _ => {}
        }
    }
}
