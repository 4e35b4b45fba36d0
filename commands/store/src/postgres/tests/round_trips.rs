//! One command is two round trips, whatever it writes: the load and the append.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::super::sql;
use super::shapes::Counts;
use super::{append, home, stream, wire};
use crate::{
    Append, Database, EventStore, IdempotencyKey, Location, NewTask, PostgresLocation, Reservation, Statement,
};

/// A command that writes an event, a row, a task, a name and its key.
async fn command(store: &Database, id: &str) {
    let history = store.load(&stream(id)).await.unwrap();
    let sequence = history.len() as u64 + 1;
    let task = NewTask {
        kind: "pay",
        key: id.to_owned(),
        sequence,
        payload: String::new(),
        due_at: OffsetDateTime::UNIX_EPOCH,
    };
    let name = format!("{id}/{sequence}");
    let owner = id.to_owned();
    let append = Append {
        tasks: vec![task],
        reservations: vec![Reservation { kind: "memo", key: name.clone(), owner, expires_at: None }],
        key: Some(IdempotencyKey { key: name, fingerprint: vec![1], outcome: String::new() }),
        ..append(id, history)
    };
    store.append(append).await.unwrap();
}

/// What the store waits for while five commands are carried out.
async fn trips_of_five_commands() -> Vec<String> {
    let home = home().await;
    let server = windlass_test_postgres::shared_cluster().unwrap().port();
    let (port, trips) = wire::before(server).await;
    let location = PostgresLocation {
        connections: 2,
        ..PostgresLocation::new(format!(
            "postgres://postgres@127.0.0.1:{port}/{}?sslmode=disable",
            home.name()
        ))
    };
    let store = Database::open(&Location::Postgres(location), vec![Arc::new(Counts)]).await.unwrap();
    // Both connections are there, and what is prepared is.
    let slow = || Statement::new("SELECT 1 FROM (SELECT pg_sleep(0.1)) AS slept");
    tokio::try_join!(store.read(slow()), store.read(slow())).unwrap();
    command(&store, "a").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    trips.take();
    for _ in 0..5 {
        command(&store, "a").await;
    }
    let mut taken = trips.take();
    // Beside the commands others are told, now and then on a connection that is new.
    taken.retain(|text| ![sql::NOTIFY, sql::HAS_LOG, sql::TX_AHEAD].contains(&text.as_str()));
    store.close().await;
    taken
}

#[tokio::test(flavor = "multi_thread")]
async fn one_command_is_two_round_trips() {
    let trips = trips_of_five_commands().await;
    assert_eq!(trips.len(), 10, "{trips:#?}");
    for pair in trips.chunks(2) {
        assert_eq!(pair[0], sql::LOAD);
        assert!(pair[1].contains("windlass_guard"), "{}", pair[1]);
    }
}
