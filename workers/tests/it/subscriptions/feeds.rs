//! Feeds: exactly once, in order, whatever happens in between.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use windlass_projections::feed::{Filter, HandlerError, Start};
use windlass_store::{Dialect, LogPosition};
use windlass_workers::{Duty, StepError, Turn};

use super::fixture::{Log, Seen, Told, append, drain, feed};
use windlass_workers::Handler;

pub(super) async fn every_event_is_written_once_and_in_order(log: Log) {
    for round in 1..=3 {
        log.append("a", &["One", "Two"]).await;
        log.append("b", &["One"]).await;
        drain(&log.worker(feed(Seen::default()))).await;
        assert_eq!(log.row("seen").await.handled, 3 * round);
    }
    let seen = log.seen().await;
    let of = |id: &str| seen.iter().filter(|key| key.contains(id)).cloned().collect::<Vec<_>>();
    assert_eq!(of("deal/a").join(" "), "deal/a:1 deal/a:2 deal/a:3 deal/a:4 deal/a:5 deal/a:6");
    assert_eq!(of("deal/b").join(" "), "deal/b:1 deal/b:2 deal/b:3");
}

pub(super) async fn a_crash_between_handler_and_commit_loses_and_doubles_nothing(log: Log) {
    log.append("a", &["One", "Two"]).await;
    let slow = Arc::new(Seen { thinks: Duration::from_millis(200), ..Seen::default() });
    let worker = log.worker(feed(slow.clone()));
    // Dropped while the handler is at work, as a process that dies.
    tokio::time::timeout(Duration::from_millis(100), worker.turn()).await.unwrap_err();
    assert_eq!(slow.pages(), [2], "it was at work");
    assert_eq!(log.seen().await.len(), 0);
    drain(&log.worker(feed(Seen::default()))).await;
    assert_eq!(log.seen().await, ["deal/a:1", "deal/a:2"]);
}

pub(super) async fn of_two_workers_at_once_each_event_counts_once(log: Log) {
    log.append_many(20).await;
    let slow = || feed(Seen { thinks: Duration::from_millis(50), ..Seen::default() });
    let (one, two) = (log.worker(slow()), log.worker(slow()));
    let (first, second) = tokio::join!(one.turn(), two.turn());
    let superseded = |turn: &Result<Turn, StepError>| matches!(turn, Err(StepError::Superseded));
    assert!(superseded(&first) ^ superseded(&second), "{first:?} {second:?}");
    assert_eq!(log.seen().await.len(), 20);
    assert_eq!(log.row("seen").await.handled, 20);
}

pub(super) async fn a_worker_that_thaws_after_a_reset_writes_nothing(log: Log) {
    log.append("a", &["One"]).await;
    let frozen = log.worker(feed(Seen { thinks: Duration::from_millis(300), ..Seen::default() }));
    let frozen = tokio::spawn(async move { frozen.turn().await });
    tokio::time::sleep(Duration::from_millis(150)).await;
    // The place is the same as before, the generation is not.
    log.subscriptions.reset("seen", Start::Beginning, &[], windlass_now()).await.unwrap();
    assert!(matches!(frozen.await.unwrap(), Err(StepError::Superseded)));
    assert_eq!(log.seen().await.len(), 0);
    drain(&log.worker(feed(Seen::default()))).await;
    assert_eq!(log.seen().await, ["deal/a:1"]);
}

pub(super) async fn only_what_the_filter_accepts_is_handled(log: Log) {
    log.append("a", &["Wanted", "Other"]).await;
    append(&log.database, "person", "b", &["Wanted"]).await;
    log.append("c", &["Wanted"]).await;
    let filter = Filter { aggregate_types: Some(&["deal"]), event_types: Some(&["Wanted"]) };
    drain(&log.worker(feed(Seen { filter, ..Seen::default() }))).await;
    assert_eq!(log.seen().await, ["deal/a:1", "deal/c:1"]);
}

pub(super) async fn events_that_are_not_for_it_move_the_checkpoint_now_and_then(log: Log) {
    let filter = Filter { event_types: Some(&["Wanted"]), ..Filter::ALL };
    let worker = log.worker(feed(Seen { filter, ..Seen::default() }));
    let last = log.append("a", &["Other", "Other"]).await.pop().unwrap();
    assert_eq!(worker.turn().await.unwrap(), Turn::Worked);
    assert_eq!(log.row("seen").await.at, LogPosition::START, "not for each of them");
    // A second later it is.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    drain(&worker).await;
    assert_eq!(log.row("seen").await.at, last.at);
    assert_eq!(log.row("seen").await.handled, 0);
}

pub(super) async fn a_feed_may_begin_now(log: Log) {
    log.append("a", &["One"]).await;
    let worker = log.worker(feed(Seen { start: Start::Now, ..Seen::default() }));
    drain(&worker).await;
    log.append("a", &["Two"]).await;
    drain(&worker).await;
    assert_eq!(log.seen().await, ["deal/a:2"]);
}

pub(super) async fn a_feed_may_begin_at_a_time(log: Log) {
    log.append("a", &["One", "Two"]).await;
    let at = log.append("b", &["One"]).await.pop().unwrap().recorded_at;
    log.append("b", &["Two"]).await;
    drain(&log.worker(feed(Seen { start: Start::At(at), ..Seen::default() }))).await;
    assert_eq!(log.seen().await, ["deal/b:1", "deal/b:2"]);
}

fn refuses_poison(event: &windlass_store::RecordedEvent) -> Result<(), HandlerError> {
    if event.event_type == "Poison" { Err(HandlerError::Permanent("as told".to_owned())) } else { Ok(()) }
}

pub(super) async fn a_poison_event_parks_its_feed_alone(log: Log) {
    for id in ["a", "b", "c"] {
        log.append(id, &["One", "Two"]).await;
    }
    let poison = log.append("b", &["Poison"]).await.pop().unwrap();
    log.append("c", &["Three"]).await;
    let other = Told::judging(|_| Ok(()));
    let worker = log.worker(feed(Seen::judging(refuses_poison)));
    drain(&worker).await;
    drain(&log.worker(Handler::Effect(other.clone()))).await;
    assert_eq!(log.seen().await.len(), 6, "all that is before it was done");
    let row = log.row("seen").await;
    let failed = row.failed_at.unwrap();
    assert_eq!((failed.stream, failed.sequence, failed.at), (poison.stream, 3, poison.at));
    assert!(row.parked_at.is_some());
    assert_eq!(row.last_error.as_deref(), Some("as told"));
    assert_eq!(other.keys().len(), 8, "others go on");
    // Mended, and told to try again.
    let mended = log.worker(feed(Seen::default()));
    drain(&mended).await;
    assert_eq!(log.seen().await.len(), 6, "it is parked");
    log.subscriptions.retry("seen", windlass_now()).await.unwrap();
    drain(&mended).await;
    assert_eq!(log.seen().await.len(), 8);
    assert_eq!(log.row("seen").await.last_error, None);
}

pub(super) async fn what_the_database_refuses_ten_times_is_parked(log: Log) {
    log.append("a", &["One"]).await;
    let refused: fn(Dialect) -> &'static str =
        |_| "INSERT INTO seen{build} (stream, sequence) VALUES ('x', 1)";
    let worker = log.worker(feed(Seen { burden: Some(refused), ..Seen::default() }));
    for failures in 1..=10 {
        assert_eq!(log.subscriptions.find("seen").await.unwrap().and_then(|row| row.parked_at), None);
        assert_eq!(worker.turn().await.unwrap(), Turn::Idle);
        let row = log.row("seen").await;
        assert_eq!(row.failures, failures);
        if failures == 1 {
            assert_eq!(worker.turn().await.unwrap(), Turn::Idle, "it backs off");
            assert_eq!(log.row("seen").await.failures, failures);
        }
        log.clock.pass(time::Duration::minutes(6));
    }
    assert!(log.row("seen").await.parked_at.is_some());
    assert_eq!(log.seen().await.len(), 0);
}

pub(super) async fn what_passes_is_tried_for_ever(log: Log) {
    log.append("a", &["One"]).await;
    let (tries, there) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let (counted, is_there) = (tries.clone(), there.clone());
    let worker = log.worker(feed(Seen::judging(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        let there = is_there.load(Ordering::Relaxed);
        if there { Ok(()) } else { Err(HandlerError::Transient("not there".to_owned())) }
    })));
    for _ in 0..12 {
        worker.turn().await.unwrap();
        log.clock.pass(time::Duration::minutes(6));
    }
    assert_eq!(tries.load(Ordering::Relaxed), 12);
    assert_eq!(log.row("seen").await.parked_at, None);
    there.store(true, Ordering::Relaxed);
    drain(&worker).await;
    assert_eq!(log.seen().await, ["deal/a:1"]);
}

pub(super) async fn a_panic_is_a_failure(log: Log) {
    log.append("a", &["One", "Bad"]).await;
    let worker = log.worker(feed(Seen::judging(|event| {
        assert_ne!(event.event_type, "Bad", "as told");
        Ok(())
    })));
    drain(&worker).await;
    assert_eq!(log.seen().await, ["deal/a:1"]);
    let row = log.row("seen").await;
    assert_eq!(row.failures, 1);
    assert!(row.last_error.unwrap().contains("broke off"));
}

pub(super) async fn a_slow_transaction_is_cut_and_its_page_halved(log: Log) {
    log.append("a", &["One", "Two", "Three", "Four"]).await;
    // About a second for each event: four are too many for one transaction, two may be.
    let slow: fn(Dialect) -> &'static str = |dialect| match dialect {
        Dialect::Postgres => "SELECT 1 FROM (SELECT pg_sleep(0.7)) AS slept",
        Dialect::Sqlite => {
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000000)
            SELECT count(*) FROM n"
        }
    };
    let seen = Arc::new(Seen { burden: Some(slow), ..Seen::default() });
    let worker = log.worker(feed(seen.clone()));
    drain(&worker).await;
    assert_eq!(log.seen().await, ["deal/a:1", "deal/a:2", "deal/a:3", "deal/a:4"]);
    let pages = seen.pages();
    assert_eq!(pages[..2], [4, 2], "{pages:?}");
}

pub(super) async fn a_feed_of_another_version_waits_for_its_rebuild(log: Log) {
    log.append("a", &["One"]).await;
    drain(&log.worker(feed(Seen { version: 2, ..Seen::default() }))).await;
    let newer = log.worker(feed(Seen { version: 3, ..Seen::default() })).turn().await;
    assert!(matches!(newer, Err(StepError::NeedsOperator(why)) if why.contains("windlass replay seen")));
}

fn windlass_now() -> time::OffsetDateTime {
    time::OffsetDateTime::now_utc()
}
