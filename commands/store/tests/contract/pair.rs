//! Two processes on one database, as two handles that know nothing of each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use windlass_store::{
    Append, Database, Dialect, EventStore, InlineProjection, Location, LogPosition, RecordedEvent, Statement,
};

use crate::fixture::{Histories, Home, change, fresh_server_database, transfer};
use crate::pooler;

/// Two handles to one fresh database with the projection [`Histories`].
pub(crate) struct Pair {
    pub(crate) first: Database,
    pub(crate) second: Database,
    pub(crate) location: Location,
    #[expect(dead_code, reason = "keeps what it is in")]
    home: Home,
}

impl Pair {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("windlass.db"));
        Self::at(location, Home::Folder(folder)).await
    }

    pub(crate) async fn postgres() -> Self {
        let server = fresh_server_database().await;
        Self::at(Location::parse(&server.url()).unwrap(), Home::Server(server)).await
    }

    pub(crate) async fn postgres_pooled() -> Self {
        let server = fresh_server_database().await;
        Self::at(pooler::location(&server), Home::Server(server)).await
    }

    async fn at(location: Location, home: Home) -> Self {
        let (first, second) = (open(&location).await, open(&location).await);
        Self { first, second, location, home }
    }

    /// Another process with other projections.
    pub(crate) async fn with(
        &self,
        projections: Vec<Arc<dyn InlineProjection>>,
    ) -> Result<Database, windlass_store::StoreError> {
        Database::open(&self.location, projections).await
    }

    /// A connection to PostgreSQL that is nobody's.
    pub(crate) async fn stranger(&self) -> sqlx::PgConnection {
        let Location::Postgres(location) = &self.location else { panic!("it is no server") };
        sqlx::Connection::connect(&location.url).await.unwrap()
    }

    pub(crate) async fn close(self) {
        self.first.close().await;
        self.second.close().await;
    }
}

async fn open(location: &Location) -> Database {
    Database::open(location, vec![Arc::new(Histories)]).await.unwrap()
}

/// So many transfers `t0000`, `t0001` and so on, of three events each.
pub(crate) async fn fill(store: &Database, transfers: usize) {
    let all: Vec<usize> = (0..transfers).collect();
    for some in all.chunks(50) {
        let new = |n: &usize| change(transfer(&format!("t{n:04}")), vec![], &["One", "Two", "Three"]);
        store.append(Append { streams: some.iter().map(new).collect(), ..Append::default() }).await.unwrap();
    }
}

/// The whole log, once there are so many events in it: others' transactions hold the horizon back.
pub(crate) async fn whole_log(store: &Database, events: usize) -> Vec<RecordedEvent> {
    let mut log: Vec<RecordedEvent> = Vec::new();
    for _ in 0..1500 {
        let after = log.last().map_or(LogPosition::START, |event| event.at);
        log.extend(store.read_log(after, 5_000).await.unwrap());
        if log.len() >= events {
            return log;
        }
        if log.last().is_none_or(|last| last.at == after) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    panic!("the log has {} events instead of {events}", log.len());
}

/// What the projection [`Histories`] has to have, by transfer: folded from that log.
pub(crate) fn folded(log: &[RecordedEvent]) -> BTreeMap<String, Vec<String>> {
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in log {
        rows.entry(event.stream.aggregate_id.clone()).or_default().push(event.event_type.clone());
    }
    rows
}

/// What it has.
pub(crate) async fn served(store: &Database) -> BTreeMap<String, Vec<String>> {
    let rows = store.read(Statement::new("SELECT key, sequence, events FROM histories")).await.unwrap();
    let row = |row: &windlass_store::Row| {
        let (key, sequence, events) =
            (row.get(0).unwrap(), row.count(1).unwrap(), row.get::<String>(2).unwrap());
        let events: Value = serde_json::from_str(&events).unwrap();
        let events: Vec<String> = serde_json::from_value(events).unwrap();
        assert_eq!(events.len() as u64, sequence, "{key}");
        (key, events)
    };
    rows.iter().map(row).collect()
}

/// Whether there is such a table.
pub(crate) async fn has_table(store: &Database, table: &str) -> bool {
    let query = match store.dialect() {
        Dialect::Sqlite => "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1",
        Dialect::Postgres => "SELECT 1::bigint FROM pg_tables WHERE schemaname = 'public' AND tablename = $1",
    };
    store.read_one(Statement::new(query).text(table)).await.unwrap().is_some()
}

/// Waits until that query finds something.
pub(crate) async fn until(store: &Database, query: &'static str) {
    for _ in 0..1500 {
        if store.read_one(Statement::new(query)).await.unwrap().is_some() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("nothing comes of {query}");
}

/// Runs each trial on a fresh pair, in SQLite and in PostgreSQL.
macro_rules! on_pairs {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::pair::Pair::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::pair::Pair::postgres().await).await;
            })+
        }
    };
}

pub(crate) use on_pairs;
