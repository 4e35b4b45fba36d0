//! The feed: each event once, in the log's order, whatever happens in between.

use std::{sync::Arc, time::Duration};

use windlass_projections::{
    feed::{Feed, FeedView},
    seal::{Hash, SealFeed},
};
use windlass_store::{Progress, RecordedEvent, Statement};
use windlass_workers::{BuildError, Duty, FeedBuild};

use super::fixture::{Log, Machine};

/// RFC 9162, 2.1.1, as it is written there.
fn reference(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of_empty_tree(),
        [leaf] => *leaf,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            Hash::of_node(&reference(&leaves[..k]), &reference(&leaves[k..]))
        }
    }
}

/// The leaf as `docs/tamper-evidence.md` has it.
fn leaf(event: &RecordedEvent) -> Hash {
    let mut bytes = b"windlass event v1\n".to_vec();
    let mut text = |text: &str, then: &[u8]| {
        bytes.extend((text.len() as u64).to_be_bytes());
        bytes.extend(text.as_bytes());
        bytes.extend(then);
    };
    text(&event.stream.aggregate_type, &[]);
    text(&event.stream.aggregate_id, &event.sequence.to_be_bytes());
    text(&event.event_type, &[]);
    text(&event.event_version, &[]);
    text(&event.payload, &[]);
    let micros = (event.recorded_at.unix_timestamp_nanos() / 1000) as i64;
    text(&event.metadata, &micros.to_be_bytes());
    Hash::of_leaf(&bytes)
}

async fn assert_whole(log: &Log) {
    let leaves: Vec<_> = log.events().await.iter().map(leaf).collect();
    assert_eq!(log.tree.size().await.unwrap(), leaves.len() as u64);
    for size in 0..=leaves.len() {
        assert_eq!(log.tree.root(size as u64).await.unwrap(), reference(&leaves[..size]), "{size}");
        assert_eq!(log.tree.frontier(size as u64).await.unwrap().root(), reference(&leaves[..size]));
    }
}

pub(super) async fn the_feed_builds_the_tree_of_the_rfc(log: Log) {
    for size in [1, 2, 3, 10, 11, 40] {
        log.grow(size).await;
        log.append("many", &["{}", "[1]"]).await;
        log.seal().await;
    }
    assert_whole(&log).await;
    let stored = log.tree.leaves(0, 100).await.unwrap();
    for (event, leaf) in log.events().await.iter().zip(&stored) {
        assert_eq!((&event.stream, event.sequence), (&leaf.stream, leaf.sequence));
        assert_eq!(log.tree.find(&event.stream, event.sequence).await.unwrap(), Some(leaf.index));
    }
}

pub(super) async fn an_interrupted_feed_goes_on_where_it_stopped(log: Log) {
    for round in 1..=12_u64 {
        log.grow(round as usize * 3).await;
        // Dropped wherever it is by then, as a process that dies.
        let _ = tokio::time::timeout(Duration::from_micros(round * 300), log.feed().turn()).await;
    }
    log.seal().await;
    assert_whole(&log).await;
}

pub(super) async fn a_page_that_comes_twice_is_written_once(log: Log) {
    log.grow(5).await;
    let before = log.subscriptions.find("seal").await.unwrap().unwrap();
    let events = log.events().await;
    let statements = SealFeed.statements(&events, &FeedView::new(&log.database, "")).await.unwrap();
    let statements: Vec<Statement> = statements.into_iter().map(Statement::from).collect();
    let page = || Progress {
        to: events[4].at,
        handled: 5,
        statements: statements.clone(),
        limit: Some(Duration::from_secs(2)),
    };
    let now = time::OffsetDateTime::now_utc();
    assert!(log.subscriptions.advance(&before, page(), now).await.unwrap());
    assert!(!log.subscriptions.advance(&before, page(), now).await.unwrap());
    // Whoever gets past the checkpoint does not get past the tables.
    log.database.write(statements.clone()).await.unwrap_err();
    assert_whole(&log).await;
}

pub(super) async fn the_tree_is_not_built_anew_but_beside(log: Log) {
    let log = log.sealed().await;
    log.tamper("UPDATE events SET recorded_at = recorded_at + 1 WHERE aggregate_id = 's1'").await;
    let feed = Arc::new(SealFeed);
    let mut build = FeedBuild::begin(feed, log.subscriptions.clone(), Arc::new(Machine)).await.unwrap();
    while !build.advance().await.unwrap().caught_up {}
    // It may be looked at, and not take the place of what was there before.
    assert!(matches!(build.swap().await, Err(BuildError::Evidence("seal"))));
    let built = "SELECT count(*) FROM merkle_leaves_2 WHERE hash NOT IN (SELECT hash FROM merkle_leaves)";
    let count = log.database.read_one(Statement::new(built)).await.unwrap().unwrap();
    assert!(count.get::<i64>(0).unwrap() >= 11);
    build.abandon().await.unwrap();
    assert!(log.said().await.ends_with("was changed"));
}
