//! The times and ids of a transfer's view.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use windlass_domain::transfer::{
    FailureClass, Kind, PayoutPrepared, Receipt, Status, Transfer, TransferCommand as Command, TransferEvent,
    TransferId,
};
use windlass_projections::TransferView;

use crate::lives::{Life, START, asset, fail, form, hash, initiated, prepare, receipt, subject};

/// A transfer that a test tells what happens, and when.
pub(crate) struct Story {
    transfer: Transfer,
    life: Life,
}

impl Story {
    pub(crate) fn of(kind: Kind) -> Self {
        let life = Life { id: TransferId(Uuid::from_u128(1)), events: vec![] };
        let mut story = Self { transfer: Transfer::default(), life };
        story.tell(0, Command::Initiate(Box::new(initiated(kind, subject(0), asset(1)))));
        story
    }

    /// Its form was submitted after ten seconds.
    pub(crate) fn awaiting(kind: Kind) -> Self {
        let mut story = Self::of(kind);
        story.tell(10, Command::SubmitForm(Box::new(form(kind, "100"))));
        story
    }

    /// Its money came after twenty.
    pub(crate) fn funded(kind: Kind) -> Self {
        let mut story = Self::awaiting(kind);
        story.tell(20, Command::RecordFunds(receipt(kind, 1, "100")));
        story
    }

    /// It was delivered after fifty.
    pub(crate) fn completed(kind: Kind) -> Self {
        let mut story = Self::funded(kind);
        match kind {
            Kind::Sep24Deposit => {
                let prepare = prepare(&story.transfer);
                story.tell(30, prepare);
                story.tell(40, Command::RecordPaymentSubmitted { hash: hash(1) });
                story.tell(50, Command::ConfirmPayment { hash: hash(1), ledger: 7, closed_at: START });
            }
            Kind::Sep24Withdrawal => {
                story.tell(30, Command::PreparePayout { rail: "bank".into(), key: "key-1".into() });
                let (key, provider_ref) = (String::from("key-1"), String::from("payout-1"));
                story.tell(50, Command::ConfirmPayout { key, provider_ref, booked_at: START });
            }
        }
        story
    }

    pub(crate) fn tell(&mut self, seconds: i64, command: Command) {
        let before = self.life.events.len();
        self.life.happens(&mut self.transfer, command, at(seconds));
        assert!(self.life.events.len() > before, "the transfer refused");
    }

    pub(crate) fn view(&self) -> TransferView {
        TransferView::fold(self.life.id, self.life.events.clone()).unwrap()
    }

    fn times(&self) -> (OffsetDateTime, OffsetDateTime, Option<OffsetDateTime>) {
        let view = self.view();
        (view.started_at, view.updated_at, view.completed_at)
    }

    fn ids(&self) -> (Option<String>, Option<String>) {
        let view = self.view();
        (view.stellar_transaction_id, view.external_transaction_id)
    }
}

pub(crate) fn at(seconds: i64) -> OffsetDateTime {
    START + Duration::seconds(seconds)
}

/// SEP24-079
#[test]
fn a_view_changes_its_time_with_its_status() {
    for kind in [Kind::Sep24Deposit, Kind::Sep24Withdrawal] {
        let mut story = Story::of(kind);
        let session = Command::OpenInteractiveSession { session_id: "s".into(), token_id: "t".into() };
        story.tell(5, session);
        assert_eq!(story.times(), (START, START, None));
        story.tell(10, Command::SubmitForm(Box::new(form(kind, "100"))));
        assert_eq!(story.times(), (START, at(10), None));
        story.tell(20, Command::RecordFunds(receipt(kind, 1, "100")));
        assert_eq!((story.view().status, story.times()), (Status::PendingAnchor, (START, at(20), None)));
        story.tell(25, Command::RecordFunds(receipt(kind, 2, "100")));
        assert_eq!(story.times(), (START, at(20), None));
        assert_eq!(Story::completed(kind).times(), (START, at(50), Some(at(50))));
    }
}

/// SEP24-079: money is booked before it is seen, and a ledger's clock is not ours.
#[test]
fn no_status_was_reached_before_the_one_that_it_followed() {
    let mut story = Story::awaiting(Kind::Sep24Deposit);
    story.tell(-86_400, Command::RecordFunds(receipt(Kind::Sep24Deposit, 1, "100")));
    assert_eq!((story.view().status, story.times()), (Status::PendingAnchor, (START, at(10), None)));
    let prepare = prepare(&story.transfer);
    story.tell(30, prepare);
    story.tell(40, Command::RecordPaymentSubmitted { hash: hash(1) });
    story.tell(38, Command::ConfirmPayment { hash: hash(1), ledger: 7, closed_at: at(38) });
    assert_eq!(story.times(), (START, at(40), Some(at(40))));
}

#[test]
fn a_view_begins_with_initiated_or_not_at_all() {
    let id = TransferId(Uuid::from_u128(1));
    let events = Story::funded(Kind::Sep24Deposit).life.events;
    assert_eq!(TransferView::fold(id, []), None);
    assert_eq!(TransferView::fold(id, events[1..].to_vec()), None);
}

/// SEP24-081
#[test]
fn ids_name_the_payments_that_count() {
    assert_eq!(Story::awaiting(Kind::Sep24Deposit).ids(), (None, None));
    let bank = Some("credit-1".to_owned());
    assert_eq!(Story::funded(Kind::Sep24Deposit).ids(), (None, bank.clone()));
    assert_eq!(Story::completed(Kind::Sep24Deposit).ids(), (Some(hash(1).to_string()), bank));
    let paid = Some(hash(51).to_string());
    assert_eq!(Story::funded(Kind::Sep24Withdrawal).ids(), (paid.clone(), None));
    assert_eq!(Story::completed(Kind::Sep24Withdrawal).ids(), (paid, Some("payout-1".to_owned())));
}

#[test]
fn a_second_payment_does_not_take_the_place_of_the_first() {
    for kind in [Kind::Sep24Deposit, Kind::Sep24Withdrawal] {
        for mut story in [Story::funded(kind), Story::completed(kind)] {
            let before = story.ids();
            story.tell(60, Command::RecordFunds(receipt(kind, 2, "100")));
            assert_eq!(story.ids(), before);
        }
    }
}

#[test]
fn late_money_is_named_if_it_is_the_first() {
    let mut story = Story::awaiting(Kind::Sep24Withdrawal);
    story.tell(90_000, Command::Expire { now: START + Duration::days(2) });
    let late = Receipt { paid_at: START + Duration::days(3), ..receipt(Kind::Sep24Withdrawal, 1, "100") };
    story.tell(90_001, Command::RecordFunds(late));
    assert_eq!(story.ids().0, Some(hash(51).to_string()));
}

#[test]
fn a_payment_that_came_to_nothing_is_named_no_more() {
    let mut story = Story::funded(Kind::Sep24Deposit);
    let prepare = prepare(&story.transfer);
    story.tell(30, prepare);
    story.tell(40, Command::RecordPaymentSubmitted { hash: hash(1) });
    assert_eq!(story.ids().0, Some(hash(1).to_string()));
    let (codes, class) = (Default::default(), FailureClass::Retryable);
    story.tell(50, Command::FailPayment { hash: hash(1), codes, class });
    assert_eq!(story.ids().0, None);
}

#[test]
fn the_message_of_a_failure_goes_with_the_recovery() {
    let mut story = Story::funded(Kind::Sep24Deposit);
    story.tell(30, fail());
    assert_eq!(story.view().message.as_deref(), Some("Something is wrong."));
    story.tell(40, Command::Recover { reason: "looked into".into() });
    assert_eq!(story.view().message, None);
}

/// What a rail says may be of a person; nothing of it is shown.
#[test]
fn what_a_rail_says_of_a_failure_is_not_shown() {
    let mut story = Story::funded(Kind::Sep24Withdrawal);
    story.tell(30, Command::PreparePayout { rail: "bank".into(), key: "key-1".into() });
    assert!(matches!(
        &story.life.events.last().unwrap().0,
        TransferEvent::PayoutPrepared(PayoutPrepared { attempt: 1, .. })
    ));
    let (code, message) = (String::from("closed"), String::from("the account of Maria is closed"));
    let (key, class) = ("key-1".into(), FailureClass::Terminal);
    story.tell(40, Command::FailPayout { key, code, message, class });
    let shown = story.view().message.unwrap();
    assert!(!shown.contains("Maria") && shown.contains("safe"), "{shown}");
}
