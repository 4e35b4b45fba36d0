//! The same log in each kind of store, and the queries over it.

use std::{fs, path::Path, sync::Arc, time::Duration};

use serde::Deserialize;
use serde_json::value::RawValue;
use tempfile::TempDir;
use windlass_projections::{Backend, LogPosition, Queries, inline_projections};
use windlass_store::{
    Append, Database, EventStore, Location, MemoryStore, NewEvent, PostgresLocation, StreamAppend, StreamId,
};

/// An event of the golden log.
#[derive(Deserialize)]
pub(crate) struct Line {
    pub(crate) aggregate_type: String,
    pub(crate) aggregate_id: String,
    pub(crate) event_type: String,
    pub(crate) event_version: String,
    pub(crate) payload: Box<RawValue>,
    pub(crate) metadata: Box<RawValue>,
}

/// A file of the golden log.
pub(crate) fn golden(file: &str) -> Vec<Line> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/tests/golden");
    let text = fs::read_to_string(folder.join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) const FILES: [&str; 6] = [
    "deposit.jsonl",
    "deposit_failed_and_recovered.jsonl",
    "expired.jsonl",
    "rejected.jsonl",
    "withdrawal.jsonl",
    "withdrawal_failed_and_recovered.jsonl",
];

/// All of it as one log: the files use the same names for different credits, which are told apart here.
pub(crate) fn all() -> Vec<Line> {
    let own = |(number, file): (usize, &str)| {
        let rename = move |text: &str| text.replace("credit-", &format!("credit-{number}-"));
        golden(file).into_iter().map(move |line| Line {
            aggregate_id: rename(&line.aggregate_id),
            payload: RawValue::from_string(rename(line.payload.get())).unwrap(),
            ..line
        })
    };
    FILES.into_iter().enumerate().flat_map(own).collect()
}

pub(crate) struct Kept {
    pub(crate) name: &'static str,
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) queries: Queries,
    _folder: TempDir,
    _database: Option<windlass_test_postgres::Database>,
}

/// An empty store of each kind.
pub(crate) async fn stores() -> Vec<Kept> {
    let folder = || tempfile::tempdir().unwrap();
    let memory = Arc::new(MemoryStore::new(inline_projections()));
    let mut all = vec![Kept {
        name: "memory",
        queries: Queries::new(Backend::Memory(memory.clone()), memory.clone()),
        store: memory,
        _folder: folder(),
        _database: None,
    }];
    let sqlite = folder();
    let database = Database::sqlite(sqlite.path().join("windlass.db"), inline_projections()).await.unwrap();
    all.push(over("sqlite", database, sqlite, None));
    let fresh = windlass_test_postgres::fresh_database().unwrap();
    let location = Location::Postgres(PostgresLocation::new(fresh.url()));
    let database = Database::open(&location, inline_projections()).await.unwrap();
    all.push(over("postgres", database, folder(), Some(fresh)));
    all
}

fn over(
    name: &'static str,
    database: Database,
    folder: TempDir,
    fresh: Option<windlass_test_postgres::Database>,
) -> Kept {
    let store: Arc<dyn EventStore> = Arc::new(database.clone());
    let queries = Queries::new(Backend::Database(database), store.clone());
    Kept { name, store, queries, _folder: folder, _database: fresh }
}

impl Kept {
    /// Appends the lines one by one, and waits until they can be read.
    pub(crate) async fn append(&self, lines: &[Line]) {
        let before = self.count().await;
        for line in lines {
            let stream = StreamId::new(line.aggregate_type.clone(), line.aggregate_id.clone());
            let history = self.store.load(&stream).await.unwrap();
            let event = NewEvent {
                event_type: line.event_type.clone(),
                event_version: line.event_version.clone(),
                payload: line.payload.get().to_owned(),
                metadata: line.metadata.get().to_owned(),
            };
            let streams = vec![StreamAppend { stream, history, events: vec![event] }];
            self.store.append(Append { streams, ..Append::default() }).await.unwrap();
        }
        // On PostgreSQL an event can be read once no older transaction of the server runs.
        while self.count().await < before + lines.len() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn count(&self) -> usize {
        self.store.read_log(LogPosition::START, 10_000).await.unwrap().len()
    }

    /// Ends in order.
    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}
