//! The two handlers over a store.

use std::{sync::Arc, time::Duration};

use tempfile::TempDir;
use time::OffsetDateTime;
use windlass::{
    domain::ports::Clock,
    feed::{Effect, Feed, HandlerError},
    store::{
        Append, Database, EventStore, Location, NewEvent, RecordedEvent, Statement, StreamAppend, StreamId,
        Subscriptions,
    },
    workers::{Duty, FeedBuild, Handler, Subscribe, Turn},
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use crate::{chat::Chat, volumes::DailyVolumes};

const DEPOSIT: &str = r#"{"Completed":{"amounts":{
    "amount_in":{"amount":"100","asset":"iso4217:USD"},
    "fee":{"amount":"1","asset":"iso4217:USD"},
    "amount_out":{"amount":"99.5","asset":"stellar:USDC:GCFIRY65OQE7DFP5KLNS2PF2LVZMUZYJX4OZIEQ36N2IQANUB5XVYOJR"}},
    "stellar_transaction_id":"ceb28d478ce1612139e40716c4c070bd9000e67130ee0e9a3f7edc83bf963f2f",
    "external_transaction_id":"credit-1"}}"#;

struct SystemTime;

impl Clock for SystemTime {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

async fn file() -> (Database, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Database::sqlite(folder.path().join("windlass.db"), vec![]).await.unwrap(), folder)
}

async fn complete(database: &Database, id: &str) -> RecordedEvent {
    let stream = StreamId::new("transfer", id);
    let event = NewEvent {
        event_type: "Completed".to_owned(),
        event_version: "1".to_owned(),
        payload: DEPOSIT.to_owned(),
        metadata: "{}".to_owned(),
    };
    let streams = vec![StreamAppend { stream, history: vec![], events: vec![event] }];
    let appended = database.append(Append { streams, ..Append::default() }).await.unwrap();
    appended.streams.into_iter().flatten().next().unwrap()
}

async fn follow(database: &Database, handler: Handler) {
    let subscriptions = Subscriptions::open(database.clone()).await.unwrap();
    let worker = Subscribe::new(handler, subscriptions, Arc::new(SystemTime));
    while worker.turn().await.unwrap() == Turn::Worked {}
}

async fn volumes_add_up(database: Database) {
    for id in ["one", "two", "three"] {
        complete(&database, id).await;
    }
    let feed: Arc<dyn Feed> = Arc::new(DailyVolumes);
    let volumes = async || {
        let query = "SELECT asset, transfers, stroops FROM daily_volumes";
        let rows = database.read(Statement::new(query)).await.unwrap();
        let row = |row: &windlass::store::Row| {
            let asset: String = row.get(0).unwrap();
            (asset.split_once(':').unwrap().0.to_owned(), row.count(1).unwrap(), row.count(2).unwrap())
        };
        rows.iter().map(row).collect::<Vec<_>>()
    };
    let expected = [("USDC".to_owned(), 3, 2_985_000_000)];
    // Readers wait for what runs elsewhere on a server.
    let began = std::time::Instant::now();
    follow(&database, Handler::Feed(feed.clone())).await;
    while volumes().await != expected && began.elapsed() < Duration::from_secs(10) {
        follow(&database, Handler::Feed(feed.clone())).await;
    }
    assert_eq!(volumes().await, expected);
    // The same from a rebuild.
    let subscriptions = Subscriptions::open(database.clone()).await.unwrap();
    let mut build = FeedBuild::begin(feed, subscriptions, Arc::new(SystemTime)).await.unwrap();
    while !build.swap().await.unwrap() {
        build.advance().await.unwrap();
    }
    assert_eq!(volumes().await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn daily_volumes_add_up_in_sqlite() {
    let (database, _folder) = file().await;
    volumes_add_up(database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn daily_volumes_add_up_in_postgresql() {
    let server = windlass_test_postgres::fresh_database().unwrap();
    let location = Location::parse(&server.url()).unwrap();
    volumes_add_up(Database::open(&location, vec![]).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_is_told_once_of_each_transfer_that_is_completed_from_now_on() {
    let (database, _folder) = file().await;
    let server = MockServer::start().await;
    Mock::given(matchers::method("POST"))
        .and(matchers::path("/hook"))
        .and(matchers::header("Idempotency-Key", "transfer/new:1"))
        .and(matchers::body_string_contains("Transfer new is complete: 100 iso4217:USD came in"))
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&server)
        .await;
    complete(&database, "old").await;
    let chat = Handler::Effect(Arc::new(Chat::at(format!("{}/hook", server.uri()))));
    follow(&database, chat.clone()).await;
    complete(&database, "new").await;
    follow(&database, chat.clone()).await;
    follow(&database, chat).await;
    server.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_chat_answers_decides_what_happens_next() {
    let (database, _folder) = file().await;
    let event = complete(&database, "one").await;
    for (status, passes) in [(500, true), (429, true), (408, true), (302, true), (400, false), (404, false)] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status);
        Mock::given(matchers::any()).respond_with(answer).mount(&server).await;
        let error = Chat::at(server.uri()).handle(&event, "key").await.unwrap_err();
        assert_eq!(matches!(error, HandlerError::Transient(_)), passes, "{status}: {error}");
    }
    let nobody = Chat::at("http://127.0.0.1:1/a-secret").handle(&event, "key").await.unwrap_err();
    assert!(matches!(&nobody, HandlerError::Transient(why) if !why.contains("a-secret")), "{nobody}");
}
