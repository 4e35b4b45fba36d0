//! Ending without delivery: expiry and failure.

use time::Duration;

use super::fixture::*;
use crate::transfer::{TransferEvent as E, *};

/// SEP24-095
#[test]
fn the_form_and_the_payment_each_have_their_deadline() {
    for history in both() {
        for (history, deadline) in [(history.clone(), FORM_DEADLINE), (history.asked(), DEADLINE)] {
            history.refuses(expire_at(deadline - Duration::NANOSECOND), Refusal::NotDue);
            for late in [Duration::ZERO, Duration::days(400)] {
                history.gives(expire_at(deadline + late), vec![E::Expired { deadline }]);
            }
        }
    }
}

/// State machine 3.7: never `Expired` after `FundsReceived`.
#[test]
fn a_funded_transfer_never_expires() {
    for history in both() {
        let tried_again = match history.kind() {
            Kind::Sep24Deposit => fail_payment(1, FailureClass::Retryable),
            Kind::Sep24Withdrawal => fail_payout(1, FailureClass::Retryable),
        };
        let funded = [
            history.clone().funded(),
            history.clone().funded().prepared(1),
            history.clone().funded().submitted(1),
            history.clone().funded().submitted(1).then(tried_again),
            history.clone().funded().failed().then(recover()),
        ];
        for history in funded {
            history.refuses(expire_at(DEADLINE + Duration::days(400)), Refusal::Funded);
        }
    }
}

/// State machine 3.7: no regular event once a transfer has ended.
#[test]
fn what_has_ended_neither_expires_nor_fails_again() {
    for history in both() {
        let kind = history.kind();
        let ended = [
            (history.clone().completed(), Status::Completed),
            (history.clone().asked().expired(), Status::Expired),
            (history.clone().funded().failed(), Status::Error),
            (history.clone().asked().then(record(receipt(kind, 1, "5"))), Status::TooSmall),
            (history.asked().then(record(receipt(kind, 1, "5000"))), Status::TooLarge),
        ];
        for (history, status) in ended {
            history.refuses(expire_at(DEADLINE), Refusal::Closed(status));
            history.refuses(fail(), Refusal::Closed(status));
        }
    }
}

#[test]
fn a_transfer_can_fail_while_nothing_is_under_way() {
    let waiting = E::TrustlineRequested { reason: TrustReason::NoAccount };
    for history in both() {
        for history in [history.clone(), history.clone().asked(), history.funded()] {
            history.gives(fail(), vec![failed()]);
        }
    }
    deposit().funded().and(waiting).gives(fail(), vec![failed()]);
}

#[test]
fn a_transfer_does_not_fail_while_a_delivery_may_arrive() {
    for history in both() {
        for history in [history.clone().funded().prepared(1), history.funded().submitted(1)] {
            history.refuses(fail(), Refusal::DeliveryInProgress);
        }
    }
}
