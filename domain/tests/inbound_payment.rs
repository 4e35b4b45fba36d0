//! A payment that came in is recorded once, with where it belongs.

#![expect(clippy::unwrap_used, reason = "fixtures of a test")]

use cqrs_es::{Aggregate, test::TestFramework};
use proptest::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;
use windlass_domain::{
    Money, Stroops,
    inbound_payment::{
        AlreadyObserved, InboundPayment, InboundPaymentEvent, Observation, Observe, UnmatchedReason,
    },
    ports::{PaymentKind, ReceivedPayment},
    transfer::TransferId,
};
use windlass_stellar::{AccountId, Memo, MuxedAccount, StellarAsset, TransactionHash};

const TRANSFER: TransferId = TransferId(Uuid::from_u128(7));

fn credit() -> Observation {
    Observation::Rail {
        rail: "bank".into(),
        id: "credit-1".into(),
        money: Money::new("100".parse().unwrap(), "iso4217:USD".parse().unwrap()),
        reference: Some("REF1".into()),
        remittance_vault_ref: None,
        booked_at: OffsetDateTime::UNIX_EPOCH,
    }
}

fn payment(operation: u32, change: u32) -> Observation {
    Observation::Stellar(Box::new(ReceivedPayment {
        transaction: TransactionHash::from_bytes([1; 32]),
        operation,
        change,
        kind: PaymentKind::PathPayment,
        ledger: 9,
        closed_at: OffsetDateTime::UNIX_EPOCH,
        from: MuxedAccount { account: AccountId::from_bytes([2; 32]), id: Some(5) },
        to: AccountId::from_bytes([3; 32]).into(),
        asset: StellarAsset::Native,
        amount: Stroops::MAX,
        memo: Memo::Text("REF1".into()),
    }))
}

fn replay(events: Vec<InboundPaymentEvent>) -> InboundPayment {
    let mut inbound = InboundPayment::default();
    events.into_iter().for_each(|event| inbound.apply(event));
    inbound
}

#[test]
fn a_payment_with_a_reference_of_ours_belongs_to_its_transfer() {
    TestFramework::<InboundPayment>::with(())
        .given_no_previous_events()
        .when(Observe { observation: credit(), matching: Ok(TRANSFER) })
        .then_expect_events(vec![
            InboundPaymentEvent::PaymentObserved(credit()),
            InboundPaymentEvent::PaymentMatched { transfer: TRANSFER },
        ]);
}

#[test]
fn a_payment_that_belongs_to_no_transfer_is_kept_with_the_reason() {
    let refused = UnmatchedReason::Refused { transfer: TRANSFER, why: "another asset".into() };
    for reason in [UnmatchedReason::NoReference, UnmatchedReason::UnknownReference, refused] {
        TestFramework::<InboundPayment>::with(())
            .given_no_previous_events()
            .when(Observe { observation: payment(1, 0), matching: Err(reason.clone()) })
            .then_expect_events(vec![
                InboundPaymentEvent::PaymentObserved(payment(1, 0)),
                InboundPaymentEvent::PaymentUnmatched { reason },
            ]);
    }
}

#[test]
fn the_natural_key_names_the_change_on_the_ledger_or_the_rails_own_id() {
    let hash = "01".repeat(32);
    assert_eq!(payment(1, 0).key(), format!("stellar:{hash}:1:0"));
    assert_eq!(payment(2, 0).key(), format!("stellar:{hash}:2:0"));
    assert_eq!(payment(2, 1).key(), format!("stellar:{hash}:2:1"), "a contract pays twice in one operation");
    assert_eq!(credit().key(), "rail:bank:credit-1");
}

fn sightings() -> impl Strategy<Value = Observe> {
    let observations = prop::sample::select(vec![credit(), payment(1, 0), payment(1, 1)]);
    let matchings = prop::sample::select(vec![
        Ok(TRANSFER),
        Ok(TransferId(Uuid::nil())),
        Err(UnmatchedReason::NoReference),
        Err(UnmatchedReason::Refused { transfer: TRANSFER, why: "too late".into() }),
    ]);
    (observations, matchings).prop_map(|(observation, matching)| Observe { observation, matching })
}

proptest! {
    #[test]
    fn the_same_payment_seen_twice_is_one(
        first in sightings(),
        again in prop::collection::vec(sightings(), 1..4),
    ) {
        let events = InboundPayment::default().decide(first.clone()).unwrap();
        let inbound = replay(events.clone());
        for sighting in again {
            prop_assert_eq!(inbound.decide(sighting), Err(AlreadyObserved));
        }
        prop_assert_eq!(inbound.observed.as_ref(), Some(&first.observation));
        prop_assert_eq!(inbound.transfer, first.matching.ok());
        let both = (events, inbound);
        let json = serde_json::to_string(&both).unwrap();
        prop_assert_eq!(serde_json::from_str::<(Vec<InboundPaymentEvent>, InboundPayment)>(&json).unwrap(), both);
    }
}
