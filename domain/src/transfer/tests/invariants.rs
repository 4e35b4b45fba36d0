//! What holds for every life of a transfer, told from its events alone by a witness that knows nothing of the rules.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::Aggregate;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::{
    fixture::{DEADLINE, provider_ref, replay},
    random::{Step, lives},
};
use crate::{
    Amounts, Money,
    transfer::{TransferEvent as E, *},
};

proptest! {
    #[test]
    fn no_order_of_commands_breaks_an_invariant((kind, steps) in lives()) {
        let events = live(kind, &steps);
        let mut witness = Witness::default();
        for event in &events {
            witness.sees(event);
        }
        let transfer = replay(&events);
        prop_assert_eq!(through_json(&transfer), transfer);
        for event in events {
            prop_assert_eq!(through_json(&event), event);
        }
    }
}

/// Carries out the steps; checks on the way that the state is what replaying the events gives.
fn live(kind: Kind, steps: &[Step]) -> Vec<E> {
    let mut transfer = Transfer::default();
    let mut events = Vec::new();
    for step in steps {
        let decided = transfer.decide(step.command(kind, &transfer)).unwrap_or_default();
        for event in &decided {
            transfer.apply(event.clone());
        }
        events.extend(decided);
        assert_eq!(replay(&events), transfer);
        assert!(can_be_confirmed(&transfer), "paid, and never to be known: {transfer:?}");
    }
    events
}

/// Whether the delivery that is under way, if one is, may be told to have arrived.
fn can_be_confirmed(transfer: &Transfer) -> bool {
    let (Delivery::Prepared(leg) | Delivery::Submitted(leg)) = transfer.delivery.clone() else { return true };
    let confirm = match leg {
        Leg::Payment { hash, .. } => TransferCommand::ConfirmPayment { hash, ledger: 1, closed_at: DEADLINE },
        Leg::Payout { key, .. } => {
            TransferCommand::ConfirmPayout { key, provider_ref: provider_ref(1), booked_at: DEADLINE }
        }
    };
    transfer.decide(confirm).is_ok()
}

fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

/// What was seen so far.
#[derive(Default)]
struct Witness {
    begun: bool,
    asked: bool,
    receipts: BTreeSet<String>,
    funds: Option<Money>,
    amounts: Option<Amounts>,
    /// The attempt whose fate is open.
    in_flight: Option<u32>,
    attempts: u32,
    confirmed: bool,
    completed: bool,
    /// Ended, and not recovered since.
    ended: bool,
}

impl Witness {
    fn sees(&mut self, event: &E) {
        let name = event.name();
        assert_eq!(
            self.begun,
            !matches!(event, E::Initiated(_)),
            "{name}: the beginning comes first and once"
        );
        let any_time = matches!(event, E::LateFundsReceived(_) | E::InteractiveSessionOpened { .. });
        assert!(!self.completed || any_time, "{name}: nothing regular after Completed");
        assert!(!self.ended || any_time || matches!(event, E::Recovered { .. }), "{name} after the end");
        assert!(!self.confirmed || any_time || matches!(event, E::Completed { .. }), "{name} after delivery");
        match event {
            E::Initiated(_) => self.begun = true,
            E::InteractiveSessionOpened { .. } | E::TransferInstructionsIssued { .. } => {}
            E::FormSubmitted(_) => assert!(!std::mem::replace(&mut self.asked, true), "one form"),
            E::AmountsCalculated(amounts) => self.amounts = Some(conserved(*amounts)),
            E::FundsReceived(receipt) => {
                assert!(self.asked && self.funds.is_none());
                self.receives(receipt);
            }
            E::AdditionalFundsReceived(receipt) => {
                assert!(self.funds.is_some());
                self.receives(receipt);
            }
            E::LateFundsReceived(receipt) => {
                assert!(self.ended);
                self.receives(receipt);
            }
            E::AmountRejectedAsTooSmall { received, limit } => {
                self.rejects(*received);
                // Or the fee leaves nothing, or it is a fraction that the asset does not have.
                assert!(received.amount < *limit || received.amount.within_digits(2).is_err());
            }
            E::AmountRejectedAsTooLarge { received, limit } => {
                self.rejects(*received);
                assert!(received.amount > *limit);
            }
            E::TrustlineRequested { .. } | E::TrustlineEstablished => {
                assert!(self.funds.is_some() && self.in_flight.is_none());
            }
            E::StellarPaymentPrepared(payment) => {
                self.prepares(payment.attempt);
                assert_eq!(Some(payment.amount), self.owed().amount.to_stroops().ok());
            }
            E::PayoutPrepared(payout) => {
                self.prepares(payout.attempt);
                assert_eq!(payout.money, self.owed());
            }
            E::StellarPaymentSubmitted { attempt, .. } | E::PayoutSubmitted { attempt, .. } => {
                assert_eq!(self.in_flight, Some(*attempt));
            }
            E::StellarPaymentConfirmed { attempt, .. } | E::PayoutConfirmed { attempt, .. } => {
                assert_eq!(self.in_flight.take(), Some(*attempt));
                self.confirmed = true;
            }
            E::StellarPaymentFailed { attempt, .. }
            | E::StellarPaymentAbandoned { attempt, .. }
            | E::PayoutFailed { attempt, .. } => assert_eq!(self.in_flight.take(), Some(*attempt)),
            E::Completed { amounts, .. } => {
                assert!(self.confirmed, "Completed only after confirmation");
                assert_eq!(Some(*amounts), self.amounts);
                assert_eq!(Some(amounts.amount_in), self.funds, "what came is what counts");
                (self.completed, self.ended) = (true, true);
            }
            E::Expired { .. } => {
                assert!(self.funds.is_none(), "never Expired after funds");
                self.ended = true;
            }
            E::Failed { .. } => {
                assert!(self.in_flight.is_none(), "never Failed while a delivery may arrive");
                self.ended = true;
            }
            E::Recovered { .. } => {
                assert!(self.ended && self.funds.is_some());
                self.ended = false;
            }
        }
    }

    fn receives(&mut self, receipt: &Receipt) {
        assert!(self.receipts.insert(receipt.inbound_payment.clone()), "a receipt is recorded once");
        self.funds.get_or_insert(receipt.money);
    }

    fn rejects(&mut self, received: Money) {
        assert_eq!(self.funds, Some(received));
        assert_eq!(self.attempts, 0, "nothing is rejected once delivery was tried");
        self.ended = true;
    }

    fn prepares(&mut self, attempt: u32) {
        assert!(self.funds.is_some(), "no delivery before the funds");
        assert!(self.in_flight.is_none(), "never two deliveries in flight");
        assert_eq!(attempt, self.attempts + 1);
        (self.in_flight, self.attempts) = (Some(attempt), attempt);
    }

    fn owed(&self) -> Money {
        let amounts = self.amounts.expect("amounts before a delivery");
        assert_eq!(Some(amounts.amount_in), self.funds, "what came is what counts");
        amounts.amount_out
    }
}

/// in = out + fee; both sides are at par.
fn conserved(amounts: Amounts) -> Amounts {
    let Amounts { amount_in, fee, amount_out } = amounts;
    assert_eq!(amount_out.amount.checked_add(fee.amount), Some(amount_in.amount));
    assert_eq!(fee.asset, amount_in.asset);
    amounts
}

/// Else the properties above would hold of nothing.
#[test]
fn random_lives_reach_every_event_and_every_status_often() {
    let mut runner = TestRunner::deterministic();
    let mut lives_with = BTreeMap::new();
    for _ in 0..1000 {
        let (kind, steps) = lives().new_tree(&mut runner).unwrap().current();
        let events = live(kind, &steps);
        let seen: BTreeSet<_> = (1..=events.len())
            .map(|end| replay(&events[..end]).status().as_str())
            .map(|status| (kind.as_str(), status))
            .chain(events.iter().map(|event| ("event", event.name())))
            .collect();
        seen.into_iter().for_each(|what| *lives_with.entry(what).or_insert(0) += 1);
    }
    let reached = |what: &str| lives_with.keys().filter(|(kind, _)| *kind == what).count();
    assert_eq!(reached("event"), 25, "{lives_with:?}");
    assert_eq!(reached("deposit"), 10, "all but pending_external: {lives_with:?}");
    assert_eq!(reached("withdrawal"), 9, "all but pending_stellar and pending_trust: {lives_with:?}");
    assert!(lives_with.values().all(|lives| *lives >= 20), "{lives_with:?}");
}
