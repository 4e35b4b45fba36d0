//! Tables built anew beside those that are served, and the moment in which they change places.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use time::OffsetDateTime;
use windlass_projections::feed::{Feed, HandlerError, Start};
use windlass_store::{EventStore, LogPosition, Statement};
use windlass_workers::{BuildProgress, Duty, FeedBuild, StepError};

use super::fixture::{Log, Seen, append, drain, feed};

async fn begin(log: &Log, seen: Seen) -> FeedBuild {
    FeedBuild::begin(Arc::new(seen), log.subscriptions.clone(), log.clock.clone()).await.unwrap()
}

async fn catch_up(build: &mut FeedBuild) -> BuildProgress {
    loop {
        let progress = build.advance().await.unwrap();
        if progress.caught_up {
            return progress;
        }
    }
}

fn second() -> Seen {
    Seen { version: 2, ..Seen::default() }
}

pub(super) async fn a_build_takes_the_place_of_what_is_served_while_appends_go_on(log: Log) {
    log.append_many(30).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (database, stop) = (log.database.clone(), stop.clone());
        async move {
            let mut events = 0;
            while !stop.load(Ordering::Relaxed) {
                append(&database, "deal", &format!("stream-{}", events % 7), &["Made"]).await;
                events += 1;
            }
            events
        }
    });
    let old = log.worker(feed(Seen::default()));
    old.turn().await.unwrap();
    let old = tokio::spawn(async move {
        loop {
            match old.turn().await {
                Ok(_) | Err(StepError::Superseded) => {}
                // The rows are of the next version now.
                Err(StepError::NeedsOperator(_)) => return,
                Err(error) => panic!("{error}"),
            }
        }
    });
    let mut build = begin(&log, second()).await;
    assert_eq!(build.suffix(), "_2");
    while !build.swap().await.unwrap() {
        build.advance().await.unwrap();
    }
    old.await.unwrap();
    let new = log.worker(feed(second()));
    new.turn().await.unwrap();
    stop.store(true, Ordering::Relaxed);
    let written: usize = writer.await.unwrap();
    drain(&new).await;
    let seen = log.seen().await;
    let unique: BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), unique.len()), (written + 30, written + 30));
    let row = log.row("seen").await;
    assert_eq!((row.version, row.build, row.generation), (2, 2, 2));
    assert_eq!(log.subscriptions.build_of("seen").await.unwrap(), None);
}

pub(super) async fn a_build_that_is_behind_is_not_served(log: Log) {
    log.append("a", &["One"]).await;
    let worker = log.worker(feed(Seen::default()));
    drain(&worker).await;
    let mut build = begin(&log, second()).await;
    assert!(!build.swap().await.unwrap());
    catch_up(&mut build).await;
    log.append("a", &["Two"]).await;
    drain(&worker).await;
    assert!(!build.swap().await.unwrap(), "what is served has gone on");
    assert_eq!(log.seen().await.len(), 2);
    catch_up(&mut build).await;
    assert!(build.swap().await.unwrap());
    assert_eq!(log.seen().await, ["deal/a:1", "deal/a:2"]);
    assert!(!build.swap().await.unwrap(), "once");
}

pub(super) async fn an_interrupted_build_goes_on_where_it_stopped(log: Log) {
    log.append_many(12).await;
    let mut build = begin(&log, second()).await;
    catch_up(&mut build).await;
    drop(build);
    log.append("a", &["One"]).await;
    let seen = Arc::new(second());
    let mut build =
        FeedBuild::begin(seen.clone(), log.subscriptions.clone(), log.clock.clone()).await.unwrap();
    assert_eq!(catch_up(&mut build).await.events, 13);
    assert_eq!(seen.pages(), [1], "the first twelve were done");
    assert!(build.swap().await.unwrap());
    assert_eq!(log.seen().await.len(), 13);
}

pub(super) async fn a_skipped_event_is_left_out_of_a_build(log: Log) {
    log.append("a", &["One", "Poison", "Two"]).await;
    let judge = |event: &windlass_store::RecordedEvent| {
        let poison = event.event_type == "Poison";
        if poison { Err(HandlerError::Permanent("as told".to_owned())) } else { Ok(()) }
    };
    let worker = log.worker(feed(Seen::judging(judge)));
    drain(&worker).await;
    let refuses = || Seen { version: 2, judge: Box::new(judge), ..Seen::default() };
    let mut build = begin(&log, refuses()).await;
    let failed = loop {
        if let Err(error) = build.advance().await {
            break error.to_string();
        }
    };
    assert_eq!(failed, "the build fails at deal/a:2: as told");
    log.subscriptions.skip("seen", "because", "maria", OffsetDateTime::now_utc()).await.unwrap();
    drain(&worker).await;
    let mut build = begin(&log, refuses()).await;
    catch_up(&mut build).await;
    assert!(build.swap().await.unwrap());
    assert_eq!(log.seen().await, ["deal/a:1", "deal/a:3"]);
}

pub(super) async fn a_second_build_gets_another_number(log: Log) {
    log.append("a", &["One"]).await;
    for (version, suffix) in [(1, "_2"), (2, "_3"), (3, "_4")] {
        let mut build = begin(&log, Seen { version, ..Seen::default() }).await;
        assert_eq!(build.suffix(), suffix);
        catch_up(&mut build).await;
        if version == 2 {
            build.abandon().await.unwrap();
            continue;
        }
        assert!(build.swap().await.unwrap());
    }
    assert_eq!(log.seen().await, ["deal/a:1"]);
    assert_eq!(log.row("seen").await.version, 3);
}

pub(super) async fn a_build_from_another_start_is_dropped_after_a_reset(log: Log) {
    log.append("a", &["One"]).await;
    drain(&log.worker(feed(Seen::default()))).await;
    let mut stale = begin(&log, second()).await;
    catch_up(&mut stale).await;
    let tables = Seen::default().tables();
    log.subscriptions.reset("seen", Start::Now, tables, OffsetDateTime::now_utc()).await.unwrap();
    assert!(!stale.swap().await.unwrap());
    let mut build = begin(&log, second()).await;
    assert_eq!(build.suffix(), "_3");
    log.append("a", &["Two"]).await;
    catch_up(&mut build).await;
    assert!(build.swap().await.unwrap());
    assert_eq!(log.seen().await, ["deal/a:2"]);
}

pub(super) async fn a_build_reads_no_further_than_it_is_told(log: Log) {
    let events = log.append("a", &["One", "Two", "Three"]).await;
    let mut build = begin(&log, second()).await.until(events[1].at);
    assert_eq!(catch_up(&mut build).await.at, events[1].at);
    let rows =
        log.database.read(Statement::on_build("SELECT stream FROM seen{build}", &build.suffix())).await;
    assert_eq!(rows.unwrap().len(), 2);
    assert_eq!(log.seen().await.len(), 0);
    assert_eq!(log.database.read_log(LogPosition::START, 9).await.unwrap().len(), 3);
}
