//! A server and files for the benches, as durable as in production.

use std::sync::{Arc, OnceLock};

use sqlx::SqlitePool;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tempfile::TempDir;
use windlass_store::{Database, Location, PostgresLocation};
use windlass_test_postgres::{Cluster, Options};

use crate::events::Rows;

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
pub(crate) async fn raw_sqlite(folder: &TempDir) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("raw.db"))
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
