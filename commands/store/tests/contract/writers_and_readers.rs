//! Many writers and readers of two processes: nothing is lost, doubled or out of order, also while a transaction is held
//! open. `WINDLASS_LONG=1` lets them write for a minute.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sqlx::{Connection, Executor};
use tokio::task::JoinSet;
use windlass_store::{Database, EventStore, Location, LogPosition, RecordedEvent};

use crate::fixture::append;
use crate::pair::{Pair, folded, on_pairs, served};

const WRITERS: usize = 32;
/// What each writer writes in a normal run.
const EACH: usize = 312;
/// Events of one stream, before a writer begins the next.
const STREAM: usize = 24;
const HELD: Duration = Duration::from_secs(2);

on_pairs! {
    readers_see_every_event_once_and_in_order,
}

/// How much was written, and whether that is all.
#[derive(Default)]
struct Written {
    events: AtomicUsize,
    writers_at_work: AtomicUsize,
}

/// Writes streams of its own, one or two events at a time.
async fn write(store: Database, writer: usize, until: Option<Instant>, written: Arc<Written>) {
    let mut mine = 0;
    while until.map_or(mine < EACH, |until| Instant::now() < until) {
        let (id, mut history) = (format!("{writer}/{mine}"), Vec::new());
        while history.len() < STREAM {
            let new = append(&id, history.clone(), &["Tick", "Tock"][..1 + history.len() % 2]);
            let appended = store.append(new).await.unwrap().streams.remove(0);
            written.events.fetch_add(appended.len(), Ordering::Relaxed);
            history.extend(appended);
        }
        mine += history.len();
    }
    written.writers_at_work.fetch_sub(1, Ordering::Relaxed);
}

/// Pages through the log to its end, which is known once nobody writes any more.
async fn read(store: Database, page: u32, extra: usize, written: Arc<Written>) -> Vec<RecordedEvent> {
    let mut log: Vec<RecordedEvent> = Vec::new();
    let mut next: BTreeMap<String, u64> = BTreeMap::new();
    loop {
        let all = written.writers_at_work.load(Ordering::Relaxed) == 0;
        let total = written.events.load(Ordering::Relaxed) + extra;
        if all && log.len() >= total {
            assert_eq!(log.len(), total, "events were read that nobody wrote");
            return log;
        }
        let mut after = log.last().map_or(LogPosition::START, |event| event.at);
        let events = store.read_log(after, page).await.unwrap();
        if events.is_empty() {
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        for event in events {
            assert!(event.at > after, "{} came after {after}", event.at);
            after = event.at;
            let expected = next.entry(event.stream.aggregate_id.clone()).or_insert(1);
            assert_eq!(event.sequence, *expected, "{}", event.stream);
            *expected += 1;
            log.push(event);
        }
    }
}

/// Holds a writing transaction open in the middle, and commits an event in it. Says how many events it wrote.
async fn hold(location: Location, reader: Database, written: Arc<Written>) {
    while written.events.load(Ordering::Relaxed) < WRITERS * EACH / 3 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let insert =
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
        metadata) VALUES ('Stranger', 'held', 1, 'Late', '1', '{}', '{}') RETURNING tx";
    match location {
        Location::Postgres(server) => {
            let mut stranger = sqlx::PgConnection::connect(&server.url).await.unwrap();
            stranger.execute("BEGIN").await.unwrap();
            let tx: i64 = sqlx::query_scalar(insert).fetch_one(&mut stranger).await.unwrap();
            let before = written.events.load(Ordering::Relaxed);
            tokio::time::sleep(HELD).await;
            // Others have gone on writing, and nobody reads beyond this transaction.
            assert!(written.events.load(Ordering::Relaxed) > before, "nobody wrote meanwhile");
            let beyond = reader.read_log(LogPosition { tx, position: 0 }, 1).await.unwrap();
            assert_eq!(beyond, vec![]);
            assert!(reader.is_held_back().await.unwrap());
            stranger.execute("COMMIT").await.unwrap();
        }
        Location::Sqlite(path) => {
            let url = format!("sqlite:{}", path.display());
            let mut stranger = sqlx::SqliteConnection::connect(&url).await.unwrap();
            stranger.execute("PRAGMA busy_timeout = 20000; BEGIN IMMEDIATE").await.unwrap();
            let insert =
                insert.replace("metadata)", "metadata, recorded_at)").replace("'{}') R", "'{}', 0) R");
            stranger.execute(sqlx::raw_sql(&insert)).await.unwrap();
            tokio::time::sleep(HELD).await;
            stranger.execute("COMMIT").await.unwrap();
        }
    }
}

async fn readers_see_every_event_once_and_in_order(pair: Pair) {
    let is_long = std::env::var("WINDLASS_LONG").is_ok_and(|long| long == "1");
    let until = is_long.then(|| Instant::now() + Duration::from_secs(60));
    let written = Arc::new(Written::default());
    written.writers_at_work.store(WRITERS, Ordering::Relaxed);
    let handles = [&pair.first, &pair.second];
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(handles[writer % 2].clone(), writer, until, written.clone()));
    }
    writers.spawn(hold(pair.location.clone(), pair.second.clone(), written.clone()));
    let mut readers = JoinSet::new();
    for (reader, page) in [7, 100, 1_000].into_iter().enumerate() {
        readers.spawn(read(handles[reader % 2].clone(), page, 1, written.clone()));
    }
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
    let mut logs = readers.join_all().await;
    let log = logs.pop().unwrap();
    assert!(logs.iter().all(|other| *other == log), "two readers saw two logs");
    let mut expected = folded(&log);
    assert_eq!(expected.remove("held"), Some(vec!["Late".to_owned()]));
    assert_eq!(served(&pair.first).await, expected);
    pair.close().await;
}
