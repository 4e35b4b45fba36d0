//! A server and files for the benches, as durable as in production.

use std::sync::{Arc, OnceLock};

use sqlx::SqlitePool;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tempfile::TempDir;
use windlass_store::{Database, Location, PostgresLocation};
use windlass_test_postgres::{Cluster, Options};

use crate::events::{METADATA, PAYLOAD, Rows};

/// PostgreSQL's own defaults, with fsync.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(Options::durable()).unwrap())
}

/// A fresh database: its address.
pub(crate) fn fresh(name: &str) -> String {
    cluster().create_database(name).unwrap();
    cluster().socket_url(name)
}

pub(crate) async fn postgres(url: &str, connections: u32) -> Database {
    let location = PostgresLocation { connections, ..PostgresLocation::new(url) };
    Database::open(&Location::Postgres(location), vec![Arc::new(Rows)]).await.unwrap()
}

/// As many connections as the store has, straight.
pub(crate) async fn raw_postgres(url: &str, connections: u32) -> PgPool {
    let options = PgPoolOptions::new().min_connections(connections).max_connections(connections);
    options.test_before_acquire(false).connect(url).await.unwrap()
}

pub(crate) async fn sqlite() -> (TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::sqlite(folder.path().join("bench.db"), vec![Arc::new(Rows)]).await.unwrap();
    (folder, database)
}

/// One connection, as a file has one writer.
pub(crate) async fn raw_sqlite(folder: &TempDir, file: &str) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join(file))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    SqlitePoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .unwrap()
}

/// The id of a stream that was filled in, as it stands in the log.
pub(crate) fn stream(number: u64) -> String {
    format!("stream-{number:012}")
}

/// So many events of so many streams, as if all went on side by side.
pub(crate) async fn fill_postgres(pool: &PgPool, events: u64, streams: u64) {
    let insert = "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, tx)
        SELECT 'transfer', 'stream-' || lpad((n % $2)::text, 12, '0'), n / $2 + 1, 'FundsReceived', '1', $3::json, $4::json,
            pg_current_xact_id()::text::bigint
        FROM generate_series(0::bigint, $1 - 1) AS n";
    let insert = sqlx::query(insert).bind(events as i64).bind(streams as i64);
    insert.bind(PAYLOAD).bind(METADATA).execute(pool).await.unwrap();
    settle(pool).await;
}

/// The same in a SQLite file.
pub(crate) async fn fill_sqlite(pool: &SqlitePool, events: u64, streams: u64) {
    let insert = "WITH RECURSIVE series (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n + 1 < $1)
        INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
        SELECT 'transfer', 'stream-' || printf('%012d', n % $2), n / $2 + 1, 'FundsReceived', '1', $3, $4 FROM series";
    let insert = sqlx::query(insert).bind(events as i64).bind(streams as i64);
    insert.bind(PAYLOAD).bind(METADATA).execute(pool).await.unwrap();
}

/// The events of a deposit from its beginning to its end, as a JSON list.
fn deposit() -> String {
    let golden = include_str!("../../../../domain/tests/golden/deposit.jsonl");
    let events = golden.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let mut sequence = 0;
    let of_transfer = events.filter(|event| event["aggregate_type"] == "transfer").map(|mut event| {
        sequence += 1;
        event["sequence"] = sequence.into();
        event
    });
    serde_json::Value::Array(of_transfer.collect()).to_string()
}

/// So many deposits, side by side.
pub(crate) async fn fill_transfers_postgres(pool: &PgPool, transfers: u64) {
    let insert = "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, tx)
        SELECT 'transfer', '01955600-0100-7000-8000-' || lpad(n::text, 12, '0'), (e ->> 'sequence')::bigint,
            e ->> 'event_type', '1', (e ->> 'payload')::json, (e ->> 'metadata')::json, pg_current_xact_id()::text::bigint
        FROM json_array_elements($2::json) WITH ORDINALITY AS events (e, number), generate_series(1, $1) AS n
        ORDER BY number, n";
    sqlx::query(insert).bind(transfers as i64).bind(deposit()).execute(pool).await.unwrap();
    settle(pool).await;
}

/// The same in a SQLite file.
pub(crate) async fn fill_transfers_sqlite(pool: &SqlitePool, transfers: u64) {
    let insert = "WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < $1)
        INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
        SELECT 'transfer', '01955600-0100-7000-8000-' || printf('%012d', n), value ->> 'sequence', value ->> 'event_type',
            '1', value -> 'payload', value -> 'metadata'
        FROM json_each($2), series ORDER BY key, n";
    sqlx::query(insert).bind(transfers as i64).bind(deposit()).execute(pool).await.unwrap();
}

/// What the server does by itself after a while.
async fn settle(pool: &PgPool) {
    for statement in ["VACUUM ANALYZE events", "CHECKPOINT"] {
        sqlx::raw_sql(statement).execute(pool).await.unwrap();
    }
}
