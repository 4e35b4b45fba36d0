//! Building rows anew while others append: none is lost at the swap.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::task::JoinSet;
use windlass_store::{AppendError, Build, Database, EventStore, Statement};

use crate::fixture::{append, transfer};
use crate::pair::{Pair, fill, folded, on_pairs, served, whole_log};

const WRITERS: usize = 8;
const TRANSFERS: usize = 1_000;

on_pairs! {
    no_row_is_lost_while_eight_writers_append,
    an_append_of_a_process_that_knew_of_no_build_is_written_to_both,
    a_build_is_abandoned_under_eight_writers,
}

/// Writers on one handle, until they are told to stop.
struct Writers {
    stop: Arc<AtomicBool>,
    appended: Arc<AtomicUsize>,
    tasks: JoinSet<()>,
}

impl Writers {
    /// Some events for transfers that are there, and new transfers.
    fn begin(store: &Database) -> Self {
        let mut writers = Self { stop: Arc::default(), appended: Arc::default(), tasks: JoinSet::new() };
        for writer in 0..WRITERS {
            let (store, stop, appended) = (store.clone(), writers.stop.clone(), writers.appended.clone());
            writers.tasks.spawn(async move {
                for n in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let id = match n % 3 {
                        0 => format!("new {writer} {n}"),
                        // From one end of the walk to the other, writers meet at the same transfers.
                        _ => format!("t{:04}", (writer / 2 * 251 + n * 83) % TRANSFERS),
                    };
                    let history = store.load(&transfer(&id)).await.unwrap();
                    match store.append(append(&id, history, &["Tick"])).await {
                        Ok(_) => appended.fetch_add(1, Ordering::Relaxed),
                        Err(AppendError::Conflict { .. }) => 0,
                        Err(other) => panic!("{other}"),
                    };
                }
            });
        }
        writers
    }

    async fn have_appended(&self, more: usize) {
        let wanted = self.appended.load(Ordering::Relaxed) + more;
        while self.appended.load(Ordering::Relaxed) < wanted && !self.tasks.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }

    /// How many events they appended.
    async fn end(mut self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        self.appended.load(Ordering::Relaxed)
    }
}

async fn no_row_is_lost_while_eight_writers_append(pair: Pair) {
    fill(&pair.first, TRANSFERS).await;
    // What was not built stays wrong, but where somebody appends.
    pair.first.write_one(Statement::new("UPDATE histories SET events = '[]'")).await.unwrap();
    let writers = Writers::begin(&pair.second);
    writers.have_appended(20).await;
    for _ in 0..2 {
        let mut build = Build::begin(&pair.first, "histories").await.unwrap();
        while build.fill().await.unwrap() {
            writers.have_appended(10).await;
        }
        writers.have_appended(20).await;
        build.swap().await.unwrap();
        writers.have_appended(20).await;
    }
    let appended = writers.end().await;
    let log = whole_log(&pair.first, 3 * TRANSFERS + appended).await;
    assert_eq!(log.len(), 3 * TRANSFERS + appended);
    let (expected, served) = (folded(&log), served(&pair.first).await);
    assert_eq!(served.len(), expected.len());
    for (id, events) in &expected {
        assert_eq!(served.get(id), Some(events), "{id}");
    }
    pair.close().await;
}

async fn a_build_is_abandoned_under_eight_writers(pair: Pair) {
    fill(&pair.first, TRANSFERS).await;
    let writers = Writers::begin(&pair.second);
    writers.have_appended(10).await;
    for _ in 0..3 {
        let mut build = Build::begin(&pair.first, "histories").await.unwrap();
        build.fill().await.unwrap();
        writers.have_appended(10).await;
        build.abandon().await.unwrap();
        writers.have_appended(10).await;
    }
    let appended = writers.end().await;
    let log = whole_log(&pair.first, 3 * TRANSFERS + appended).await;
    assert_eq!(served(&pair.first).await, folded(&log));
    pair.close().await;
}

async fn an_append_of_a_process_that_knew_of_no_build_is_written_to_both(pair: Pair) {
    fill(&pair.first, 10).await;
    let add = async |id: &str| {
        let history = pair.second.load(&transfer(id)).await.unwrap();
        pair.second.append(append(id, history, &["Tick"])).await.unwrap();
    };
    // It has asked what is built, and nothing is.
    add("t0001").await;
    let mut build = Build::begin(&pair.first, "histories").await.unwrap();
    while build.fill().await.unwrap() {}
    // The walk is over: whoever writes one version alone is lost.
    add("t0002").await;
    add("new").await;
    build.swap().await.unwrap();
    add("t0003").await;
    assert_eq!(served(&pair.first).await, folded(&whole_log(&pair.first, 34).await));
    pair.close().await;
}
