//! A million events read in the log's order and folded in memory. The limit is one streamed SELECT of the same rows.

use std::collections::HashMap;
use std::time::Instant;

use futures::TryStreamExt;
use serde::Deserialize;
use sqlx::Row;
use windlass_store::{Database, EventStore, LogPosition};

use crate::rounds::{ROUNDS, Rounds};
use crate::stores;

const EVENTS: u64 = 1_000_000;
const STREAMS: u64 = 200_000;
const PAGE: u32 = 5_000;

pub(crate) async fn postgres() {
    let url = stores::fresh("replay");
    let store = stores::postgres(&url, 4).await;
    let raw = stores::raw_postgres(&url, 1).await;
    stores::fill_postgres(&raw, EVENTS, STREAMS).await;
    let mut rounds = Rounds::default();
    for round in 0..=ROUNDS {
        let began = Instant::now();
        let mut rows = sqlx::query(
            "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload::text, metadata::text,
                 tx, position, recorded_at FROM events",
        )
        .fetch(&raw);
        let mut read: u64 = 0;
        while let Some(row) = rows.try_next().await.unwrap() {
            std::hint::black_box(row.get::<&str, _>(5));
            read += 1;
        }
        let limit = read as f64 / began.elapsed().as_secs_f64();
        let value = fold(&store).await;
        if round > 0 {
            rounds.add(value, limit);
        }
    }
    rounds.tell("replay_postgres", "events/s");
    store.close().await;
}

pub(crate) async fn sqlite() {
    let (folder, store) = stores::sqlite().await;
    let raw = stores::raw_sqlite(&folder, "bench.db").await;
    stores::fill_sqlite(&raw, EVENTS, STREAMS).await;
    let mut rounds = Rounds::default();
    for round in 0..=ROUNDS {
        let began = Instant::now();
        let mut rows = sqlx::query(
            "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, tx, position,
                 recorded_at FROM events",
        )
        .fetch(&raw);
        let mut read: u64 = 0;
        while let Some(row) = rows.try_next().await.unwrap() {
            std::hint::black_box(row.get::<&str, _>(5));
            read += 1;
        }
        let limit = read as f64 / began.elapsed().as_secs_f64();
        drop(rows);
        let value = fold(&store).await;
        if round > 0 {
            rounds.add(value, limit);
        }
    }
    rounds.tell("replay_sqlite", "events/s");
    store.close().await;
}

/// What a fold looks at.
#[derive(Deserialize)]
struct FundsReceived {
    #[serde(rename = "FundsReceived")]
    received: Received,
}

#[derive(Deserialize)]
struct Received {
    money: Money,
}

#[derive(Deserialize)]
struct Money {
    amount: String,
}

/// Events per second.
async fn fold(store: &Database) -> f64 {
    let began = Instant::now();
    let mut amounts: HashMap<String, usize> = HashMap::new();
    let mut read = 0;
    let mut log = store.log_after(LogPosition::START, PAGE);
    loop {
        let page = log.next().await.unwrap();
        if page.is_empty() {
            break;
        }
        read += page.len();
        for event in page {
            let received: FundsReceived = serde_json::from_str(&event.payload).unwrap();
            *amounts.entry(event.stream.aggregate_id).or_default() += received.received.money.amount.len();
        }
    }
    assert_eq!((read as u64, amounts.len() as u64), (EVENTS, STREAMS));
    read as f64 / began.elapsed().as_secs_f64()
}
