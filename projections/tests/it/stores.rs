//! The same log in memory and in SQLite, and the queries over each.

use std::sync::Arc;

use tempfile::TempDir;
use windlass_projections::{Backend, Queries, inline_projections};
use windlass_store::{Append, EventStore, MemoryStore, NewEvent, SqliteStore, StreamAppend, StreamId};

pub(crate) struct Stores {
    pub(crate) memory: Arc<MemoryStore>,
    pub(crate) sqlite: Arc<SqliteStore>,
    _folder: TempDir,
}

impl Stores {
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("windlass.db");
        let sqlite = Arc::new(SqliteStore::open(file, inline_projections()).await.unwrap());
        Self { memory: Arc::new(MemoryStore::new(inline_projections())), sqlite, _folder: folder }
    }

    pub(crate) fn queries(&self) -> [Queries; 2] {
        [
            Queries::new(Backend::Memory(self.memory.clone()), self.memory.clone()),
            Queries::new(Backend::Sqlite(self.sqlite.readers()), self.sqlite.clone()),
        ]
    }

    /// Appends to a stream of each store, a few events at a time.
    pub(crate) async fn append(&self, kind: &'static str, id: &str, events: Vec<NewEvent>) {
        let stores: [&dyn EventStore; 2] = [&*self.memory, &*self.sqlite];
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
