//! The stores under test, and short ways to write what the tests append.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::Row;
use tempfile::TempDir;
use time::OffsetDateTime;
use windlass_store::{
    Append, Dialect, EventStore, InlineProjection, InlineRow, MemoryStore, NewEvent, NewTask,
    ProjectionError, RecordedEvent, Schema, SqliteStore, StreamAppend, StreamChange, StreamId, TaskLease,
};

/// A fresh store and a look at the inline rows behind it.
pub(crate) struct Fixture {
    pub(crate) store: Arc<dyn EventStore>,
    rows: Rows,
}

enum Rows {
    Memory(Arc<MemoryStore>),
    Sqlite(Arc<SqliteStore>, #[expect(dead_code, reason = "keeps the folder")] TempDir),
}

pub(crate) async fn memory() -> Fixture {
    let store = Arc::new(MemoryStore::new(vec![Arc::new(Histories)]));
    Fixture { store: store.clone(), rows: Rows::Memory(store) }
}

pub(crate) async fn sqlite() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data/windlass.db");
    let store = SqliteStore::open(file, vec![Arc::new(Histories)]).await.unwrap();
    let store = Arc::new(store);
    Fixture { store: store.clone(), rows: Rows::Sqlite(store, folder) }
}

impl Fixture {
    /// The row of the projection [`Histories`].
    pub(crate) async fn row(&self, key: &str) -> Option<(u64, Value)> {
        match &self.rows {
            Rows::Memory(store) => store.inline_row("histories", key),
            Rows::Sqlite(store, _) => {
                let query = sqlx::query("SELECT sequence, events FROM histories WHERE key = $1").bind(key);
                let row = query.fetch_optional(&store.readers()).await.unwrap()?;
                let events: Value = serde_json::from_str(row.get(1)).unwrap();
                Some((row.get::<i64, _>(0) as u64, json!({ "events": events })))
            }
        }
    }

    /// Appends to a stream that is loaded first.
    pub(crate) async fn add(&self, id: &str, events: &[&str]) -> Vec<RecordedEvent> {
        let history = self.store.load(&transfer(id)).await.unwrap();
        let appended = self.store.append(append(id, history, events)).await.unwrap();
        appended.streams.into_iter().next().unwrap()
    }

    /// Adds tasks alone.
    pub(crate) async fn add_tasks(&self, tasks: Vec<NewTask>) {
        self.store.append(Append { tasks, ..Append::default() }).await.unwrap();
    }

    /// Leases what is due of the kinds `pay` and `call`, for ten seconds.
    pub(crate) async fn lease(&self, owner: &str, now: i64, limit: u32) -> Vec<TaskLease> {
        let ten = Duration::from_secs(10);
        self.store.lease_tasks(&["pay", "call"], owner, at(now), ten, limit).await.unwrap()
    }
}

/// Keeps, for each transfer, the types of its events. Refuses the event `Unspeakable`.
pub(crate) struct Histories;

impl InlineProjection for Histories {
    fn name(&self) -> &'static str {
        "histories"
    }

    fn version(&self) -> u32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["Transfer"]
    }

    fn schema(&self, _: Dialect) -> Schema {
        Schema {
            component: "histories",
            migrations: &[
                "CREATE TABLE histories (key TEXT PRIMARY KEY, sequence INTEGER NOT NULL, events TEXT)",
                "CREATE INDEX histories_sequence ON histories (sequence)",
            ],
        }
    }

    fn statement(&self, _: Dialect) -> &'static str {
        "INSERT INTO histories (key, sequence, events)
         SELECT value ->> 'key', value ->> 'sequence', value -> 'events' FROM json_each($1) WHERE true
         ON CONFLICT (key) DO UPDATE SET sequence = excluded.sequence, events = excluded.events
         WHERE excluded.sequence > histories.sequence"
    }

    fn rows(&self, change: &StreamChange<'_>) -> Result<Vec<InlineRow>, ProjectionError> {
        if change.appended().any(|event| event.event_type == "Unspeakable") {
            let reason = "Unspeakable".to_owned();
            return Err(ProjectionError { stream: change.stream.clone(), reason });
        }
        let events: Vec<&str> = change.events().map(|event| event.event_type).collect();
        let key = change.stream.aggregate_id.clone();
        Ok(vec![InlineRow { key, values: json!({ "events": events }) }])
    }
}

/// Some seconds after a fixed moment.
pub(crate) fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000 + seconds).unwrap()
}

pub(crate) fn transfer(id: &str) -> StreamId {
    StreamId::new("Transfer", id)
}

pub(crate) fn event(event_type: &str) -> NewEvent {
    NewEvent {
        event_type: event_type.to_owned(),
        event_version: "1".to_owned(),
        payload: format!("{{\"{event_type}\":{{}}}}"),
        metadata: "{}".to_owned(),
    }
}

pub(crate) fn change(stream: StreamId, history: Vec<RecordedEvent>, events: &[&str]) -> StreamAppend {
    StreamAppend { stream, history, events: events.iter().copied().map(event).collect() }
}

/// An append to one transfer.
pub(crate) fn append(id: &str, history: Vec<RecordedEvent>, events: &[&str]) -> Append {
    Append { streams: vec![change(transfer(id), history, events)], ..Append::default() }
}

pub(crate) fn task(kind: &'static str, key: &str, sequence: u64, due: i64) -> NewTask {
    let payload = format!("{kind} {key} {sequence}");
    NewTask { kind, key: key.to_owned(), sequence, payload, due_at: at(due) }
}
