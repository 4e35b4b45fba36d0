//! A log in a database, its tree, and a signer.

use std::{
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tempfile::TempDir;
use time::OffsetDateTime;
use uuid::Uuid;
use windlass_domain::ports::{Clock, Ids};
use windlass_projections::seal::{
    Roots, SealFeed, SignedRoot, Tampering, Tree, Verification, VerifyOptions, verify,
};
use windlass_stellar::{AccountId, Keypair};
use windlass_store::{
    Append, Database, EventStore, Location, LogPosition, NewEvent, RecordedEvent, Statement, StreamAppend,
    StreamId, Subscriptions,
};
use windlass_workers::{Duty, Handler, SignRoots, StepError, Subscribe, Turn};

pub(crate) struct Log {
    pub(crate) database: Database,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) roots: Roots,
    pub(crate) tree: Tree,
    _place: Place,
}

enum Place {
    Folder(#[expect(dead_code, reason = "keeps the folder")] TempDir),
    Server(#[expect(dead_code, reason = "keeps the database")] windlass_test_postgres::Database),
}

pub(crate) struct Machine;

impl Clock for Machine {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

#[derive(Default)]
struct Numbers(AtomicU64);

impl Ids for Numbers {
    fn id(&self) -> Uuid {
        Uuid::from_u64_pair(7, self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

pub(crate) fn key(seed: u8) -> Keypair {
    Keypair::from_seed_bytes([seed; 32])
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
        let roots = Roots::open(database.clone()).await.unwrap();
        let tree = Tree::new(database.clone());
        let log = Self { database, subscriptions, roots, tree, _place: place };
        handler().establish(&log.subscriptions, Machine.now()).await.unwrap();
        log
    }

    /// One event after another to five streams, until there are so many in all; each waits until readers see it.
    pub(crate) async fn grow(&self, size: usize) {
        for number in self.events().await.len()..size {
            let stream = format!("s{}", number * 7 % 5);
            self.append(&stream, &[&format!("{{\"n\": {number}}}")]).await;
        }
    }

    /// Appends events with these payloads to the stream `deal/ID`.
    pub(crate) async fn append(&self, id: &str, payloads: &[&str]) {
        let stream = StreamId::new("deal", id);
        let history = self.database.load(&stream).await.unwrap();
        let event = |payload: &&str| NewEvent {
            event_type: "Made".to_owned(),
            event_version: "1".to_owned(),
            payload: (*payload).to_owned(),
            metadata: "{\"actor\": \"é\"}".to_owned(),
        };
        let streams = vec![StreamAppend { stream, history, events: payloads.iter().map(event).collect() }];
        let appended = self.database.append(Append { streams, ..Append::default() }).await.unwrap();
        let at = appended.streams[0].last().unwrap().at;
        let before = LogPosition { position: at.position - 1, ..at };
        while self.database.read_log(before, 1).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub(crate) async fn events(&self) -> Vec<RecordedEvent> {
        self.database.read_log(LogPosition::START, 100_000).await.unwrap()
    }

    pub(crate) fn feed(&self) -> Subscribe {
        Subscribe::new(handler(), self.subscriptions.clone(), Arc::new(Machine))
    }

    /// Fills the tree.
    pub(crate) async fn seal(&self) {
        let feed = self.feed();
        while feed.turn().await.unwrap() == Turn::Worked {}
    }

    pub(crate) fn signer(&self, seed: u8) -> SignRoots {
        let (tree, roots) = (self.tree.clone(), self.roots.clone());
        SignRoots::new(tree, roots, key(seed), Arc::new(Machine), Arc::new(Numbers::default()))
    }

    pub(crate) async fn sign(&self) -> Result<Turn, StepError> {
        self.signer(1).turn().await
    }

    /// Roots of 20, 40 and 50 events, 53 leaves and 55 events.
    pub(crate) async fn sealed(self) -> Self {
        for size in [20, 40, 50] {
            self.grow(size).await;
            self.seal().await;
            self.sign().await.unwrap();
        }
        self.grow(53).await;
        self.seal().await;
        self.grow(55).await;
        assert_eq!(self.all_roots().await.iter().map(|root| root.size).collect::<Vec<_>>(), [20, 40, 50]);
        self
    }

    pub(crate) async fn all_roots(&self) -> Vec<SignedRoot> {
        let roots = self.roots.between(0, i64::MAX.unsigned_abs(), 1_000).await.unwrap();
        roots.into_iter().map(|root| root.unwrap().root).collect()
    }

    /// Changes the database behind the program's back.
    pub(crate) async fn tamper(&self, sql: &'static str) {
        self.database.write_one(Statement::new(sql)).await.unwrap();
    }

    /// The same at one event.
    pub(crate) async fn tamper_at(&self, sql: &'static str, event: &RecordedEvent) {
        let at = Statement::new(sql).text(event.stream.aggregate_id.as_str()).integer(event.sequence as i64);
        self.database.write_one(at).await.unwrap();
    }

    pub(crate) async fn verify(&self, options: &VerifyOptions) -> Verification {
        verify(&self.database, options).await.unwrap()
    }

    /// What does not fit in the whole log, with the key trusted.
    pub(crate) async fn found(&self) -> Option<Tampering> {
        self.verify(&trusting(&[1])).await.tampering
    }

    /// The same in words.
    pub(crate) async fn said(&self) -> String {
        self.found().await.map_or_else(|| "nothing".to_owned(), |tampering| tampering.to_string())
    }
}

pub(crate) fn handler() -> Handler {
    Handler::Feed(Arc::new(SealFeed))
}

pub(crate) fn trusting(seeds: &[u8]) -> VerifyOptions {
    let keys = seeds.iter().map(|seed| -> AccountId { key(*seed).account_id() }).collect();
    VerifyOptions { keys, ..VerifyOptions::default() }
}
