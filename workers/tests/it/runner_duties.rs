//! The runner and its duties: one process at a time does each, over and over.

use std::{
    future::{Future, pending},
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::{Instant, sleep};
use windlass_domain::ports::Clock;
use windlass_store::EventStore;
use windlass_workers::{Duty, StepError, Turn};

use crate::{bench::Bench, script::Script};

type Done = Pin<Box<dyn Future<Output = Result<Turn, StepError>> + Send>>;

/// A duty that does as it is told, and remembers when it was its turn. It rests for a second.
struct TestDuty {
    act: Box<dyn Fn() -> Done + Send + Sync>,
    began: Instant,
    turns: Mutex<Vec<Duration>>,
}

impl TestDuty {
    fn new<F: Future<Output = Result<Turn, StepError>> + Send + 'static>(
        act: impl Fn() -> F + Send + Sync + 'static,
    ) -> Arc<Self> {
        let act: Box<dyn Fn() -> Done + Send + Sync> = Box::new(move || Box::pin(act()));
        Arc::new(Self { act, began: Instant::now(), turns: Mutex::default() })
    }

    fn telling(results: &[fn() -> Result<Turn, StepError>]) -> Arc<Self> {
        let results = Arc::new(Script::new(results.iter().copied()));
        Self::new(move || {
            let result = results.next();
            async move { result() }
        })
    }

    /// The second of each turn.
    fn turns(&self) -> Vec<u64> {
        self.turns.lock().unwrap().iter().map(Duration::as_secs).collect()
    }
}

#[async_trait]
impl Duty for TestDuty {
    fn name(&self) -> String {
        "watch".to_owned()
    }

    async fn turn(&self) -> Result<Turn, StepError> {
        self.turns.lock().unwrap().push(self.began.elapsed());
        (self.act)().await
    }

    fn rest(&self) -> Duration {
        Duration::from_secs(1)
    }
}

fn idle() -> Result<Turn, StepError> {
    Ok(Turn::Idle)
}

#[tokio::test(start_paused = true)]
async fn there_is_no_rest_while_there_is_work() {
    let bench = Bench::new();
    let worked: fn() -> _ = || Ok(Turn::Worked);
    let duty = TestDuty::telling(&[worked, worked, idle, idle, worked, idle]);
    let running = bench.start("one", vec![], vec![duty.clone()]);
    sleep(Duration::from_millis(3_500)).await;
    running.end().await;
    assert_eq!(duty.turns(), [0, 0, 0, 1, 2, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn one_process_at_a_time_does_a_duty() {
    let bench = Bench::new();
    let (one, other) = (TestDuty::telling(&[idle]), TestDuty::telling(&[idle]));
    let first = bench.start("one", vec![], vec![one.clone()]);
    sleep(Duration::from_millis(500)).await;
    let second = bench.start("other", vec![], vec![other.clone()]);
    // Far longer than a lease: it is renewed.
    sleep(Duration::from_secs(300)).await;
    assert!(one.turns().len() >= 300 && other.turns().is_empty(), "{:?}", other.turns());
    first.end().await;
    // The lease was given back, so nobody waits for its end.
    sleep(Duration::from_secs(11)).await;
    assert!(!other.turns().is_empty());
    second.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_rest_longer_than_the_lease_keeps_it() {
    let bench = Bench::new();
    let wait: fn() -> _ = || Err(StepError::Wait(Duration::from_secs(200)));
    let (one, other) = (TestDuty::telling(&[wait, idle]), TestDuty::telling(&[idle]));
    let first = bench.start("one", vec![], vec![one.clone()]);
    sleep(Duration::from_millis(500)).await;
    let second = bench.start("other", vec![], vec![other.clone()]);
    sleep(Duration::from_secs(205)).await;
    assert_eq!((&one.turns()[..2], other.turns()), (&[0, 200][..], vec![]));
    first.end().await;
    second.end().await;
}

#[tokio::test(start_paused = true)]
async fn the_duty_of_a_dead_process_is_taken_over_when_its_lease_ends() {
    let bench = Bench::new();
    let half_a_minute = Duration::from_secs(30);
    bench.store.acquire_lease("watch", "dead", bench.clock.now(), half_a_minute).await.unwrap().unwrap();
    let duty = TestDuty::telling(&[idle]);
    let running = bench.start("one", vec![], vec![duty.clone()]);
    sleep(Duration::from_secs(45)).await;
    running.end().await;
    let first = duty.turns()[0];
    assert!((30..=40).contains(&first), "{first}");
}

#[tokio::test(start_paused = true)]
async fn a_duty_that_fails_is_tried_again_after_ever_longer_waits() {
    let bench = Bench::new();
    let passing: fn() -> _ = || Err(StepError::Transient("no answer".to_owned()));
    let duty = TestDuty::telling(&[passing, passing, passing, passing, idle, passing, idle]);
    let running = bench.start("one", vec![], vec![duty.clone()]);
    sleep(Duration::from_secs(16)).await;
    running.end().await;
    // 0.75, 1.5, 3 and 6 seconds; after a success they begin anew.
    assert_eq!(duty.turns()[..7], [0, 0, 2, 5, 11, 12, 13]);
}

#[tokio::test(start_paused = true)]
async fn a_duty_that_needs_an_operator_stands_still_and_looks_again() {
    let bench = Bench::new();
    let stopped: fn() -> _ = || Err(StepError::NeedsOperator("the cursor is too old".to_owned()));
    let duty = TestDuty::telling(&[stopped, stopped, idle]);
    let running = bench.start("one", vec![], vec![duty.clone()]);
    sleep(Duration::from_millis(60_500)).await;
    running.end().await;
    assert_eq!(duty.turns(), [0, 30, 60]);
}

#[tokio::test(start_paused = true)]
async fn a_turn_without_end_is_cut_off_and_taken_again() {
    let bench = Bench::new();
    let duty = TestDuty::new(pending);
    let running = bench.start("one", vec![], vec![duty.clone()]);
    sleep(Duration::from_secs(40)).await;
    assert_eq!(duty.turns(), [0, 16, 32]);
    running.end().await;
    assert_eq!(bench.seconds(), 40, "a stop does not wait for it");
}

#[tokio::test(start_paused = true)]
async fn a_duty_that_panics_is_taken_up_again() {
    let bench = Bench::new();
    let panics: fn() -> _ = || panic!("as told");
    let duty = TestDuty::telling(&[panics, idle]);
    let running = bench.start("one", vec![], vec![duty.clone()]);
    sleep(Duration::from_secs(60)).await;
    running.end().await;
    assert!(duty.turns().len() > 10, "{:?}", duty.turns());
}
