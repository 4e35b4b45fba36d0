//! Delivery by a rail: what is owed, once, after the money came.

use super::fixture::*;
use crate::transfer::{FailureClass::*, TransferEvent as E, *};

fn submit_payout(n: u8) -> TransferCommand {
    TransferCommand::RecordPayoutSubmitted { key: key(n), provider_ref: provider_ref(n) }
}

fn failed_payout(class: FailureClass) -> E {
    E::PayoutFailed { attempt: 1, code: "closed".into(), message: "no such account".into(), class }
}

/// A withdrawal whose payout 1 is in the log, and one whose payout 1 was ordered.
fn in_flight() -> [History; 2] {
    [withdrawal().funded().prepared(1), withdrawal().funded().submitted(1)]
}

#[test]
fn what_is_owed_is_paid_out_under_its_own_key() {
    withdrawal().funded().gives(prepare_payout(1), vec![payout_prepared(1)]);
}

/// State machine 3.7: no payout before `FundsReceived`.
#[test]
fn nothing_is_paid_out_before_the_funds() {
    for history in [withdrawal(), withdrawal().asked()] {
        history.refuses(prepare_payout(1), Refusal::NotFunded);
        history.refuses(submit_payout(1), Refusal::OtherDelivery);
        history.refuses(confirm_payout(1), Refusal::OtherDelivery);
    }
}

#[test]
fn nothing_is_paid_out_for_a_transfer_that_has_ended() {
    let rejected = withdrawal().asked().then(record(receipt(Kind::Sep24Withdrawal, 1, "5000")));
    let ended = [
        (withdrawal().completed(), Status::Completed),
        (withdrawal().funded().failed(), Status::Error),
        (withdrawal().asked().expired(), Status::Expired),
        (rejected, Status::TooLarge),
    ];
    for (history, status) in ended {
        history.refuses(prepare_payout(2), Refusal::Closed(status));
    }
}

#[test]
fn a_deposit_is_not_delivered_by_a_rail() {
    deposit().funded().refuses(prepare_payout(1), Refusal::WrongDirection("deposit"));
    for command in [submit_payout(1), confirm_payout(1), fail_payout(1, Retryable)] {
        deposit().funded().submitted(1).refuses(command, Refusal::OtherDelivery);
    }
}

/// State machine 3.7: a second payout would be money paid twice.
#[test]
fn there_is_no_second_payout_while_the_first_may_arrive() {
    for history in in_flight() {
        for n in [1, 2] {
            history.refuses(prepare_payout(n), Refusal::DeliveryInProgress);
        }
    }
}

#[test]
fn a_payout_that_failed_is_followed_by_the_next_attempt() {
    for history in in_flight() {
        history.gives(fail_payout(1, Retryable), vec![failed_payout(Retryable)]);
        history.then(fail_payout(1, Retryable)).gives(prepare_payout(2), vec![payout_prepared(2)]);
    }
}

#[test]
fn a_log_with_the_last_possible_attempt_breaks_nothing() {
    let mut last = payout_prepared(1);
    let E::PayoutPrepared(prepared) = &mut last else { unreachable!() };
    prepared.attempt = u32::MAX;
    let history = withdrawal().funded().and(last).then(fail_payout(1, Retryable)).then(prepare_payout(2));
    assert_eq!(history.transfer().attempts, u32::MAX);
}

#[test]
fn a_payout_is_recorded_as_ordered_once() {
    let submitted = E::PayoutSubmitted { attempt: 1, provider_ref: provider_ref(1) };
    withdrawal().funded().prepared(1).gives(submit_payout(1), vec![submitted]);
    withdrawal().funded().submitted(1).gives(submit_payout(1), vec![]);
}

#[test]
fn only_the_payout_that_is_under_way_is_spoken_of() {
    let commands = || [submit_payout(1), confirm_payout(1), fail_payout(1, Retryable)];
    let others = [
        withdrawal(),
        withdrawal().asked(),
        withdrawal().funded(),
        withdrawal().funded().prepared(2),
        withdrawal().funded().submitted(2),
        withdrawal().funded().submitted(1).then(fail_payout(1, Retryable)),
        withdrawal().funded().submitted(1).then(fail_payout(1, Terminal)),
        withdrawal().completed(),
    ];
    for (history, command) in others.iter().flat_map(|history| commands().map(|command| (history, command))) {
        history.refuses(command, Refusal::OtherDelivery);
    }
}

/// State machine 3.7: `Completed` only once the delivery is confirmed.
#[test]
fn a_confirmed_payout_completes_the_withdrawal_with_what_was_paid() {
    for history in in_flight() {
        history.gives(
            confirm_payout(1),
            vec![
                E::PayoutConfirmed {
                    attempt: 1,
                    external_transaction_id: provider_ref(1),
                    booked_at: DEADLINE,
                },
                E::Completed {
                    amounts: hundred(Kind::Sep24Withdrawal),
                    stellar_transaction_id: hash(101),
                    external_transaction_id: provider_ref(1),
                },
            ],
        );
    }
}

#[test]
fn the_state_knows_the_payout_by_key_and_by_the_rails_id() {
    let leg = |provider_ref| Leg::Payout { attempt: 1, key: key(1), provider_ref };
    let [prepared, submitted] = in_flight();
    assert_eq!(prepared.transfer().delivery, Delivery::Prepared(leg(None)));
    assert_eq!(submitted.transfer().delivery, Delivery::Submitted(leg(Some(provider_ref(1)))));
    for history in [prepared, submitted] {
        let delivered = history.then(confirm_payout(1)).transfer().delivery;
        assert_eq!(delivered, Delivery::Delivered(leg(Some(provider_ref(1)))));
    }
}

#[test]
fn a_payout_that_will_fail_again_fails_the_transfer() {
    for history in in_flight() {
        let history = history.then(fail_payout(1, Terminal));
        let [.., failed, E::Failed { code, .. }] = history.events() else {
            panic!("{:?}", history.events());
        };
        assert_eq!((failed, code.as_str()), (&failed_payout(Terminal), "closed"));
        history.then(recover()).gives(prepare_payout(2), vec![payout_prepared(2)]);
    }
}

#[test]
fn no_payout_waits_for_a_trustline() {
    let class = NeedsTrust(TrustReason::NoTrustline);
    for history in in_flight() {
        history.refuses(fail_payout(1, class), Refusal::WrongDirection("withdrawal"));
    }
}
