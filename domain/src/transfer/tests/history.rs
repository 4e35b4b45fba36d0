//! Histories to test from, and what follows from them.

use cqrs_es::{Aggregate, test::TestFramework};

use super::fixture::*;
use crate::transfer::*;

/// What happened so far, and what follows from it.
#[derive(Clone)]
pub struct History {
    kind: Kind,
    events: Vec<TransferEvent>,
}

/// A deposit that was just asked for.
pub fn deposit() -> History {
    History::of(Kind::Sep24Deposit)
}

/// A withdrawal that was just asked for.
pub fn withdrawal() -> History {
    History::of(Kind::Sep24Withdrawal)
}

/// Both.
pub fn both() -> [History; 2] {
    [deposit(), withdrawal()]
}

impl History {
    fn of(kind: Kind) -> Self {
        Self { kind, events: vec![TransferEvent::Initiated(initiated(kind))] }
    }

    pub const fn kind(&self) -> Kind {
        self.kind
    }

    pub fn and(mut self, event: TransferEvent) -> Self {
        self.events.push(event);
        self
    }

    /// What that command leads to, whatever it is.
    pub fn then(mut self, command: TransferCommand) -> Self {
        self.events.extend(self.transfer().decide(command).expect("the command to be taken"));
        self
    }

    /// The form is in: 100 will be given.
    pub fn asked(self) -> Self {
        let form = TransferCommand::SubmitForm(form(self.kind, "100"));
        self.then(form)
    }

    /// The 100 came, as receipt 1.
    pub fn funded(self) -> Self {
        let receipt = receipt(self.kind, 1, "100");
        self.asked().and(TransferEvent::FundsReceived(receipt))
    }

    /// A delivery `n` (1 and up, one after the other) is in the log.
    pub fn prepared(self, n: u8) -> Self {
        let event = match self.kind {
            Kind::Sep24Deposit => payment_prepared(n),
            Kind::Sep24Withdrawal => payout_prepared(n),
        };
        self.and(event)
    }

    /// It was sent.
    pub fn submitted(self, n: u8) -> Self {
        let event = match self.kind {
            Kind::Sep24Deposit => {
                TransferEvent::StellarPaymentSubmitted { attempt: u32::from(n), hash: hash(n) }
            }
            Kind::Sep24Withdrawal => {
                TransferEvent::PayoutSubmitted { attempt: u32::from(n), provider_ref: provider_ref(n) }
            }
        };
        self.prepared(n).and(event)
    }

    /// It arrived.
    pub fn completed(self) -> Self {
        let confirm = match self.kind {
            Kind::Sep24Deposit => confirm_payment(1),
            Kind::Sep24Withdrawal => confirm_payout(1),
        };
        self.funded().submitted(1).then(confirm)
    }

    /// It failed for good; the delivery is not tried again by itself.
    pub fn failed(self) -> Self {
        self.and(failed())
    }

    /// The deadline went by.
    pub fn expired(self) -> Self {
        self.and(TransferEvent::Expired { deadline: DEADLINE })
    }

    /// The facets after it.
    pub fn transfer(&self) -> Transfer {
        replay(&self.events)
    }

    pub fn events(&self) -> &[TransferEvent] {
        &self.events
    }

    #[track_caller]
    pub fn gives(&self, command: TransferCommand, events: Vec<TransferEvent>) {
        TestFramework::<Transfer>::with(())
            .given(self.events.clone())
            .when(command)
            .then_expect_events(events);
    }

    #[track_caller]
    pub fn refuses(&self, command: TransferCommand, refusal: Refusal) {
        TestFramework::<Transfer>::with(())
            .given(self.events.clone())
            .when(command)
            .then_expect_error(refusal);
    }
}

pub fn replay(events: &[TransferEvent]) -> Transfer {
    let mut transfer = Transfer::default();
    for event in events {
        transfer.apply(event.clone());
    }
    transfer
}
