//! A log in a database, and handlers that do as they are told.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use tempfile::TempDir;
use windlass_projections::feed::{Effect, Feed, FeedStatement, FeedView, Filter, HandlerError, Start};
use windlass_store::{
    Append, Database, Dialect, EventStore, Location, NewEvent, RecordedEvent, Statement, StreamAppend,
    StreamId, Subscription, Subscriptions, Table,
};
use windlass_workers::{Duty, Handler, Subscribe, Turn};

use crate::clock::TestClock;

/// A database with a log in it.
pub(crate) struct Log {
    pub(crate) database: Database,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) clock: Arc<TestClock>,
    /// Where another process would find it.
    location: Location,
    _place: Place,
}

enum Place {
    Folder(#[expect(dead_code, reason = "keeps the folder")] TempDir),
    Server(#[expect(dead_code, reason = "keeps the database")] windlass_test_postgres::Database),
}

impl Log {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("windlass.db"));
        Self::of(location, Place::Folder(folder)).await
    }

    pub(crate) async fn postgres() -> Self {
        let server = windlass_test_postgres::fresh_database().unwrap();
        let location = Location::parse(&server.url()).unwrap();
        Self::of(location, Place::Server(server)).await
    }

    async fn of(location: Location, place: Place) -> Self {
        let database = Database::open(&location, vec![]).await.unwrap();
        let subscriptions = Subscriptions::open(database.clone()).await.unwrap();
        Self { database, subscriptions, clock: Arc::new(TestClock::new()), location, _place: place }
    }

    /// The same database as another process has it.
    pub(crate) async fn elsewhere(&self) -> Database {
        Database::open(&self.location, vec![]).await.unwrap()
    }

    /// Appends events of these types to the stream `deal/ID`.
    pub(crate) async fn append(&self, id: &str, types: &[&str]) -> Vec<RecordedEvent> {
        append(&self.database, "deal", id, types).await
    }

    /// One event to each of so many streams.
    pub(crate) async fn append_many(&self, count: usize) {
        for number in 0..count {
            self.append(&format!("many-{number}"), &["Made"]).await;
        }
    }

    pub(crate) fn worker(&self, handler: Handler) -> Subscribe {
        Subscribe::new(handler, self.subscriptions.clone(), self.clock.clone())
    }

    pub(crate) async fn row(&self, name: &str) -> Subscription {
        self.subscriptions.find(name).await.unwrap().unwrap()
    }

    /// The rows of the feed `seen`, in the order in which they were written.
    pub(crate) async fn seen(&self) -> Vec<String> {
        let rows = self.database.read(Statement::new(SEEN)).await.unwrap();
        rows.iter()
            .map(|row| format!("{}:{}", row.get::<String>(0).unwrap(), row.get::<i64>(1).unwrap()))
            .collect()
    }
}

const SEEN: &str = "SELECT stream, sequence FROM seen ORDER BY place";

/// Appends, and waits until nothing that runs elsewhere on the server hides it from readers.
pub(crate) async fn append(
    database: &Database,
    kind: &'static str,
    id: &str,
    types: &[&str],
) -> Vec<RecordedEvent> {
    let stream = StreamId::new(kind, id);
    let history = database.load(&stream).await.unwrap();
    let event = |event_type: &&str| NewEvent {
        event_type: (*event_type).to_owned(),
        event_version: "1".to_owned(),
        payload: "{}".to_owned(),
        metadata: "{}".to_owned(),
    };
    let streams = vec![StreamAppend { stream, history, events: types.iter().map(event).collect() }];
    let appended = database.append(Append { streams, ..Append::default() }).await.unwrap();
    let events: Vec<RecordedEvent> = appended.streams.into_iter().flatten().collect();
    let at = events.last().unwrap().at;
    let before = windlass_store::LogPosition { position: at.position - 1, ..at };
    while database.read_log(before, 1).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    events
}

/// Turns until there is nothing to do.
pub(crate) async fn drain(worker: &Subscribe) {
    while worker.turn().await.unwrap() == Turn::Worked {}
}

type Judge = dyn Fn(&RecordedEvent) -> Result<(), HandlerError> + Send + Sync;

/// Writes a row for each event, and fails as it is told.
pub(crate) struct Seen {
    pub(crate) filter: Filter,
    pub(crate) start: Start,
    pub(crate) version: u32,
    /// What is said of each event.
    pub(crate) judge: Box<Judge>,
    /// Run in the transaction for each event, for those databases that have it.
    pub(crate) burden: Option<fn(Dialect) -> &'static str>,
    /// How many events came at once.
    pub(crate) pages: Mutex<Vec<usize>>,
    /// How long to think.
    pub(crate) thinks: Duration,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            filter: Filter::ALL,
            start: Start::Beginning,
            version: 1,
            judge: Box::new(|_| Ok(())),
            burden: None,
            pages: Mutex::default(),
            thinks: Duration::ZERO,
        }
    }
}

impl Seen {
    pub(crate) fn judging(
        judge: impl Fn(&RecordedEvent) -> Result<(), HandlerError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { judge: Box::new(judge), ..Self::default() })
    }

    pub(crate) fn pages(&self) -> Vec<usize> {
        std::mem::take(&mut *self.pages.lock().unwrap())
    }
}

pub(crate) fn feed(feed: impl Into<Arc<Seen>>) -> Handler {
    let feed: Arc<Seen> = feed.into();
    Handler::Feed(feed)
}

#[async_trait]
impl Feed for Seen {
    fn name(&self) -> &'static str {
        "seen"
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn filter(&self) -> Filter {
        self.filter
    }

    fn start(&self) -> Start {
        self.start
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: "seen", key: &["stream", "sequence"] }]
    }

    fn schema(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => {
                "CREATE TABLE seen{build} (stream TEXT, sequence INTEGER, place INTEGER NOT NULL,
                    PRIMARY KEY (stream, sequence)) STRICT;
                CREATE INDEX seen_by_place{build} ON seen{build} (place)"
            }
            Dialect::Postgres => {
                "CREATE TABLE seen{build} (stream text, sequence bigint, place bigint NOT NULL,
                    CONSTRAINT seen_pkey{build} PRIMARY KEY (stream, sequence));
                CREATE INDEX seen_by_place{build} ON seen{build} (place)"
            }
        }
    }

    async fn statements(
        &self,
        events: &[RecordedEvent],
        view: &FeedView<'_>,
    ) -> Result<Vec<FeedStatement>, HandlerError> {
        self.pages.lock().unwrap().push(events.len());
        tokio::time::sleep(self.thinks).await;
        let before = view.read_one(view.statement("SELECT count(*) FROM seen{build}")).await?;
        let before: i64 = before.map(|row| row.get(0)).transpose()?.unwrap_or(0);
        let mut statements = vec![];
        for (place, event) in (before..).zip(events) {
            (self.judge)(event)?;
            statements.extend(self.burden.map(|burden| view.statement(burden(view.dialect()))));
            let insert = "INSERT INTO seen{build} (stream, sequence, place) VALUES ($1, $2, $3)";
            let insert = view.statement(insert).text(event.stream.to_string());
            statements.push(insert.integer(event.sequence as i64).integer(place));
        }
        Ok(statements)
    }
}

/// Remembers the keys of the events that it is given, and fails as it is told.
pub(crate) struct Told {
    pub(crate) judge: Box<Judge>,
    pub(crate) keys: Mutex<Vec<String>>,
    /// How long it takes.
    pub(crate) takes: Duration,
}

impl Told {
    pub(crate) fn judging(
        judge: impl Fn(&RecordedEvent) -> Result<(), HandlerError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { judge: Box::new(judge), keys: Mutex::default(), takes: Duration::ZERO })
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.keys.lock().unwrap().clone()
    }
}

#[async_trait]
impl Effect for Told {
    fn name(&self) -> &'static str {
        "told"
    }

    async fn handle(&self, event: &RecordedEvent, idempotency_key: &str) -> Result<(), HandlerError> {
        self.keys.lock().unwrap().push(idempotency_key.to_owned());
        tokio::time::sleep(self.takes).await;
        (self.judge)(event)
    }
}
