//! The same log in memory, in SQLite and in PostgreSQL, and the queries over each.

use std::sync::Arc;

use tempfile::TempDir;
use windlass_projections::{Backend, Queries, inline_projections};
use windlass_store::{Append, Database, EventStore, Location, MemoryStore, NewEvent, StreamAppend, StreamId};

pub(crate) struct Stores {
    pub(crate) memory: Arc<MemoryStore>,
    pub(crate) sqlite: Database,
    pub(crate) postgres: Database,
    _homes: (TempDir, windlass_test_postgres::Database),
}

impl Stores {
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("windlass.db");
        let sqlite = Database::sqlite(file, inline_projections()).await.unwrap();
        let home =
            tokio::task::spawn_blocking(windlass_test_postgres::fresh_database).await.unwrap().unwrap();
        let location = Location::parse(&home.url()).unwrap();
        let postgres = Database::open(&location, inline_projections()).await.unwrap();
        let memory = Arc::new(MemoryStore::new(inline_projections()));
        Self { memory, sqlite, postgres, _homes: (folder, home) }
    }

    pub(crate) fn queries(&self) -> [Queries; 3] {
        [
            Queries::new(Backend::Memory(self.memory.clone()), self.memory.clone()),
            Queries::new(Backend::Database(self.sqlite.clone()), Arc::new(self.sqlite.clone())),
            Queries::new(Backend::Database(self.postgres.clone()), Arc::new(self.postgres.clone())),
        ]
    }

    /// Appends to a stream of each store, a few events at a time.
    pub(crate) async fn append(&self, kind: &'static str, id: &str, events: Vec<NewEvent>) {
        let stores: [&dyn EventStore; 3] = [&*self.memory, &self.sqlite, &self.postgres];
        for store in stores {
            for some in events.chunks(3) {
                let stream = StreamId::new(kind, id);
                let history = store.load(&stream).await.unwrap();
                let streams = vec![StreamAppend { stream, history, events: some.to_vec() }];
                store.append(Append { streams, ..Append::default() }).await.unwrap();
            }
        }
    }
}
