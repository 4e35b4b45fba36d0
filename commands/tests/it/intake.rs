//! A wallet's request, the one-time link, the confirmed form.

use time::Duration;
use windlass_commands::{CommandError, FormInput, InitiateTransfer};
use windlass_domain::transfer::{Intake, Kind, Refusal};

use crate::{
    ports::START,
    world::{World, amount, client, form, other_usdc, request},
};

pub(crate) async fn what_is_not_offered_is_not_begun(world: World) {
    let unknown = "EURC:GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ".parse().unwrap();
    for asset in [other_usdc(), unknown] {
        let request = InitiateTransfer { asset, ..request(Kind::Sep24Deposit) };
        let refused = world.commands.initiate(request, &client()).await;
        assert!(matches!(refused, Err(CommandError::NotOffered)), "{asset}: {refused:?}");
    }
    assert_eq!(world.log().await, []);
}

pub(crate) async fn a_requested_amount_outside_the_limits_is_refused(world: World) {
    for given in ["0", "9.99", "1000.01", "50.001"] {
        let requested_amount = Some(amount(given));
        let request = InitiateTransfer { requested_amount, ..request(Kind::Sep24Deposit) };
        let refused = world.commands.initiate(request, &client()).await;
        assert!(matches!(refused, Err(CommandError::Refused(Refusal::Terms(_)))), "{given}: {refused:?}");
    }
    assert_eq!((world.log().await, world.tasks().await), (vec![], vec![]));
}

/// SEP24-037
pub(crate) async fn a_link_opens_one_session(world: World) {
    let id = world.initiated(Kind::Sep24Deposit).await;
    let until = START + Duration::MINUTE;
    let commands = &world.commands;
    let open = |session| async move {
        commands.open_interactive_session(id, "link-1", until, session, &client()).await
    };
    assert!(!world.commands.interactive_token_used("link-1").await.unwrap());
    open("session-1").await.unwrap();
    assert!(matches!(open("session-2").await, Err(CommandError::AlreadyUsed)));
    assert!(world.commands.interactive_token_used("link-1").await.unwrap());
    assert_eq!(world.events(id).await, ["Initiated", "InteractiveSessionOpened"]);
}

pub(crate) async fn of_many_who_open_a_link_at_once_one_gets_in(world: World) {
    let id = world.initiated(Kind::Sep24Deposit).await;
    let open = |n: u8| {
        let commands = world.commands.clone();
        tokio::spawn(async move {
            let (session, until) = (format!("session-{n}"), START + Duration::MINUTE);
            commands.open_interactive_session(id, "link-1", until, &session, &client()).await
        })
    };
    let mut opened = 0;
    for attempt in (0..8).map(open).collect::<Vec<_>>() {
        match attempt.await.unwrap() {
            Ok(()) => opened += 1,
            Err(CommandError::AlreadyUsed | CommandError::Contended) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(opened, 1);
    assert_eq!(world.events(id).await, ["Initiated", "InteractiveSessionOpened"]);
}

pub(crate) async fn a_used_link_is_forgotten_only_when_its_time_is_over(world: World) {
    let id = world.initiated(Kind::Sep24Deposit).await;
    let until = START + Duration::MINUTE;
    world.commands.open_interactive_session(id, "link-1", until, "session-1", &client()).await.unwrap();
    assert_eq!(world.commands.forget_expired_reservations(10).await.unwrap(), 0);
    world.clock.pass(Duration::MINUTE);
    assert_eq!(world.commands.forget_expired_reservations(10).await.unwrap(), 1);
    assert!(!world.commands.interactive_token_used("link-1").await.unwrap());
}

/// SEP24-T15
pub(crate) async fn a_second_submit_changes_nothing(world: World) {
    for kind in [Kind::Sep24Deposit, Kind::Sep24Withdrawal] {
        let id = world.awaiting(kind).await;
        let before = world.transfer(id).await;
        let again = world.commands.submit_form(id, form(kind, "200"), &client()).await;
        assert!(matches!(again, Err(CommandError::Refused(Refusal::FormAlreadySubmitted))), "{again:?}");
        assert_eq!(world.transfer(id).await, before);
    }
}

/// SEP24-T15
pub(crate) async fn of_eight_submits_at_once_one_counts(world: World) {
    for kind in [Kind::Sep24Deposit, Kind::Sep24Withdrawal] {
        let id = world.initiated(kind).await;
        let submit = |n: u8| {
            let commands = world.commands.clone();
            tokio::spawn(async move {
                commands.submit_form(id, form(kind, &format!("10{n}")), &client()).await.is_ok()
            })
        };
        let mut submitted = 0;
        for attempt in (0..8).map(submit).collect::<Vec<_>>() {
            submitted += u32::from(attempt.await.unwrap());
        }
        assert_eq!(submitted, 1);
        let events = world.events(id).await;
        assert_eq!(events, ["Initiated", "FormSubmitted", "AmountsCalculated", "TransferInstructionsIssued"]);
    }
    let mut reserved = 0;
    let asked = world.rail.asked.lock().unwrap().clone();
    for reference in asked {
        let held = world.store.reservation("reference", &format!("bank:{reference}")).await.unwrap();
        reserved += u32::from(held.is_some());
    }
    assert_eq!(reserved, 1, "references that lead to the deposit");
}

pub(crate) async fn a_rail_outage_leaves_nothing(world: World) {
    let id = world.initiated(Kind::Sep24Deposit).await;
    *world.rail.closed.lock().unwrap() = true;
    let (log, tasks) = (world.log().await, world.tasks().await);
    let refused = world.commands.submit_form(id, form(Kind::Sep24Deposit, "100"), &client()).await;
    assert!(matches!(refused, Err(CommandError::Rail(_))), "{refused:?}");
    assert_eq!((world.log().await, world.tasks().await), (log, tasks));
    *world.rail.closed.lock().unwrap() = false;
    world.commands.submit_form(id, form(Kind::Sep24Deposit, "100"), &client()).await.unwrap();
    assert_eq!(world.transfer(id).await.intake, Intake::Submitted);
}

pub(crate) async fn a_taken_reference_or_memo_is_replaced(world: World) {
    let same = [3; 10];
    world.ids.tell([same, same, [4; 10], same, same, [4; 10]]);
    let (first, second) =
        (world.awaiting(Kind::Sep24Deposit).await, world.awaiting(Kind::Sep24Deposit).await);
    assert_eq!(world.reference(first).await, "WLDDDDDDDDDD");
    assert_eq!(world.reference(second).await, "WLEEEEEEEEEE");
    let (first, second) =
        (world.awaiting(Kind::Sep24Withdrawal).await, world.awaiting(Kind::Sep24Withdrawal).await);
    assert_ne!(world.memo(first).await, world.memo(second).await);
}

pub(crate) async fn where_every_reference_is_taken_nothing_changes(world: World) {
    world.ids.tell([[3; 10]; 6]);
    let _first = world.awaiting(Kind::Sep24Deposit).await;
    let id = world.initiated(Kind::Sep24Deposit).await;
    let refused = world.commands.submit_form(id, form(Kind::Sep24Deposit, "100"), &client()).await;
    assert!(matches!(refused, Err(CommandError::Contended)), "{refused:?}");
    assert_eq!(world.events(id).await, ["Initiated"]);
}

pub(crate) async fn a_form_outside_the_terms_is_refused_before_the_bank_is_asked(world: World) {
    let id = world.initiated(Kind::Sep24Deposit).await;
    for given in ["0", "9.99", "1000.01", "50.001"] {
        let refused = world.commands.submit_form(id, form(Kind::Sep24Deposit, given), &client()).await;
        assert!(matches!(refused, Err(CommandError::Refused(Refusal::Terms(_)))), "{given}: {refused:?}");
    }
    let withdrawal = world.initiated(Kind::Sep24Withdrawal).await;
    let nowhere = FormInput { amount: amount("100"), destination: None };
    let refused = world.commands.submit_form(withdrawal, nowhere, &client()).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refusal::PayoutDestinationMissing))), "{refused:?}");
    assert_eq!(*world.rail.asked.lock().unwrap(), Vec::<String>::new());
}

pub(crate) async fn an_ended_transfer_takes_no_form_and_asks_nobody(world: World) {
    let id = world.initiated(Kind::Sep24Deposit).await;
    world.clock.pass(Duration::HOUR);
    world.commands.expire(id, &world.lease("expire").await).await.unwrap();
    let refused = world.commands.submit_form(id, form(Kind::Sep24Deposit, "100"), &client()).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refusal::Closed(_)))), "{refused:?}");
    assert_eq!(*world.rail.asked.lock().unwrap(), Vec::<String>::new());
}

pub(crate) async fn nothing_is_submitted_to_a_transfer_that_is_not_there(world: World) {
    let id = windlass_domain::transfer::TransferId(uuid::Uuid::nil());
    let refused = world.commands.submit_form(id, form(Kind::Sep24Deposit, "100"), &client()).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refusal::NotInitiated))), "{refused:?}");
}
