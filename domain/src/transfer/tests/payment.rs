//! Delivery on Stellar: what is owed, once, after the money came.

use windlass_stellar::{Memo, MuxedAccount, StellarAsset, Stroops};

use super::fixture::*;
use crate::transfer::{FailureClass::*, TransferEvent as E, *};

const REASON: TrustReason = TrustReason::NoTrustline;

fn request_trustline() -> TransferCommand {
    TransferCommand::RequestTrustline { reason: REASON }
}

fn requested() -> E {
    E::TrustlineRequested { reason: REASON }
}

fn submit_payment(n: u8) -> TransferCommand {
    TransferCommand::RecordPaymentSubmitted { hash: hash(n) }
}

fn failed_payment(class: FailureClass) -> E {
    E::StellarPaymentFailed { attempt: 1, hash: hash(1), codes: codes(), class }
}

/// A deposit whose payment 1 is in the log, and one whose payment 1 was sent.
fn in_flight() -> [History; 2] {
    [deposit().funded().prepared(1), deposit().funded().submitted(1)]
}

#[test]
fn what_is_owed_is_prepared() {
    deposit().funded().gives(prepare_payment(1), vec![payment_prepared(1)]);
}

/// State machine 3.7: no payment before `FundsReceived`.
#[test]
fn nothing_is_paid_before_the_funds() {
    for history in [deposit(), deposit().asked()] {
        history.refuses(prepare_payment(1), Refusal::NotFunded);
        history.refuses(request_trustline(), Refusal::NotFunded);
        history.refuses(submit_payment(1), Refusal::OtherDelivery);
        history.refuses(confirm_payment(1), Refusal::OtherDelivery);
    }
}

#[test]
fn nothing_is_paid_for_a_transfer_that_has_ended() {
    let rejected = deposit().asked().then(record(receipt(Kind::Sep24Deposit, 1, "5")));
    let ended = [
        (deposit().completed(), Status::Completed),
        (deposit().funded().failed(), Status::Error),
        (deposit().asked().expired().then(record(receipt(Kind::Sep24Deposit, 1, "5"))), Status::TooSmall),
        (rejected, Status::TooSmall),
    ];
    for (history, status) in ended {
        history.refuses(prepare_payment(2), Refusal::Closed(status));
        history.refuses(request_trustline(), Refusal::Closed(status));
    }
}

#[test]
fn a_withdrawal_is_not_delivered_on_stellar() {
    let refusal = Refusal::WrongDirection("withdrawal");
    withdrawal().funded().refuses(prepare_payment(1), refusal.clone());
    withdrawal().funded().refuses(request_trustline(), refusal);
    for command in [submit_payment(1), confirm_payment(1), abandon_payment(1), fail_payment(1, Retryable)] {
        withdrawal().funded().submitted(1).refuses(command, Refusal::OtherDelivery);
    }
}

#[test]
fn a_payment_has_to_be_what_is_owed_to_the_stroop() {
    let owed = payment(1);
    let differ = [
        PreparedPayment { amount: Stroops::new(990_000_001).unwrap(), ..owed.clone() },
        PreparedPayment { amount: Stroops::new(989_999_999).unwrap(), ..owed.clone() },
        PreparedPayment { destination: account(3).into(), ..owed.clone() },
        PreparedPayment { destination: MuxedAccount { account: account(1), id: Some(1) }, ..owed.clone() },
        PreparedPayment { asset: StellarAsset::Native, ..owed.clone() },
        PreparedPayment { memo: Memo::None, ..owed.clone() },
        PreparedPayment { memo: Memo::Text("7".into()), ..owed },
    ];
    for payment in differ {
        deposit().funded().refuses(TransferCommand::PreparePayment(payment), Refusal::PaymentDiffers);
    }
}

/// State machine 3.7: no second `StellarPaymentPrepared` unless the former failed or is proven dead.
#[test]
fn there_is_no_second_payment_while_the_first_may_arrive() {
    for history in in_flight() {
        for n in [1, 2] {
            history.refuses(prepare_payment(n), Refusal::DeliveryInProgress);
        }
        history.refuses(request_trustline(), Refusal::DeliveryInProgress);
    }
}

#[test]
fn a_payment_that_failed_or_is_proven_dead_is_followed_by_the_next_attempt() {
    for history in in_flight() {
        for gone in [fail_payment(1, Retryable), abandon_payment(1)] {
            history.clone().then(gone).gives(prepare_payment(2), vec![payment_prepared(2)]);
        }
        history.clone().gives(
            abandon_payment(1),
            vec![E::StellarPaymentAbandoned { attempt: 1, hash: hash(1), proof: proof() }],
        );
        history.gives(fail_payment(1, Retryable), vec![failed_payment(Retryable)]);
    }
}

#[test]
fn a_log_with_the_last_possible_attempt_breaks_nothing() {
    let mut last = payment_prepared(1);
    let E::StellarPaymentPrepared(prepared) = &mut last else { unreachable!() };
    prepared.attempt = u32::MAX;
    let history = deposit().funded().and(last).then(abandon_payment(1)).then(prepare_payment(2));
    assert_eq!(history.transfer().attempts, u32::MAX);
}

#[test]
fn a_payment_is_recorded_as_sent_once() {
    let submitted = E::StellarPaymentSubmitted { attempt: 1, hash: hash(1) };
    deposit().funded().prepared(1).gives(submit_payment(1), vec![submitted]);
    deposit().funded().submitted(1).gives(submit_payment(1), vec![]);
}

#[test]
fn only_the_payment_that_is_under_way_is_spoken_of() {
    let commands = || [submit_payment(1), confirm_payment(1), abandon_payment(1), fail_payment(1, Retryable)];
    let others = [
        deposit(),
        deposit().asked(),
        deposit().funded(),
        deposit().funded().prepared(2),
        deposit().funded().submitted(2),
        deposit().funded().submitted(1).then(abandon_payment(1)),
        deposit().funded().submitted(1).then(fail_payment(1, Terminal)),
        deposit().funded().submitted(1).then(fail_payment(1, NeedsTrust(REASON))),
        deposit().completed(),
    ];
    for (history, command) in others.iter().flat_map(|history| commands().map(|command| (history, command))) {
        history.refuses(command, Refusal::OtherDelivery);
    }
}

/// State machine 3.7: `Completed` only once the delivery is confirmed.
#[test]
fn a_confirmed_payment_completes_the_deposit_with_what_was_paid() {
    for history in in_flight() {
        history.gives(
            confirm_payment(1),
            vec![
                E::StellarPaymentConfirmed { attempt: 1, hash: hash(1), ledger: 50, closed_at: DEADLINE },
                E::Completed {
                    amounts: hundred(Kind::Sep24Deposit),
                    stellar_transaction_id: hash(1),
                    external_transaction_id: "credit-1".into(),
                },
            ],
        );
    }
}

#[test]
fn a_payment_that_will_fail_again_fails_the_transfer() {
    for history in in_flight() {
        let history = history.then(fail_payment(1, Terminal));
        let [.., failed, E::Failed { code, message }] = history.events() else {
            panic!("{:?}", history.events());
        };
        assert_eq!(*failed, failed_payment(Terminal));
        assert_eq!(code, "tx_failed op_no_trust");
        assert!(message.contains("safe with us"));
        assert_eq!(history.transfer().delivery, Delivery::Failed);
        history.then(recover()).gives(prepare_payment(2), vec![payment_prepared(2)]);
    }
}

/// SEP24-100
#[test]
fn a_payment_that_needs_trust_waits_for_it() {
    for history in in_flight() {
        let failed = failed_payment(NeedsTrust(REASON));
        history.gives(fail_payment(1, NeedsTrust(REASON)), vec![failed, requested()]);
        let history = history.then(fail_payment(1, NeedsTrust(REASON)));
        history.refuses(prepare_payment(2), Refusal::DeliveryInProgress);
        history
            .then(TransferCommand::EstablishTrustline)
            .gives(prepare_payment(2), vec![payment_prepared(2)]);
    }
}

#[test]
fn a_trustline_is_asked_for_once_per_reason() {
    deposit().funded().gives(request_trustline(), vec![requested()]);
    let waiting = deposit().funded().and(requested());
    waiting.gives(request_trustline(), vec![]);
    let reason = TrustReason::NotAuthorized;
    waiting.gives(TransferCommand::RequestTrustline { reason }, vec![E::TrustlineRequested { reason }]);
}

#[test]
fn a_trustline_that_nobody_waits_for_is_no_news() {
    let establish = TransferCommand::EstablishTrustline;
    let waiting = deposit().funded().and(requested());
    waiting.gives(establish.clone(), vec![E::TrustlineEstablished]);
    let not_waiting = [
        deposit(),
        deposit().funded(),
        deposit().funded().submitted(1),
        deposit().completed(),
        waiting.clone().and(E::TrustlineEstablished),
        waiting.clone().failed(),
    ];
    for history in not_waiting {
        history.refuses(establish.clone(), Refusal::NotAwaitingTrust);
    }
    waiting.failed().then(recover()).gives(establish, vec![E::TrustlineEstablished]);
}
