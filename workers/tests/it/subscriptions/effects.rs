//! Effects: at least once, each event under a key that stays the same.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use time::OffsetDateTime;
use windlass_projections::feed::HandlerError;
use windlass_store::RecordedEvent;
use windlass_workers::{Duty, Handler, Turn};

use super::fixture::{Log, Told, drain};

pub(super) async fn each_event_is_handed_over_with_its_key_in_order(log: Log) {
    log.append("a", &["One", "Two"]).await;
    log.append("b", &["One"]).await;
    let told = Told::judging(|_| Ok(()));
    drain(&log.worker(Handler::Effect(told.clone()))).await;
    drain(&log.worker(Handler::Effect(told.clone()))).await;
    assert_eq!(told.keys(), ["deal/a:1", "deal/a:2", "deal/b:1"]);
    assert_eq!(log.row("told").await.handled, 3);
}

pub(super) async fn an_event_that_fails_comes_again_with_the_same_key(log: Log) {
    log.append("a", &["One"]).await;
    let there = Arc::new(AtomicBool::new(false));
    let is_there = there.clone();
    let told = Told::judging(move |_| {
        let there = is_there.load(Ordering::Relaxed);
        if there { Ok(()) } else { Err(HandlerError::Transient("503".to_owned())) }
    });
    let worker = log.worker(Handler::Effect(told.clone()));
    drain(&worker).await;
    assert_eq!(told.keys(), ["deal/a:1"]);
    drain(&worker).await;
    assert_eq!(told.keys().len(), 1, "not before its time");
    there.store(true, Ordering::Relaxed);
    log.clock.pass(time::Duration::MINUTE);
    drain(&worker).await;
    assert_eq!(told.keys(), ["deal/a:1", "deal/a:1"]);
    assert_eq!(log.row("told").await.failures, 0);
}

fn refuses_poison(event: &RecordedEvent) -> Result<(), HandlerError> {
    if event.event_type == "Poison" { Err(HandlerError::Permanent("400".to_owned())) } else { Ok(()) }
}

pub(super) async fn what_was_done_before_a_failure_is_not_done_again(log: Log) {
    log.append("a", &["One", "Two", "Poison", "Three"]).await;
    let told = Told::judging(refuses_poison);
    let worker = log.worker(Handler::Effect(told.clone()));
    drain(&worker).await;
    log.subscriptions.retry("told", OffsetDateTime::now_utc()).await.unwrap();
    drain(&worker).await;
    assert_eq!(told.keys(), ["deal/a:1", "deal/a:2", "deal/a:3", "deal/a:3"]);
    assert_eq!(log.row("told").await.handled, 2);
}

pub(super) async fn a_poison_event_parks_the_effect_until_it_is_skipped(log: Log) {
    log.append("a", &["One", "Poison", "Two"]).await;
    let told = Told::judging(refuses_poison);
    let worker = log.worker(Handler::Effect(told.clone()));
    drain(&worker).await;
    assert!(log.row("told").await.parked_at.is_some());
    drain(&worker).await;
    assert_eq!(told.keys().len(), 2, "it is parked");
    log.subscriptions.skip("told", "the chat refuses it", "maria", OffsetDateTime::now_utc()).await.unwrap();
    drain(&worker).await;
    assert_eq!(told.keys(), ["deal/a:1", "deal/a:2", "deal/a:3"]);
    assert_eq!(log.row("told").await.parked_at, None);
}

pub(super) async fn a_stop_lets_the_event_under_way_end_and_writes_it_down(log: Log) {
    log.append("a", &["One", "Two", "Three"]).await;
    let slow = Arc::new(Told { takes: Duration::from_millis(200), ..told() });
    let worker = Arc::new(log.worker(Handler::Effect(slow.clone())));
    let turn = tokio::spawn({
        let worker = worker.clone();
        async move { worker.turn().await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(worker.stop(), "it asks to be waited for");
    assert_eq!(turn.await.unwrap().unwrap(), Turn::Worked);
    assert_eq!(slow.keys(), ["deal/a:1"]);
    assert_eq!(log.row("told").await.handled, 1);
}

fn told() -> Told {
    Arc::into_inner(Told::judging(|_| Ok(()))).unwrap()
}
