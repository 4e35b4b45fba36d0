//! Orders that others count on: of transactions within a stream, of streams within a transaction, of transactions that run
//! and those that come.

use sqlx::Executor;
use tokio::task::JoinSet;

use super::{append, connection, fresh, open, stream};
use crate::{AppendError, EventStore, Statement};

const WRITERS: usize = 32;
const STREAMS: usize = 4;
const EACH: usize = 8;

const FALLING: &str = "SELECT count(*) FROM (
    SELECT tx, position, lag(tx) OVER stream AS tx_before, lag(position) OVER stream AS position_before
    FROM events WINDOW stream AS (PARTITION BY aggregate_type, aggregate_id ORDER BY sequence)) AS e
    WHERE tx < tx_before OR (tx = tx_before AND position < position_before)";

const UNSORTED: &str = "SELECT count(*) FROM (
    SELECT aggregate_id, lag(aggregate_id) OVER (PARTITION BY tx ORDER BY position) AS before FROM events) AS e
    WHERE aggregate_id < before";

/// Readers would see its events in another order.
#[tokio::test(flavor = "multi_thread")]
async fn the_transaction_never_falls_with_the_sequence_while_many_write_to_few_streams() {
    let (home, first) = fresh(vec![]).await;
    let stores = [first, open(&home.url(), vec![]).await];
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = stores[writer % stores.len()].clone();
        let id = format!("t{}", writer % STREAMS);
        writers.spawn(async move {
            let (mut won, mut conflicts) = (0, 0);
            while won < EACH {
                let history = store.load(&stream(&id)).await.unwrap();
                match store.append(append(&id, history)).await {
                    Ok(_) => won += 1,
                    Err(AppendError::Conflict { .. }) => conflicts += 1,
                    Err(other) => panic!("{other}"),
                }
            }
            conflicts
        });
    }
    let conflicts: usize = writers.join_all().await.into_iter().sum();
    assert!(conflicts > 0, "nobody met anybody");
    let count = async |sql| {
        let row = stores[0].read_one(Statement::new(sql)).await.unwrap().unwrap();
        row.count(0).unwrap()
    };
    assert_eq!(count("SELECT count(*) FROM events").await, (WRITERS * EACH) as u64);
    assert_eq!(count(FALLING).await, 0);
    for store in stores {
        store.close().await;
    }
}

/// Others do as well: they wait for each other, but not in a circle.
#[tokio::test]
async fn those_who_share_a_transaction_write_in_the_order_of_their_streams() {
    let (_home, store) = fresh(vec![]).await;
    let mut writers = JoinSet::new();
    for writer in (0..WRITERS).rev() {
        let store = store.clone();
        writers.spawn(async move { store.append(append(&format!("t{writer:02}"), vec![])).await });
    }
    assert!(writers.join_all().await.iter().all(Result::is_ok));
    let count = async |sql| {
        let row = store.read_one(Statement::new(sql)).await.unwrap().unwrap();
        row.count(0).unwrap()
    };
    assert!(count("SELECT count(DISTINCT tx) FROM events").await < WRITERS as u64, "nobody shared");
    assert_eq!(count(UNSORTED).await, 0);
    store.close().await;
}

/// One of them may be an append that has passed under the old epoch.
#[tokio::test]
async fn whatever_runs_when_the_epoch_grows_is_below_what_is_waited_for() {
    let (home, store) = fresh(vec![]).await;
    let mut stranger = connection(&home).await;
    // More than once: what others end on this server meanwhile would hide what ends too early.
    for _ in 0..20 {
        stranger.execute("BEGIN").await.unwrap();
        let running: i64 = sqlx::query_scalar("SELECT windlass_tx()").fetch_one(&mut stranger).await.unwrap();
        let until = store.engine().bump_epoch().await.unwrap();
        assert!(running < until, "{running} runs, and {until} is waited for");
        stranger.execute("ROLLBACK").await.unwrap();
    }
    store.close().await;
}
