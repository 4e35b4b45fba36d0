//! Following what comes in: page by page, from the stored cursor.

use std::sync::Arc;

use windlass_domain::{
    ports::{CreditPage, Cursor, LedgerError, PaymentPage, RailError},
    transfer::{Funding, Kind, TransferId, TransferInstructions},
};
use windlass_stellar::Memo;
use windlass_store::{Append, CursorMove, EventStore, NewEvent, StreamAppend, StreamId};
use windlass_workers::{Duty, StepError, Turn, duties};

use crate::world::{World, anybody, credit, distribution, received, request};

fn duty(world: &World, name: &str) -> Arc<dyn Duty> {
    duties(&world.ports).into_iter().find(|duty| duty.name().starts_with(name)).unwrap()
}

fn ledger_name() -> String {
    format!("ledger:{}", distribution())
}

async fn cursor(world: &World, name: &str) -> Option<String> {
    world.commands.cursor(name).await.unwrap()
}

async fn names(world: &World, event_type: &str) -> usize {
    world.log().await.iter().filter(|event| event.event_type == event_type).count()
}

fn appends(world: &World) -> u64 {
    *world.store.wakeups().borrow()
}

/// A payment of that key can no longer be read, and so neither recorded again.
async fn spoil(world: &World, key: &str) {
    let (event_type, event_version) = ("PaymentObserved".to_owned(), "1".to_owned());
    let event = NewEvent { event_type, event_version, payload: "{}".to_owned(), metadata: "{}".to_owned() };
    let stream = StreamId::new("inbound_payment", key);
    let streams = vec![StreamAppend { stream, history: vec![], events: vec![event] }];
    world.store.append(Append { streams, ..Append::default() }).await.unwrap();
}

async fn withdrawals(world: &World) -> [(TransferId, Memo); 2] {
    let mut all = vec![];
    for _ in 0..2 {
        let id = world.awaiting(request(Kind::Sep24Withdrawal)).await;
        match world.transfer(id).await.instructions {
            Some(TransferInstructions::Stellar { memo, .. }) => all.push((id, memo)),
            other => panic!("{other:?}"),
        }
    }
    all.try_into().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_page_is_recorded_and_the_cursor_moves_with_its_last_payment() {
    let world = World::new().await;
    let [(first, memo), (second, other)] = withdrawals(&world).await;
    let payments = vec![received(1, memo), received(2, Memo::None), received(3, other)];
    let page = PaymentPage { payments, next: Some(Cursor("30".to_owned())) };
    world.ledger.pages.tell([Ok(page), Ok(PaymentPage::default())]);
    let (watch, before) = (duty(&world, "watch_ledger"), appends(&world));
    assert_eq!(watch.turn().await.unwrap(), Turn::Worked);
    assert_eq!(appends(&world) - before, 3, "one for each payment, the last with the cursor");
    assert_eq!(watch.turn().await.unwrap(), Turn::Idle);
    let asked = |after| format!("payments {} after {after}", distribution());
    assert_eq!(world.ledger.calls(), [asked("-"), asked("30")]);
    assert_eq!(cursor(&world, &ledger_name()).await.as_deref(), Some("30"));
    for id in [first, second] {
        assert_ne!(world.transfer(id).await.funding, Funding::None);
    }
    assert_eq!([names(&world, "PaymentMatched").await, names(&world, "PaymentUnmatched").await], [2, 1]);
    assert_eq!(world.due().await.len(), 2, "a payout for each");
}

/// The page is read again, and what was recorded is known.
#[tokio::test(start_paused = true)]
async fn after_a_crash_within_a_page_nothing_is_missed_or_counted_twice() {
    for recorded in 0..3 {
        let world = World::new().await;
        let [(_, memo), (_, other)] = withdrawals(&world).await;
        let payments = vec![received(1, memo), received(2, Memo::None), received(3, other)];
        for payment in &payments[..recorded] {
            let seen = windlass_domain::inbound_payment::Observation::Stellar(Box::new(payment.clone()));
            world.commands.record_payment(seen, None, &anybody()).await.unwrap();
        }
        world.ledger.pages.tell([Ok(PaymentPage { payments, next: Some(Cursor("30".to_owned())) })]);
        assert_eq!(duty(&world, "watch_ledger").turn().await.unwrap(), Turn::Worked);
        assert_eq!((names(&world, "PaymentObserved").await, names(&world, "FundsReceived").await), (3, 2));
        assert_eq!(cursor(&world, &ledger_name()).await.as_deref(), Some("30"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_cursor_stays_while_a_payment_of_its_page_is_not_recorded() {
    let world = World::new().await;
    let payments: Vec<_> = (1..4).map(|n| received(n, Memo::None)).collect();
    spoil(&world, &format!("stellar:{}:1:0", payments[1].transaction)).await;
    world.ledger.pages.tell([Ok(PaymentPage { payments, next: Some(Cursor("30".to_owned())) })]);
    let credits = (1..4).map(|n| credit(n, "")).collect();
    spoil(&world, "rail:bank:credit-2").await;
    world.rail.pages.tell([Ok(CreditPage { credits, next: Some(Cursor("30".to_owned())) })]);
    for (name, stored) in [("watch_ledger", ledger_name()), ("watch_statement", "statement:bank".to_owned())]
    {
        let stopped = duty(&world, name).turn().await;
        assert!(matches!(stopped, Err(StepError::NeedsOperator(_))), "{stopped:?}");
        assert_eq!(cursor(&world, &stored).await, None);
    }
    assert_eq!(names(&world, "PaymentUnmatched").await, 2, "the first of each page");
}

/// All of the page is known: the crash came before the cursor moved.
#[tokio::test(start_paused = true)]
async fn a_page_that_is_known_still_moves_the_cursor() {
    let world = World::new().await;
    let payment = received(1, Memo::None);
    let seen = windlass_domain::inbound_payment::Observation::Stellar(Box::new(payment.clone()));
    world.commands.record_payment(seen, None, &anybody()).await.unwrap();
    let page = PaymentPage { payments: vec![payment], next: Some(Cursor("30".to_owned())) };
    world.ledger.pages.tell([Ok(page)]);
    assert_eq!(duty(&world, "watch_ledger").turn().await.unwrap(), Turn::Worked);
    assert_eq!(cursor(&world, &ledger_name()).await.as_deref(), Some("30"));
}

#[tokio::test(start_paused = true)]
async fn a_page_without_payments_to_us_moves_the_cursor() {
    let world = World::new().await;
    let log = world.log().await;
    world.ledger.pages.tell([Ok(PaymentPage { payments: vec![], next: Some(Cursor("30".to_owned())) })]);
    assert_eq!(duty(&world, "watch_ledger").turn().await.unwrap(), Turn::Worked);
    assert_eq!(cursor(&world, &ledger_name()).await.as_deref(), Some("30"));
    assert_eq!(world.log().await, log);
}

/// Two watch the same account for a moment; that is a waste, and never a fault.
#[tokio::test(start_paused = true)]
async fn who_finds_the_cursor_moved_drops_the_page() {
    for payments in [vec![], vec![received(1, Memo::None)]] {
        let world = Arc::new(World::new().await);
        let page = PaymentPage { payments, next: Some(Cursor("30".to_owned())) };
        world.ledger.pages.tell([Ok(page)]);
        let other = world.clone();
        world.ledger.meanwhile(distribution(), async move {
            let moved = CursorMove { name: ledger_name(), from: None, to: "60".to_owned() };
            other.commands.move_cursor(moved).await.unwrap();
        });
        let dropped = duty(&world, "watch_ledger").turn().await;
        assert!(matches!(dropped, Err(StepError::Superseded)), "{dropped:?}");
        assert_eq!(cursor(&world, &ledger_name()).await.as_deref(), Some("60"));
        assert_eq!(world.log().await, []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cursor_outside_of_the_history_stays_where_it_is() {
    let at = || Cursor("30".to_owned());
    for (error, parks) in [
        (LedgerError::BeforeHistory { cursor: at(), oldest: 99 }, true),
        (LedgerError::AheadOfHistory { cursor: at(), latest: 5 }, false),
        (LedgerError::Unavailable("502".to_owned()), false),
    ] {
        let world = World::new().await;
        let moved = CursorMove { name: ledger_name(), from: None, to: "30".to_owned() };
        world.commands.move_cursor(moved).await.unwrap();
        world.ledger.pages.tell([Err(error)]);
        let stopped = duty(&world, "watch_ledger").turn().await.unwrap_err();
        assert_eq!(matches!(stopped, StepError::NeedsOperator(_)), parks, "{stopped:?}");
        assert_eq!(cursor(&world, &ledger_name()).await.as_deref(), Some("30"));
    }
}

#[tokio::test(start_paused = true)]
async fn each_receiving_account_is_followed_once() {
    let world = World::new().await;
    let names: Vec<_> = duties(&world.ports).iter().map(|duty| duty.name()).collect();
    let ledger = format!("watch_ledger:{}", distribution());
    assert_eq!(names, ["watch_statement:bank", "forget_expired", ledger.as_str()]);
}

#[tokio::test(start_paused = true)]
async fn a_statement_is_recorded_line_by_line() {
    let world = World::new().await;
    let id = world.awaiting(request(Kind::Sep24Deposit)).await;
    let Some(TransferInstructions::OffChain { reference, .. }) = world.transfer(id).await.instructions else {
        panic!("a deposit has a reference")
    };
    let credits =
        vec![credit(1, "Maria's rent"), credit(2, &reference), credit(2, &reference), credit(3, "")];
    let page = CreditPage { credits, next: Some(Cursor("3".to_owned())) };
    world.rail.pages.tell([Ok(page), Ok(CreditPage::default()), Err(RailError::Unknown("down".to_owned()))]);
    let (watch, before) = (duty(&world, "watch_statement"), appends(&world));
    assert_eq!(watch.turn().await.unwrap(), Turn::Worked);
    assert_eq!(appends(&world) - before, 3, "one for each credit, the last with the cursor");
    assert_eq!(watch.turn().await.unwrap(), Turn::Idle);
    assert!(matches!(watch.turn().await, Err(StepError::Transient(_))));
    assert_eq!(world.rail.calls(), ["credits after -", "credits after 3", "credits after 3"]);
    assert_eq!((names(&world, "PaymentObserved").await, names(&world, "FundsReceived").await), (3, 1));
    assert_eq!(cursor(&world, "statement:bank").await.as_deref(), Some("3"));
    assert!(!world.log().await.iter().any(|event| event.payload.contains("Maria")));
}

#[tokio::test(start_paused = true)]
async fn what_has_expired_is_forgotten() {
    let world = World::new().await;
    let until = crate::clock::START + std::time::Duration::from_secs(60);
    let spent = windlass_stellar::TransactionHash::from_bytes([1; 32]);
    world.commands.spend_challenge(spent, until).await.unwrap();
    world.clock.pass(time::Duration::minutes(1));
    assert_eq!(duty(&world, "forget_expired").turn().await.unwrap(), Turn::Idle);
    world.commands.spend_challenge(spent, until).await.unwrap();
}
