//! Random histories of calls: each database must answer as the memory store does.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use windlass_store::{
    Append, Appended, CursorMove, Database, EventStore, IdempotencyKey, Lease, LogPosition, MemoryStore,
    NewTask, RecordedEvent, Reservation, Retry, Settle, StreamId, TaskFilter, TaskLease,
};

use crate::fixture::{Histories, at, change, postgres_database, sqlite_database, task};

const NAMES: [&str; 3] = ["a", "b", "c"];
const KINDS: [&str; 2] = ["pay", "call"];

#[derive(Debug, Clone)]
enum Call {
    Append(Wish),
    LeaseTasks { kinds: usize, now: i64, limit: u32 },
    RenewTask { lease: usize, until: i64 },
    FailTask { lease: usize, retry: Option<i64> },
    RetryParked { task: usize },
    DropExpired { now: i64, limit: u32 },
    AcquireLease { name: &'static str, now: i64 },
    RenewLease { lease: usize, now: i64 },
    ReleaseLease { lease: usize },
}

/// An append, as far as it does not depend on what the store holds.
#[derive(Debug, Clone)]
struct Wish {
    /// Stream, how much of its history is known too little or too much, number of events.
    streams: Vec<(&'static str, i64, usize)>,
    reservations: Vec<(&'static str, Option<i64>)>,
    releases: Vec<&'static str>,
    tasks: Vec<NewTask>,
    cancel_tasks: Vec<(&'static str, &'static str)>,
    /// Which lease, and when it is due again.
    settle: Option<(usize, Option<i64>, bool)>,
    cursor: Option<(Option<u8>, u8)>,
    key: Option<(&'static str, u8)>,
}

fn few<T: std::fmt::Debug>(item: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(item, 0..3)
}

fn wish() -> impl Strategy<Value = Wish> {
    let name = || select(&NAMES[..]);
    let kind = || select(&KINDS[..]);
    let stale = prop_oneof![8 => Just(0i64), 1 => Just(-1), 1 => Just(1)];
    let new_task = (kind(), name(), 1u64..6, 0i64..9).prop_map(|(k, n, s, due)| task(k, n, s, due));
    let rarely = |likely| move |wish| prop::option::weighted(likely, wish);
    let settle = rarely(0.3)((0usize..9, prop::option::of(0i64..9), any::<bool>()).boxed());
    let cursor = prop::option::weighted(0.2, (prop::option::of(0u8..3), 0u8..3));
    let key = prop::option::weighted(0.2, (name(), 0u8..2));
    (
        few((name(), stale, 0usize..3)),
        prop_oneof![2 => Just(vec![]).boxed(), 1 => few((name(), prop::option::of(0i64..9))).boxed()],
        few(name()),
        prop_oneof![1 => Just(vec![]).boxed(), 2 => few(new_task).boxed()],
        prop_oneof![2 => Just(vec![]).boxed(), 1 => few((kind(), name())).boxed()],
        settle,
        cursor,
        key,
    )
        .prop_map(|(streams, reservations, releases, tasks, cancel_tasks, settle, cursor, key)| Wish {
            streams,
            reservations,
            releases,
            tasks,
            cancel_tasks,
            settle,
            cursor,
            key,
        })
}

fn call() -> impl Strategy<Value = Call> {
    let now = || 0i64..20;
    prop_oneof![
        8 => wish().prop_map(Call::Append),
        4 => (0usize..3, now(), 0u32..4).prop_map(|(kinds, now, limit)| Call::LeaseTasks { kinds, now, limit }),
        1 => (0usize..9, now()).prop_map(|(lease, until)| Call::RenewTask { lease, until }),
        2 => (0usize..9, prop::option::of(now())).prop_map(|(lease, retry)| Call::FailTask { lease, retry }),
        1 => (0usize..9).prop_map(|task| Call::RetryParked { task }),
        1 => (now(), 0u32..3).prop_map(|(now, limit)| Call::DropExpired { now, limit }),
        1 => (select(&NAMES[..]), now()).prop_map(|(name, now)| Call::AcquireLease { name, now }),
        1 => (0usize..4, now()).prop_map(|(lease, now)| Call::RenewLease { lease, now }),
        1 => (0usize..4).prop_map(|lease| Call::ReleaseLease { lease }),
    ]
}

/// One store and the leases that it gave out.
struct Run {
    store: Arc<dyn EventStore>,
    tasks: Vec<TaskLease>,
    leases: Vec<Lease>,
}

impl Run {
    fn new(store: Arc<dyn EventStore>) -> Self {
        Self { store, tasks: vec![], leases: vec![] }
    }

    /// Makes a call; what came back, as text.
    async fn make(&mut self, call: &Call) -> String {
        let four = Duration::from_secs(4);
        match call {
            Call::Append(wish) => {
                let append = self.grant(wish).await;
                format!("{:?}", self.store.append(append).await.map(without_time))
            }
            Call::LeaseTasks { kinds, now, limit } => {
                let kinds = KINDS.get(..*kinds).unwrap_or(&KINDS);
                let leased = self.store.lease_tasks(kinds, "w", at(*now), four, *limit).await;
                self.tasks.extend(leased.iter().flatten().cloned());
                let mut leased = leased;
                leased.iter_mut().flatten().for_each(|task| task.id = 0);
                format!("{leased:?}")
            }
            Call::RenewTask { lease, until } => match self.tasks.get(*lease) {
                Some(lease) => {
                    let renewed = self.store.renew_task(lease, at(*until)).await;
                    format!("{:?}", renewed.map(|lease| lease.leased_until))
                }
                None => String::new(),
            },
            Call::FailTask { lease, retry } => match self.tasks.get(*lease) {
                Some(lease) => {
                    let retry = retry.map_or(Retry::Park, |due| Retry::At(at(due)));
                    format!("{:?}", self.store.fail_task(lease, "no", retry).await)
                }
                None => String::new(),
            },
            Call::RetryParked { task } => {
                let tasks = self.store.tasks(TaskFilter::All, 1000).await.unwrap();
                let id = tasks.get(*task).map_or(-1, |task| task.id);
                format!("{:?}", self.store.retry_parked(id).await)
            }
            Call::DropExpired { now, limit } => {
                // Which of several expired ones go first is not said: drop all or none.
                let limit = if *limit == 0 { 0 } else { 100 };
                format!("{:?}", self.store.drop_expired_reservations(at(*now), limit).await)
            }
            Call::AcquireLease { name, now } => {
                let lease = self.store.acquire_lease(name, "w", at(*now), four).await;
                self.leases.extend(lease.iter().flatten().cloned());
                format!("{lease:?}")
            }
            Call::RenewLease { lease, now } => match self.leases.get(*lease) {
                Some(lease) => format!("{:?}", self.store.renew_lease(lease, at(*now), four).await),
                None => String::new(),
            },
            Call::ReleaseLease { lease } => match self.leases.get(*lease) {
                Some(lease) => format!("{:?}", self.store.release_lease(lease).await),
                None => String::new(),
            },
        }
    }

    /// The append that is wished for, given what the store holds.
    async fn grant(&self, wish: &Wish) -> Append {
        let mut streams = Vec::new();
        for (name, stale, events) in &wish.streams {
            let stream = StreamId::new("Transfer", *name);
            let mut history = self.store.load(&stream).await.unwrap();
            match stale {
                -1 => drop(history.pop()),
                1 => history.extend(history.last().cloned()),
                _ => {}
            }
            streams.push(change(stream, history, &["Tick", "Tock"][..*events]));
        }
        let reserve = |(name, expires_at): &(&str, Option<i64>)| Reservation {
            kind: "memo",
            key: (*name).to_owned(),
            owner: "o".to_owned(),
            expires_at: expires_at.map(at),
        };
        let settle = wish.settle.and_then(|(lease, due, attempts_reset)| {
            let lease = self.tasks.get(lease)?.clone();
            Some(match due {
                None => Settle::Finish(lease),
                Some(due) => Settle::Reschedule { lease, due_at: at(due), attempts_reset },
            })
        });
        Append {
            streams,
            reservations: wish.reservations.iter().map(reserve).collect(),
            releases: wish.releases.iter().map(|name| ("memo", (*name).to_owned())).collect(),
            tasks: wish.tasks.clone(),
            cancel_tasks: wish.cancel_tasks.iter().map(|(kind, key)| (*kind, (*key).to_owned())).collect(),
            settle,
            cursor: wish.cursor.map(|(from, to)| CursorMove {
                name: "cursor".to_owned(),
                from: from.map(|from| from.to_string()),
                to: to.to_string(),
            }),
            key: wish.key.map(|(key, fingerprint)| IdempotencyKey {
                key: key.to_owned(),
                fingerprint: vec![fingerprint],
                outcome: "done".to_owned(),
            }),
        }
    }

    /// Everything that can be read, as text.
    async fn picture(&self) -> String {
        let store = &self.store;
        let mut log = Vec::new();
        for name in NAMES {
            log.extend(store.load(&StreamId::new("Transfer", name)).await.unwrap());
        }
        log.iter_mut().for_each(without_place);
        let mut tasks = store.tasks(TaskFilter::All, 1000).await.unwrap();
        // Each database numbers in its own way.
        tasks.iter_mut().for_each(|task| task.id = 0);
        let due = (store.next_due(&KINDS).await, store.next_due(&KINDS[..1]).await);
        let place = store.cursor("cursor").await;
        let mut names = Vec::new();
        for name in NAMES {
            names.push(store.reservation("memo", name).await);
        }
        format!("{log:#?}\n{tasks:#?}\n{due:?}\n{place:?}\n{names:?}")
    }
}

fn without_time(mut appended: Appended) -> Appended {
    appended.streams.iter_mut().flatten().for_each(without_place);
    appended
}

/// Each database numbers in its own way, and has a clock of its own.
fn without_place(event: &mut RecordedEvent) {
    event.at = LogPosition::START;
    event.recorded_at = at(0);
}

async fn answers_alike(database: Database, calls: &[Call]) -> Result<(), TestCaseError> {
    let mut there = Run::new(Arc::new(database));
    let mut memory = Run::new(Arc::new(MemoryStore::new(vec![Arc::new(Histories)])));
    for call in calls {
        prop_assert_eq!(there.make(call).await, memory.make(call).await, "{:?}", call);
    }
    prop_assert_eq!(there.picture().await, memory.picture().await);
    there.store.close().await;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_answers_as_memory_does(calls in prop::collection::vec(call(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (database, _home) = sqlite_database().await;
            answers_alike(database, &calls).await
        })?;
    }

    #[test]
    fn postgres_answers_as_memory_does(calls in prop::collection::vec(call(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (database, _home) = postgres_database().await;
            answers_alike(database, &calls).await
        })?;
    }
}
