//! The stock repository of postgres-es reads and writes the same table.
#![expect(clippy::unwrap_used, reason = "a test that meets what it does not expect has failed")]

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{Aggregate, AggregateError, DomainEvent, EventStore as _};
use postgres_es::{PostgresEventRepository, postgres_cqrs};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use windlass_store::{
    Append, AppendError, Database, EventStore, Location, LogPosition, NewEvent, RecordedEvent, StreamAppend,
    StreamId,
};

/// Adds numbers up.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Sum(i64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum SumEvent {
    Added { number: i64, total: i64 },
}

#[derive(Debug, thiserror::Error)]
#[error("the sum would be negative")]
struct Negative;

impl DomainEvent for SumEvent {
    fn event_type(&self) -> String {
        "Added".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Sum {
    const TYPE: &'static str = "sum";
    type Command = i64;
    type Event = SumEvent;
    type Error = Negative;
    type Services = ();

    async fn handle(&mut self, number: i64, (): &(), sink: &EventSink<Self>) -> Result<(), Negative> {
        let total = self.0 + number;
        if total < 0 {
            return Err(Negative);
        }
        sink.write(SumEvent::Added { number, total }, self).await;
        Ok(())
    }

    fn apply(&mut self, SumEvent::Added { total, .. }: SumEvent) {
        self.0 = total;
    }
}

/// What we append when the stock repository is not asked.
fn append(id: &str, history: Vec<RecordedEvent>, number: i64, total: i64) -> Append {
    let payload = serde_json::to_string(&SumEvent::Added { number, total }).unwrap();
    let event = NewEvent {
        event_type: "Added".to_owned(),
        event_version: "1".to_owned(),
        payload,
        metadata: r#"{"by":"us"}"#.to_owned(),
    };
    let streams = vec![StreamAppend { stream: StreamId::new("sum", id), history, events: vec![event] }];
    Append { streams, ..Append::default() }
}

fn events(recorded: &[RecordedEvent]) -> Vec<SumEvent> {
    recorded.iter().map(|event| serde_json::from_str(&event.payload).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stock_repository_reads_and_writes_the_same_table() {
    let home = windlass_test_postgres::fresh_database().unwrap();
    let ours = Database::open(&Location::parse(&home.url()).unwrap(), vec![]).await.unwrap();
    let pool = PgPool::connect(&home.url()).await.unwrap();
    let stock = postgres_cqrs::<Sum>(pool.clone(), vec![], ());
    let id = || StreamId::new("sum", "a");

    // Theirs, read by us.
    for number in [1, 2] {
        let metadata = [("by".to_owned(), "them".to_owned())].into();
        stock.execute_with_metadata("a", number, metadata).await.unwrap();
    }
    let history = ours.load(&id()).await.unwrap();
    let added = |number, total| SumEvent::Added { number, total };
    assert_eq!(events(&history), [added(1, 1), added(2, 3)]);
    // It writes JSON as `jsonb` shows it.
    assert_eq!(history[1].metadata, r#"{"by": "them"}"#);
    assert!(history[0].at < history[1].at && history[0].recorded_at <= history[1].recorded_at);

    // Ours, read by them: the total is right only if they read all three.
    ours.append(append("a", history.clone(), 4, 7)).await.unwrap();
    stock.execute("a", 8).await.unwrap();
    let reader = PersistedEventStore::<_, Sum>::new_event_store(PostgresEventRepository::new(pool.clone()));
    let theirs = reader.load_events("a").await.unwrap();
    let all = [added(1, 1), added(2, 3), added(4, 7), added(8, 15)];
    assert_eq!(theirs.iter().map(|event| event.payload.clone()).collect::<Vec<_>>(), all);
    assert_eq!(theirs.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(theirs[2].metadata["by"], "us");

    // Whoever has not seen the other's event is refused, on both sides.
    let refused = ours.append(append("a", history, 1, 4)).await.unwrap_err();
    assert_eq!(refused, AppendError::Conflict { stream: id() });
    let stale = reader.load_aggregate("a").await.unwrap();
    let loaded = ours.load(&id()).await.unwrap();
    ours.append(append("a", loaded, 1, 16)).await.unwrap();
    let refused = reader.commit(vec![added(2, 17)], stale, Default::default()).await.unwrap_err();
    assert!(matches!(refused, AggregateError::AggregateConflict), "{refused}");

    // The whole log, in one order for both.
    let log = loop {
        // Transactions of other tests on the same server hold the horizon back.
        let log = ours.read_log(LogPosition::START, 10).await.unwrap();
        if log.len() >= 5 {
            break log;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!(log, ours.load(&id()).await.unwrap());
    ours.close().await;
    pool.close().await;
}
