//! What only PostgreSQL has: one statement for an append, plans, transaction ids, processes that meet.

mod failures;
mod order;
mod plans;
mod round_trips;
mod schema;
mod shapes;
mod statements;
mod wire;

use std::sync::Arc;

use sqlx::{ConnectOptions, PgConnection};
use windlass_test_postgres::{Database as Home, fresh_database};

use super::connect;
use crate::{
    Append, Database, InlineProjection, Location, NewEvent, PostgresLocation, RecordedEvent, StreamAppend,
    StreamId,
};

/// An empty database on the tests' server; gone when dropped.
async fn home() -> Home {
    tokio::task::spawn_blocking(fresh_database).await.unwrap().unwrap()
}

async fn open(url: &str, projections: Vec<Arc<dyn InlineProjection>>) -> Database {
    Database::open(&Location::Postgres(PostgresLocation::new(url)), projections).await.unwrap()
}

async fn fresh(projections: Vec<Arc<dyn InlineProjection>>) -> (Home, Database) {
    let home = home().await;
    let store = open(&home.url(), projections).await;
    (home, store)
}

/// A connection of our own, set up as the store's are.
async fn connection(home: &Home) -> PgConnection {
    connect::options(&home.url(), 16).unwrap().connect().await.unwrap()
}

fn stream(id: &str) -> StreamId {
    StreamId::new("Transfer", id)
}

fn change(id: &str, history: Vec<RecordedEvent>) -> StreamAppend {
    let event = NewEvent {
        event_type: "Tick".to_owned(),
        event_version: "1".to_owned(),
        payload: "{}".to_owned(),
        metadata: "{}".to_owned(),
    };
    StreamAppend { stream: stream(id), history, events: vec![event] }
}

fn append(id: &str, history: Vec<RecordedEvent>) -> Append {
    Append { streams: vec![change(id, history)], ..Append::default() }
}
