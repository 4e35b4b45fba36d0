//! The InboundPayment aggregate: a payment seen on the ledger or in a statement, known by its natural key, so that the
//! same payment seen twice is one. Nothing that came in is ever dropped: what fits no transfer says why.

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Money, ports::ReceivedPayment, transfer::TransferId};

/// A payment that came in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InboundPayment {
    /// What was seen; `None` before the first event.
    pub observed: Option<Observation>,
    /// The transfer that it belongs to.
    pub transfer: Option<TransferId>,
}

/// What happened to a payment that came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum InboundPaymentEvent {
    /// It was seen.
    PaymentObserved(Observation),
    /// It belongs to that transfer.
    PaymentMatched {
        /// The transfer.
        transfer: TransferId,
    },
    /// It belongs to none, or its transfer could not take it; an operator decides.
    PaymentUnmatched {
        /// Why.
        reason: UnmatchedReason,
    },
}

/// A payment as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Observation {
    /// On the ledger.
    Stellar(Box<ReceivedPayment>),
    /// In a rail's statement.
    Rail {
        /// The rail.
        rail: String,
        /// The rail's id of it.
        id: String,
        /// How much of what.
        money: Money,
        /// Our reference, where the payer gave one. What else a payer writes may be personal and stays out of the log.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// What the payer wrote, in the vault, where it is no reference of ours.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remittance_vault_ref: Option<String>,
        /// When it was booked.
        #[serde(with = "time::serde::rfc3339")]
        booked_at: OffsetDateTime,
    },
}

impl Observation {
    /// The natural key: `stellar:HASH:OPERATION:CHANGE` or `rail:NAME:ID`.
    pub fn key(&self) -> String {
        match self {
            Self::Stellar(payment) => {
                let ReceivedPayment { transaction, operation, change, .. } = payment.as_ref();
                format!("stellar:{transaction}:{operation}:{change}")
            }
            Self::Rail { rail, id, .. } => format!("rail:{rail}:{id}"),
        }
    }
}

/// Why a payment belongs to no transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnmatchedReason {
    /// No memo or reference.
    NoReference,
    /// None that we gave.
    UnknownReference,
    /// Its transfer could not take it.
    Refused {
        /// The transfer.
        transfer: TransferId,
        /// The rule.
        why: String,
    },
}

/// What an inbound payment can be told: that it was seen, and where it belongs.
#[derive(Clone, Debug, PartialEq)]
pub struct Observe {
    /// What was seen.
    pub observation: Observation,
    /// The transfer, or why none.
    pub matching: Result<TransferId, UnmatchedReason>,
}

/// It was seen before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the payment was already observed")]
pub struct AlreadyObserved;

impl InboundPayment {
    /// What happens when it is seen.
    ///
    /// # Errors
    /// [`AlreadyObserved`]: the same payment seen twice is one.
    pub fn decide(&self, seen: Observe) -> Result<Vec<InboundPaymentEvent>, AlreadyObserved> {
        if self.observed.is_some() {
            return Err(AlreadyObserved);
        }
        let matched = match seen.matching {
            Ok(transfer) => InboundPaymentEvent::PaymentMatched { transfer },
            Err(reason) => InboundPaymentEvent::PaymentUnmatched { reason },
        };
        Ok(vec![InboundPaymentEvent::PaymentObserved(seen.observation), matched])
    }
}

impl InboundPaymentEvent {
    /// Its name, as it stands in the log's `event_type`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::PaymentObserved(_) => "PaymentObserved",
            Self::PaymentMatched { .. } => "PaymentMatched",
            Self::PaymentUnmatched { .. } => "PaymentUnmatched",
        }
    }
}

impl Aggregate for InboundPayment {
    const TYPE: &'static str = "inbound_payment";
    type Command = Observe;
    type Event = InboundPaymentEvent;
    type Error = AlreadyObserved;
    type Services = ();

    async fn handle(
        &mut self,
        command: Observe,
        _services: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), AlreadyObserved> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: InboundPaymentEvent) {
        match event {
            InboundPaymentEvent::PaymentObserved(observation) => self.observed = Some(observation),
            InboundPaymentEvent::PaymentMatched { transfer } => self.transfer = Some(transfer),
            InboundPaymentEvent::PaymentUnmatched { .. } => self.transfer = None,
        }
    }
}

impl DomainEvent for InboundPaymentEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
