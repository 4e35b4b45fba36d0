//! The stores under test, and short ways to write what the tests append.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use time::OffsetDateTime;
use windlass_store::{
    Append, Database, Dialect, EventStore, InlineProjection, InlineRow, Location, LogPosition, MemoryStore,
    NewEvent, NewTask, ProjectionError, RecordedEvent, Statement, StreamAppend, StreamChange, StreamId,
    Table, TaskLease,
};

use crate::pooler;

/// A fresh store and a look at the inline rows behind it.
pub(crate) struct Fixture {
    pub(crate) store: Arc<dyn EventStore>,
    rows: Rows,
}

enum Rows {
    Memory(Arc<MemoryStore>),
    Database(Database, #[expect(dead_code, reason = "keeps what it is in")] Home),
}

/// What a database is in; gone when dropped.
pub(crate) enum Home {
    Folder(#[expect(dead_code, reason = "keeps the folder")] TempDir),
    Server(#[expect(dead_code, reason = "keeps the database")] windlass_test_postgres::Database),
}

pub(crate) async fn memory() -> Fixture {
    let store = Arc::new(MemoryStore::new(vec![Arc::new(Histories)]));
    Fixture { store: store.clone(), rows: Rows::Memory(store) }
}

pub(crate) async fn sqlite() -> Fixture {
    let (database, home) = sqlite_database().await;
    Fixture { store: Arc::new(database.clone()), rows: Rows::Database(database, home) }
}

pub(crate) async fn postgres() -> Fixture {
    let (database, home) = postgres_database().await;
    Fixture { store: Arc::new(database.clone()), rows: Rows::Database(database, home) }
}

/// As behind a pooler that hands connections to others between two transactions.
pub(crate) async fn postgres_pooled() -> Fixture {
    let home = fresh_server_database().await;
    let database = Database::open(&pooler::location(&home), vec![Arc::new(Histories)]).await.unwrap();
    Fixture { store: Arc::new(database.clone()), rows: Rows::Database(database, Home::Server(home)) }
}

/// A fresh file with the projection [`Histories`].
pub(crate) async fn sqlite_database() -> (Database, Home) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data/windlass.db");
    let database = Database::sqlite(file, vec![Arc::new(Histories)]).await.unwrap();
    (database, Home::Folder(folder))
}

/// A fresh database on the tests' server, with the projection [`Histories`].
pub(crate) async fn postgres_database() -> (Database, Home) {
    let home = fresh_server_database().await;
    let database = postgres_at(&home.url()).await;
    (database, Home::Server(home))
}

/// An empty database on the tests' server.
pub(crate) async fn fresh_server_database() -> windlass_test_postgres::Database {
    tokio::task::spawn_blocking(windlass_test_postgres::fresh_database).await.unwrap().unwrap()
}

/// Another process' handle to that database.
pub(crate) async fn postgres_at(url: &str) -> Database {
    Database::open(&Location::parse(url).unwrap(), vec![Arc::new(Histories)]).await.unwrap()
}

impl Fixture {
    /// The row of the projection [`Histories`].
    pub(crate) async fn row(&self, key: &str) -> Option<(u64, Value)> {
        match &self.rows {
            Rows::Memory(store) => store.inline_row("histories", key),
            Rows::Database(database, _) => {
                let query = Statement::new("SELECT sequence, events FROM histories WHERE key = $1").text(key);
                let row = database.read_one(query).await.unwrap()?;
                let events: Value = serde_json::from_str(&row.get::<String>(1).unwrap()).unwrap();
                Some((row.count(0).unwrap(), json!({ "events": events })))
            }
        }
    }

    /// Appends to a stream that is loaded first.
    pub(crate) async fn add(&self, id: &str, events: &[&str]) -> Vec<RecordedEvent> {
        let history = self.store.load(&transfer(id)).await.unwrap();
        let appended = self.store.append(append(id, history, events)).await.unwrap();
        appended.streams.into_iter().next().unwrap()
    }

    /// The next events of the log, of which there are so many or will be: transactions of other tests on the same server
    /// hold the horizon back.
    pub(crate) async fn read_log(&self, after: LogPosition, limit: u32, left: usize) -> Vec<RecordedEvent> {
        let wanted = left.min(limit as usize);
        for _ in 0..500 {
            let page = self.store.read_log(after, limit).await.unwrap();
            if page.len() >= wanted {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the log is not read to its end");
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

    fn table(&self) -> Table {
        Table { name: "histories", key: &["key"] }
    }

    fn schema(&self, _: Dialect) -> &'static str {
        "CREATE TABLE histories{build} (key TEXT PRIMARY KEY, sequence BIGINT NOT NULL, events TEXT);
         CREATE INDEX histories_sequence{build} ON histories{build} (sequence)"
    }

    fn statement(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => {
                "INSERT INTO histories{build} (key, sequence, events)
                 SELECT value ->> 'key', value ->> 'sequence', value -> 'events' FROM json_each($1) WHERE true
                 ON CONFLICT (key) DO UPDATE SET sequence = excluded.sequence, events = excluded.events
                 WHERE excluded.sequence > histories{build}.sequence"
            }
            Dialect::Postgres => {
                "INSERT INTO histories{build} (key, sequence, events)
                 SELECT key, sequence, events::text
                 FROM json_to_recordset($1::json) AS r (key text, sequence bigint, events json)
                 ON CONFLICT (key) DO UPDATE SET sequence = excluded.sequence, events = excluded.events
                 WHERE excluded.sequence > histories{build}.sequence"
            }
        }
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
