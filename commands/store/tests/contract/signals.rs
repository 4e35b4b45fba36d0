//! What one process appends, another is told of at once; behind a pooler it finds it by looking.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;
use windlass_store::{Database, EventStore, Location, LogPosition, PostgresLocation};

use crate::fixture::append;
use crate::pair::{Pair, whole_log};

/// The listener says once that it is there.
async fn listens(store: &Database) -> watch::Receiver<u64> {
    let mut wakeups = store.wakeups();
    if *wakeups.borrow_and_update() == 0 {
        timeout(Duration::from_secs(10), wakeups.changed()).await.unwrap().unwrap();
    }
    wakeups.mark_unchanged();
    wakeups
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_wakes_the_other_process() {
    let pair = Pair::postgres().await;
    let mut wakeups = listens(&pair.second).await;
    for id in ["a", "b", "c"] {
        pair.first.append(append(id, vec![], &["One"])).await.unwrap();
        timeout(Duration::from_secs(1), wakeups.changed()).await.unwrap().unwrap();
        wakeups.mark_unchanged();
        // Another notification may still be on its way for the same append.
        tokio::time::sleep(Duration::from_millis(60)).await;
        wakeups.mark_unchanged();
    }
    pair.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_pooler_nobody_is_woken_and_the_event_is_found() {
    let pair = Pair::postgres_pooled().await;
    let wakeups = pair.second.wakeups();
    pair.first.append(append("a", vec![], &["One"])).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!wakeups.has_changed().unwrap());
    assert_eq!(whole_log(&pair.second, 1).await.len(), 1);
    pair.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_past_the_pooler_is_enough_to_be_woken() {
    let pair = Pair::postgres_pooled().await;
    let server = crate::fixture::fresh_server_database().await;
    let Location::Postgres(pooled) = crate::pooler::location(&server) else { panic!("no server") };
    let location = Location::Postgres(PostgresLocation { direct_url: Some(server.url()), ..pooled.clone() });
    let waiting = Database::open(&location, vec![]).await.unwrap();
    let telling = Database::open(&Location::Postgres(pooled), vec![]).await.unwrap();
    let mut wakeups = listens(&waiting).await;
    telling.append(append("a", vec![], &["One"])).await.unwrap();
    timeout(Duration::from_secs(1), wakeups.changed()).await.unwrap().unwrap();
    assert!(waiting.read_log(LogPosition::START, 1).await.is_ok());
    waiting.close().await;
    telling.close().await;
    pair.close().await;
}
