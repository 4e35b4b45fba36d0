//! Money that comes in: from a rail's statement, and on the ledger.

use time::Duration;
use windlass_commands::{CommandError, Recorded};
use windlass_domain::{
    inbound_payment::{InboundPaymentEvent, Observation, UnmatchedReason},
    transfer::{Closure, Funding, Kind},
};
use windlass_stellar::{Memo, MuxedAccount};
use windlass_store::StreamId;

use crate::world::{
    HOLDER, World, an_hour_later, credit, cursor, distribution, other_usdc, payment, rail, received, watcher,
};

pub(crate) async fn money_its_payment_and_the_cursor_are_one_append(world: World) {
    let id = world.awaiting(Kind::Sep24Deposit).await;
    let credit = credit(1, &format!("Rent {}, thanks", world.reference(id).await), "100");
    let moved = Some(cursor(None, "1"));
    let recorded = world.commands.record_credit("bank", &credit, moved, &rail()).await.unwrap();
    assert_eq!(recorded, Recorded::Matched(id));
    assert_eq!(world.commands.cursor("watched").await.unwrap().as_deref(), Some("1"));
    assert_eq!(
        world.stream("inbound_payment", "rail:bank:credit-1").await,
        ["PaymentObserved", "PaymentMatched"]
    );
    assert_eq!(world.events(id).await.last().unwrap(), "FundsReceived");
    assert_eq!(world.tasks().await, [("pay".to_owned(), Duration::ZERO)]);
    assert!(!world.log().await.iter().any(|event| event.payload.contains("Rent")));
}

pub(crate) async fn a_withdrawal_is_found_by_its_memo_or_by_a_muxed_id(world: World) {
    let by_memo = world.awaiting(Kind::Sep24Withdrawal).await;
    assert_eq!(world.pay_in(by_memo, 1, "100").await, Recorded::Matched(by_memo));
    let by_id = world.awaiting(Kind::Sep24Withdrawal).await;
    let Memo::Id(id) = world.memo(by_id).await else { panic!("our memos are ids") };
    let to = MuxedAccount { account: distribution(), id: Some(id) };
    let mut payment = received(2, Memo::None, "100");
    payment.to = to;
    let observation = Observation::Stellar(Box::new(payment));
    let recorded = world.commands.record_payment(observation, None, &watcher()).await.unwrap();
    assert_eq!(recorded, Recorded::Matched(by_id));
}

pub(crate) async fn what_names_no_transfer_is_kept_with_the_reason(world: World) {
    let id = world.awaiting(Kind::Sep24Withdrawal).await;
    let mut elsewhere = received(1, world.memo(id).await, "100");
    elsewhere.to = crate::world::account(9).into();
    let unknown = Recorded::Unmatched(UnmatchedReason::UnknownReference);
    let none = Recorded::Unmatched(UnmatchedReason::NoReference);
    for (observation, expected) in [
        (payment(2, Memo::None, "100"), &none),
        (payment(3, Memo::Id(1), "100"), &unknown),
        (payment(4, Memo::Text(format!("{:?}", world.memo(id).await)), "100"), &unknown),
        (Observation::Stellar(Box::new(elsewhere)), &unknown),
    ] {
        let key = observation.key();
        let recorded = world.commands.record_payment(observation, None, &watcher()).await.unwrap();
        assert_eq!(recorded, *expected, "{key}");
        assert_eq!(world.stream("inbound_payment", &key).await, ["PaymentObserved", "PaymentUnmatched"]);
    }
    for (n, written, expected) in [(1, "", &none), (2, "  ", &none), (3, "WLAAAAAAAAAA", &unknown)] {
        let recorded = world.commands.record_credit("bank", &credit(n, written, "5"), None, &rail()).await;
        assert_eq!(recorded.unwrap(), *expected, "{written:?}");
    }
    assert_eq!(world.transfer(id).await.funding, Funding::None);
}

pub(crate) async fn a_payment_that_its_transfer_refuses_is_kept_and_changes_it_not(world: World) {
    let id = world.awaiting(Kind::Sep24Withdrawal).await;
    let before = world.transfer(id).await;
    let mut foreign = received(1, world.memo(id).await, "100");
    foreign.asset = other_usdc();
    let observation = Observation::Stellar(Box::new(foreign));
    let recorded = world.commands.record_payment(observation, None, &watcher()).await.unwrap();
    assert!(
        matches!(&recorded, Recorded::Unmatched(UnmatchedReason::Refused { transfer, .. }) if *transfer == id),
        "{recorded:?}"
    );
    assert_eq!(world.transfer(id).await, before);
}

pub(crate) async fn the_same_payment_seen_twice_is_one(world: World) {
    for kind in [Kind::Sep24Deposit, Kind::Sep24Withdrawal] {
        let id = world.funded(kind).await;
        let log = world.log().await;
        assert_eq!(world.pay_in(id, 1, "100").await, Recorded::Known);
        assert_eq!(world.log().await, log);
    }
}

pub(crate) async fn a_known_payment_still_moves_the_cursor(world: World) {
    world.commands.record_credit("bank", &credit(1, "", "5"), None, &rail()).await.unwrap();
    let again =
        world.commands.record_credit("bank", &credit(1, "", "5"), Some(cursor(None, "1")), &rail()).await;
    assert_eq!(again.unwrap(), Recorded::Known);
    assert_eq!(world.commands.cursor("watched").await.unwrap().as_deref(), Some("1"));
}

pub(crate) async fn the_same_payment_seen_by_eight_at_once_is_one(world: World) {
    let id = world.awaiting(Kind::Sep24Deposit).await;
    let credit = credit(1, &world.reference(id).await, "100");
    let see = |_: u8| {
        let (commands, credit) = (world.commands.clone(), credit.clone());
        tokio::spawn(async move { commands.record_credit("bank", &credit, None, &rail()).await })
    };
    let mut matched = 0;
    for seen in (0..8).map(see).collect::<Vec<_>>() {
        match seen.await.unwrap() {
            Ok(Recorded::Matched(_)) => matched += 1,
            Ok(Recorded::Known) | Err(CommandError::Contended) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(matched, 1);
    let received = world.events(id).await.iter().filter(|name| *name == "FundsReceived").count();
    assert_eq!(received, 1);
}

pub(crate) async fn a_second_payment_for_a_transfer_is_recorded_as_such(world: World) {
    let id = world.funded(Kind::Sep24Withdrawal).await;
    assert_eq!(world.pay_in(id, 2, "40").await, Recorded::Matched(id));
    assert_eq!(world.events(id).await.last().unwrap(), "AdditionalFundsReceived");
    assert_eq!(world.tasks().await, [("pay_out".to_owned(), Duration::ZERO)]);
}

/// SEP24-T17
pub(crate) async fn money_paid_in_time_and_seen_after_expiry_goes_on(world: World) {
    let id = world.awaiting(Kind::Sep24Deposit).await;
    world.clock.pass(Duration::DAY + Duration::MINUTE);
    world.commands.expire(id, &world.lease("expire").await).await.unwrap();
    assert_eq!(world.transfer(id).await.closure, Closure::Expired);
    assert_eq!(world.pay_in(id, 1, "100").await, Recorded::Matched(id));
    assert_eq!(world.transfer(id).await.closure, Closure::Open);
    assert_eq!(world.tasks().await, [("pay".to_owned(), Duration::ZERO)]);
}

/// SEP24-T17
pub(crate) async fn money_that_is_late_is_recorded_and_waits(world: World) {
    let id = world.awaiting(Kind::Sep24Deposit).await;
    world.clock.pass(Duration::DAY + Duration::MINUTE);
    world.commands.expire(id, &world.lease("expire").await).await.unwrap();
    let mut late = credit(1, &world.reference(id).await, "100");
    late.booked_at = an_hour_later() + Duration::DAY;
    let recorded = world.commands.record_credit("bank", &late, None, &rail()).await.unwrap();
    assert_eq!(recorded, Recorded::Matched(id));
    assert_eq!(world.events(id).await.last().unwrap(), "LateFundsReceived");
    assert_eq!((world.transfer(id).await.closure, world.tasks().await), (Closure::Expired, vec![]));
}

pub(crate) async fn where_another_process_moved_the_cursor_nothing_is_recorded(world: World) {
    let id = world.awaiting(Kind::Sep24Deposit).await;
    world.commands.move_cursor(cursor(None, "9")).await.unwrap();
    let (credit, log) = (credit(1, &world.reference(id).await, "100"), world.log().await);
    let moved = Some(cursor(None, "1"));
    let refused = world.commands.record_credit("bank", &credit, moved, &rail()).await;
    assert!(matches!(refused, Err(CommandError::CursorMoved)), "{refused:?}");
    assert_eq!(world.log().await, log);
    assert_eq!(world.commands.cursor("watched").await.unwrap().as_deref(), Some("9"));
}

/// A name of twelve letters that begin with WL looks like a reference; it is none.
pub(crate) async fn what_a_payer_writes_is_in_the_vault_alone(world: World) {
    for (n, written) in [(1, HOLDER), (2, "Wladyslawska"), (3, "for WLADYSLAWSKA, rent")] {
        let credit = credit(n, written, "5");
        for expected in [Recorded::Unmatched(UnmatchedReason::UnknownReference), Recorded::Known] {
            let recorded = world.commands.record_credit("bank", &credit, None, &rail()).await.unwrap();
            assert_eq!(recorded, expected, "{written}");
        }
        let stream = StreamId::new("inbound_payment", format!("rail:bank:credit-{n}"));
        let first = world.store.load(&stream).await.unwrap().remove(0);
        let observed = serde_json::from_str(&first.payload).unwrap();
        let InboundPaymentEvent::PaymentObserved(Observation::Rail {
            reference, remittance_vault_ref, ..
        }) = observed
        else {
            panic!("{observed:?}")
        };
        assert_eq!(reference, None);
        assert_eq!(world.opened(&remittance_vault_ref.unwrap()).await, written);
    }
    for event in world.log().await {
        let text = format!("{}{}", event.payload, event.metadata).to_uppercase();
        assert!(!text.contains("WLADYSLAWSKA") && !text.contains("MARIA"), "{text}");
    }
}

pub(crate) async fn a_name_before_the_reference_does_not_hide_it(world: World) {
    let id = world.awaiting(Kind::Sep24Deposit).await;
    let written = format!("WLADYSLAWSKA {}", world.reference(id).await.to_lowercase());
    let recorded = world.commands.record_credit("bank", &credit(1, &written, "100"), None, &rail()).await;
    assert_eq!(recorded.unwrap(), Recorded::Matched(id));
}
