//! One command: the load of a stream with none to four events, the append of one with an inline row and a task. The limit
//! is the insertion of one such event, in a transaction of its own, on as many connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::SqlitePool;
use sqlx::postgres::PgPool;
use windlass_store::{Database, EventStore, StreamId};

use crate::events::{METADATA, PAYLOAD, command};
use crate::rounds::{ROUNDS, Rounds};
use crate::stores;

const ROUND: Duration = Duration::from_secs(3);

const RAW_TABLE: &str =
    "CREATE TABLE raw (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint NOT NULL,
    event_type text NOT NULL, event_version text NOT NULL, payload text NOT NULL, metadata text NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id, sequence))";
const RAW_INSERT: &str = "INSERT INTO raw VALUES ('transfer', $1, $2, 'FundsReceived', '1', $3, $4)";

pub(crate) async fn postgres(writers: u32) {
    let url = stores::fresh(&format!("append_{writers}"));
    let store = stores::postgres(&url, writers.max(4)).await;
    let raw = stores::raw_postgres(&url, writers).await;
    sqlx::raw_sql(RAW_TABLE).execute(&raw).await.unwrap();
    let mut rounds = Rounds::default();
    // The first warms up both.
    for round in 0..=ROUNDS {
        let limit = raw_postgres(&raw, writers, round).await;
        let value = commands(&store, writers, round).await;
        if round > 0 {
            rounds.add(value, limit);
        }
    }
    rounds.tell(&format!("append_postgres_{writers}"), "commands/s");
    store.close().await;
}

pub(crate) async fn sqlite(writers: u32) {
    let (folder, store) = stores::sqlite().await;
    let raw = stores::raw_sqlite(&folder, "raw.db").await;
    sqlx::raw_sql(RAW_TABLE).execute(&raw).await.unwrap();
    let mut rounds = Rounds::default();
    for round in 0..=ROUNDS {
        let limit = raw_sqlite(&raw, writers, round).await;
        let value = commands(&store, writers, round).await;
        if round > 0 {
            rounds.add(value, limit);
        }
    }
    rounds.tell(&format!("append_sqlite_full_{writers}"), "commands/s");
    store.close().await;
}

/// Commands per second by that many writers.
pub(crate) async fn commands(store: &Database, writers: u32, round: usize) -> f64 {
    rate(writers, |writer, until| {
        let store = Arc::new(store.clone());
        async move {
            let mut done = 0;
            while Instant::now() < until {
                let id = format!("{round:04}-{writer:04}-{:012}", done / 5);
                let history = store.load(&StreamId::new("transfer", id.as_str())).await.unwrap();
                store.append(command(&id, history)).await.unwrap();
                done += 1;
            }
            done
        }
    })
    .await
}

async fn raw_postgres(pool: &PgPool, writers: u32, round: usize) -> f64 {
    rate(writers, |writer, until| {
        let pool = pool.clone();
        async move {
            let mut connection = pool.acquire().await.unwrap();
            let mut done: u64 = 0;
            while Instant::now() < until {
                let id = format!("{round:04}-{writer:04}-{:012}", done / 5);
                let insert = sqlx::query(RAW_INSERT).bind(id).bind((done % 5) as i64 + 1);
                insert.bind(PAYLOAD).bind(METADATA).execute(&mut *connection).await.unwrap();
                done += 1;
            }
            done
        }
    })
    .await
}

async fn raw_sqlite(pool: &SqlitePool, writers: u32, round: usize) -> f64 {
    rate(writers, |writer, until| {
        let pool = pool.clone();
        async move {
            let mut done: u64 = 0;
            while Instant::now() < until {
                let id = format!("{round:04}-{writer:04}-{:012}", done / 5);
                let insert = sqlx::query(RAW_INSERT).bind(id).bind((done % 5) as i64 + 1);
                insert.bind(PAYLOAD).bind(METADATA).execute(&pool).await.unwrap();
                done += 1;
            }
            done
        }
    })
    .await
}

/// How much all writers together do per second.
async fn rate<F: Future<Output = u64> + Send + 'static>(
    writers: u32,
    work: impl Fn(u32, Instant) -> F,
) -> f64 {
    let began = Instant::now();
    let until = began + ROUND;
    let tasks: Vec<_> = (0..writers).map(|writer| tokio::spawn(work(writer, until))).collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.unwrap();
    }
    done as f64 / began.elapsed().as_secs_f64()
}
