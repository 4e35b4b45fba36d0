//! The status that a wallet is shown, by what happened.

use super::fixture::*;
use crate::transfer::{FailureClass::*, Status::*, TransferEvent as E, *};

/// Each step of a history, with the status after it.
struct Shown(History);

impl Shown {
    #[track_caller]
    fn is(self, status: Status) -> Self {
        assert_eq!(self.0.transfer().status(), status, "after {:?}", self.0.events().last());
        self
    }

    fn after(self, command: TransferCommand) -> Self {
        Self(self.0.then(command))
    }
}

fn trust(reason: TrustReason) -> TransferCommand {
    TransferCommand::RequestTrustline { reason }
}

fn send() -> TransferCommand {
    TransferCommand::RecordPaymentSubmitted { hash: hash(1) }
}

fn order(n: u8) -> TransferCommand {
    TransferCommand::RecordPayoutSubmitted { key: key(n), provider_ref: provider_ref(n) }
}

fn form_of(kind: Kind) -> TransferCommand {
    TransferCommand::SubmitForm(form(kind, "100"))
}

/// SEP24-092, SEP24-052; state machine 3.1, edges 1, 4, 9, 13, 15, 16
#[test]
fn a_deposit_shows_where_the_money_is() {
    Shown(deposit())
        .is(Incomplete)
        .after(form_of(Kind::Sep24Deposit))
        .is(PendingUserTransferStart)
        .after(record(receipt(Kind::Sep24Deposit, 1, "100")))
        .is(PendingAnchor)
        .after(trust(TrustReason::NoAccount))
        .is(PendingTrust)
        .after(TransferCommand::EstablishTrustline)
        .is(PendingAnchor)
        .after(prepare_payment(1))
        .is(PendingAnchor)
        .after(send())
        .is(PendingStellar)
        .after(confirm_payment(1))
        .is(Completed);
}

/// SEP24-092, SEP24-052; state machine 3.2, edges 4, 8, 11, 13
#[test]
fn a_withdrawal_shows_where_the_money_is() {
    Shown(withdrawal())
        .is(Incomplete)
        .after(form_of(Kind::Sep24Withdrawal))
        .is(PendingUserTransferStart)
        .after(record(receipt(Kind::Sep24Withdrawal, 1, "100")))
        .is(PendingAnchor)
        .after(prepare_payout(1))
        .is(PendingAnchor)
        .after(order(1))
        .is(PendingExternal)
        .after(confirm_payout(1))
        .is(Completed);
}

/// State machine 3.1, edge 17
#[test]
fn a_payment_that_did_not_arrive_shows_what_it_waits_for() {
    let sent = || Shown(deposit().funded().submitted(1)).is(PendingStellar);
    sent().after(fail_payment(1, Retryable)).is(PendingAnchor);
    sent().after(fail_payment(1, NeedsTrust(TrustReason::LineFull))).is(PendingTrust);
    sent().after(fail_payment(1, Terminal)).is(Error).after(recover()).is(PendingAnchor);
    sent().after(abandon_payment(1)).is(PendingAnchor);
}

/// State machine 3.2, edge 14
#[test]
fn a_payout_that_did_not_arrive_shows_what_it_waits_for() {
    let sent = || Shown(withdrawal().funded().submitted(1)).is(PendingExternal);
    sent().after(fail_payout(1, Retryable)).is(PendingAnchor);
    sent().after(fail_payout(1, Terminal)).is(Error).after(recover()).is(PendingAnchor);
}

/// State machine 3.1, edges 11, 20, 21
#[test]
fn a_transfer_that_ended_early_shows_why() {
    for history in both() {
        let kind = history.kind();
        let asked = || Shown(history.clone().asked());
        asked().after(record(receipt(kind, 1, "5"))).is(TooSmall);
        asked().after(record(receipt(kind, 1, "5000"))).is(TooLarge);
        asked().after(expire_at(DEADLINE)).is(Expired);
        asked().after(fail()).is(Error);
        Shown(history.clone()).after(expire_at(DEADLINE)).is(Expired);
        let in_time = record(receipt(kind, 1, "100"));
        asked().after(expire_at(DEADLINE)).after(in_time).is(PendingAnchor);
    }
}

/// SEP24-092: what comes on top of a completed transfer leaves it completed.
#[test]
fn completed_stays_completed() {
    for history in both() {
        let late = record(receipt(history.kind(), 2, "30"));
        Shown(history.completed()).is(Completed).after(late).is(Completed);
    }
}

/// SEP24-094
#[test]
fn pending_anchor_may_come_before_the_funds_as_well_as_after_them() {
    let money = hundred(Kind::Sep24Deposit).amount_in;
    let reviewed = deposit().and(E::FormSubmitted(FormSubmitted { amount: money, payout: None }));
    Shown(reviewed).is(PendingAnchor);
    Shown(deposit().funded()).is(PendingAnchor);
}

/// SEP24-092, SEP24-093
#[test]
fn every_status_is_one_of_sep_24() {
    let names = [
        (Incomplete, "incomplete"),
        (PendingUserTransferStart, "pending_user_transfer_start"),
        (PendingExternal, "pending_external"),
        (PendingAnchor, "pending_anchor"),
        (PendingStellar, "pending_stellar"),
        (PendingTrust, "pending_trust"),
        (Completed, "completed"),
        (Expired, "expired"),
        (TooSmall, "too_small"),
        (TooLarge, "too_large"),
        (Error, "error"),
    ];
    for (status, name) in names {
        assert_eq!(status.to_string(), name);
        assert_eq!(serde_json::to_value(status).unwrap(), name, "as rows keep it");
    }
}

/// SEP24-080
#[test]
fn only_the_form_and_the_payment_wait_for_the_user() {
    let waiting = [Incomplete, PendingUserTransferStart];
    for status in [
        PendingExternal,
        PendingAnchor,
        PendingStellar,
        PendingTrust,
        Completed,
        Expired,
        TooSmall,
        TooLarge,
        Error,
    ] {
        assert!(!status.awaits_user(), "{status}");
    }
    assert!(waiting.into_iter().all(Status::awaits_user));
}
