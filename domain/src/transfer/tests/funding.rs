//! Money that came in: in time, late, twice, too little, too much, of the wrong kind.

use time::Duration;

use super::fixture::*;
use crate::{
    Money,
    transfer::{TransferEvent as E, *},
};

fn late(kind: Kind, n: u8, given: &str) -> Receipt {
    Receipt { paid_at: DEADLINE + Duration::SECOND, ..receipt(kind, n, given) }
}

/// What a transfer that waits for 100 makes of `given`.
#[track_caller]
fn arrives(history: &History, given: &str, then: impl Fn(Money) -> Option<E>) {
    let receipt = receipt(history.kind(), 1, given);
    let mut events = vec![E::FundsReceived(receipt.clone())];
    events.extend(then(receipt.money));
    history.clone().asked().gives(record(receipt), events);
}

#[test]
fn the_expected_amount_changes_nothing() {
    for history in both() {
        arrives(&history, "100", |_| None);
    }
}

/// SEP24-055
#[test]
fn another_amount_within_the_limits_is_calculated_anew() {
    for history in both() {
        let kind = history.kind();
        arrives(&history, "50", |_| Some(E::AmountsCalculated(amounts(kind, "50", "0.5", "49.5"))));
        arrives(&history, "1000", |_| Some(E::AmountsCalculated(amounts(kind, "1000", "10", "990"))));
    }
}

#[test]
fn an_amount_outside_the_limits_is_rejected_with_the_limit() {
    for history in both() {
        arrives(&history, "9.99", |received| {
            Some(E::AmountRejectedAsTooSmall { received, limit: amount("10") })
        });
        // The second has a fraction that off-chain money does not have: it is too large all the same.
        for given in ["1000.01", "1000.001"] {
            arrives(&history, given, |received| {
                Some(E::AmountRejectedAsTooLarge { received, limit: amount("1000") })
            });
        }
    }
}

#[test]
fn more_money_for_a_funded_transfer_is_recorded_and_changes_nothing() {
    for history in both() {
        let receipt = receipt(history.kind(), 2, "30");
        for history in [history.clone().funded(), history.funded().submitted(1)] {
            history.gives(record(receipt.clone()), vec![E::AdditionalFundsReceived(receipt.clone())]);
            let after = history.clone().then(record(receipt.clone())).transfer();
            assert_eq!(after.funding, history.transfer().funding);
            assert_eq!(after.amounts, history.transfer().amounts);
        }
    }
}

#[test]
fn a_payment_is_recorded_once_whatever_became_of_it() {
    for history in both() {
        let kind = history.kind();
        let again = |history: History, n: u8| {
            let refusal = Refusal::PaymentAlreadyRecorded(format!("receipt-{n}"));
            history.refuses(record(receipt(kind, n, "77")), refusal);
        };
        again(history.clone().funded(), 1);
        again(history.clone().completed(), 1);
        again(history.clone().funded().then(record(receipt(kind, 2, "30"))), 2);
        again(history.completed().then(record(receipt(kind, 2, "30"))), 2);
    }
}

#[test]
fn nobody_was_told_to_pay_before_the_form() {
    for history in both() {
        let receipt = record(receipt(history.kind(), 1, "100"));
        history.refuses(receipt.clone(), Refusal::NotAwaitingFunds);
        history.expired().refuses(receipt, Refusal::NotAwaitingFunds);
    }
}

#[test]
fn money_of_another_asset_is_refused() {
    let other = |kind| if kind == Kind::Sep24Deposit { Kind::Sep24Withdrawal } else { Kind::Sep24Deposit };
    for (history, code) in [(deposit(), "USD"), (withdrawal(), "USDC")] {
        let kind = history.kind();
        let receipt = Receipt { source: source(kind, 1), ..receipt(other(kind), 1, "100") };
        let refusal = Refusal::WrongAsset { received: receipt.money, expected: code.into() };
        history.clone().asked().refuses(record(receipt.clone()), refusal.clone());
        history.clone().asked().expired().refuses(record(receipt), refusal);
    }
}

#[test]
fn the_same_code_of_another_issuer_is_another_asset() {
    let foreign = format!("stellar:USDC:{}", account(9)).parse().unwrap();
    let receipt =
        Receipt { money: Money::new(amount("100"), foreign), ..receipt(Kind::Sep24Withdrawal, 1, "1") };
    let refusal = Refusal::WrongAsset { received: receipt.money, expected: "USDC".into() };
    withdrawal().asked().refuses(record(receipt), refusal);
}

/// Completed names both sides' ids: money whose side is unclear could be paid on and never completed.
#[test]
fn a_deposit_is_paid_by_a_rail_and_a_withdrawal_on_stellar() {
    for (history, other) in [(deposit(), Kind::Sep24Withdrawal), (withdrawal(), Kind::Sep24Deposit)] {
        let kind = history.kind();
        let receipt = Receipt { source: source(other, 1), ..receipt(kind, 1, "100") };
        history.asked().refuses(record(receipt), Refusal::WrongSource(kind.as_str()));
    }
}

/// State machine 3.7: `FundsReceived` is ignored after closure and becomes `LateFundsReceived`.
/// SEP24-T17
#[test]
fn funds_after_the_end_are_late_funds() {
    for history in both() {
        let kind = history.kind();
        let too_small = history.clone().asked().then(record(receipt(kind, 1, "5")));
        let too_large = history.clone().asked().then(record(receipt(kind, 1, "5000")));
        let ended = [
            history.clone().completed(),
            history.clone().asked().failed(),
            history.clone().funded().failed(),
            too_small,
            too_large,
        ];
        for history in ended {
            let receipt = receipt(kind, 2, "100");
            history.gives(record(receipt.clone()), vec![E::LateFundsReceived(receipt)]);
        }
        let receipt = late(kind, 1, "100");
        history.asked().expired().gives(record(receipt.clone()), vec![E::LateFundsReceived(receipt)]);
    }
}

#[test]
fn paid_in_time_and_seen_late_goes_on_by_itself() {
    for history in both() {
        let kind = history.kind();
        let expired = history.asked().expired();
        for paid_at in [DEADLINE, DEADLINE - Duration::HOUR] {
            let receipt = Receipt { paid_at, ..receipt(kind, 1, "100") };
            let after = expired.clone().then(record(receipt.clone()));
            let [.., E::LateFundsReceived(recorded), E::Recovered { .. }] = after.events() else {
                panic!("{:?}", after.events());
            };
            assert_eq!(*recorded, receipt);
            assert_eq!(after.transfer().funding, Funding::Received(receipt));
            assert_eq!(after.transfer().closure, Closure::Open);
        }
        let other_amount = expired.clone().then(record(receipt(kind, 1, "50"))).transfer();
        assert_eq!(other_amount.amounts, Some(amounts(kind, "50", "0.5", "49.5")));
        let too_small = expired.then(record(receipt(kind, 1, "5"))).transfer();
        assert_eq!(too_small.closure, Closure::TooSmall);
    }
}

#[test]
fn a_second_late_payment_recovers_nothing_by_itself() {
    for history in both() {
        let kind = history.kind();
        let in_time = receipt(kind, 2, "100");
        let history = history.asked().expired().then(record(late(kind, 1, "100")));
        history.gives(record(in_time.clone()), vec![E::LateFundsReceived(in_time)]);
    }
}

#[test]
fn late_money_is_what_a_recovery_goes_on_with() {
    for history in both() {
        let kind = history.kind();
        let expired = history.asked().expired();
        expired.refuses(recover(), Refusal::NotRecoverable);
        expired.clone().then(record(late(kind, 1, "100"))).gives(recover(), vec![recovered()]);
        let other = E::AmountsCalculated(amounts(kind, "200", "2", "198"));
        expired.clone().then(record(late(kind, 1, "200"))).gives(recover(), vec![recovered(), other]);
        let too_large = late(kind, 1, "2000");
        let rejected = E::AmountRejectedAsTooLarge { received: too_large.money, limit: amount("1000") };
        expired.then(record(too_large)).gives(recover(), vec![recovered(), rejected]);
    }
}

#[test]
fn only_what_failed_or_expired_with_money_is_recovered() {
    for history in both() {
        let kind = history.kind();
        let never = [
            history.clone(),
            history.clone().asked(),
            history.clone().asked().failed(),
            history.clone().asked().expired(),
            history.clone().funded(),
            history.clone().funded().submitted(1),
            history.clone().asked().then(record(receipt(kind, 1, "5"))),
            history.clone().asked().then(record(receipt(kind, 1, "5000"))),
            history.clone().completed(),
        ];
        for history in never {
            history.refuses(recover(), Refusal::NotRecoverable);
        }
        history.funded().failed().gives(recover(), vec![recovered()]);
    }
}

#[test]
fn a_recovery_after_a_delivery_was_tried_keeps_the_amounts_promised_then() {
    let tried = deposit().funded().submitted(1).then(fail_payment(1, FailureClass::Terminal));
    tried.gives(recover(), vec![recovered()]);
    assert_eq!(tried.then(recover()).transfer().amounts, Some(hundred(Kind::Sep24Deposit)));
}
