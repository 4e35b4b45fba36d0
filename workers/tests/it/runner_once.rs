//! A part of the work, and work that is done once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use windlass_domain::ports::Clock;
use windlass_store::EventStore;
use windlass_workers::{Duty, Outcome, Runner, RunnerConfig, StepError, Turn};

use crate::bench::{Bench, TestStep};

/// Has so many turns' worth of work.
struct Errand {
    name: &'static str,
    left: AtomicUsize,
}

impl Errand {
    fn new(name: &'static str, left: usize) -> Arc<Self> {
        Arc::new(Self { name, left: AtomicUsize::new(left) })
    }

    fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Duty for Errand {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    async fn turn(&self) -> Result<Turn, StepError> {
        if self.left() == 0 {
            return Ok(Turn::Idle);
        }
        self.left.fetch_sub(1, Ordering::Relaxed);
        Ok(Turn::Worked)
    }

    fn rest(&self) -> Duration {
        Duration::from_secs(3600)
    }
}

fn runner(bench: &Bench, step: Arc<TestStep>, duties: Vec<Arc<dyn Duty>>) -> Runner {
    let config = RunnerConfig::new("one");
    Runner::new(bench.store.clone(), bench.clock.clone(), config, vec![step], duties)
}

#[tokio::test(start_paused = true)]
async fn a_name_chooses_a_step_or_a_duty_alone() {
    let bench = Bench::new();
    let all = || {
        let step = TestStep::telling(&[|_| Ok(Outcome::Finished)]);
        runner(&bench, step, vec![Errand::new("watch", 1), Errand::new("subscription:seen", 1)])
    };
    assert_eq!(all().names(), ["work", "watch", "subscription:seen"]);
    assert_eq!(all().only(&[]).unwrap().names().len(), 3);
    assert_eq!(all().only(&["work".to_owned()]).unwrap().names(), ["work"]);
    let two = ["subscription:seen".to_owned(), "watch".to_owned()];
    assert_eq!(all().only(&two).unwrap().names(), ["watch", "subscription:seen"]);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_name_is_refused_with_those_that_there_are() {
    let bench = Bench::new();
    let step = TestStep::telling(&[|_| Ok(Outcome::Finished)]);
    let refused = runner(&bench, step, vec![Errand::new("watch", 1)]).only(&["pay".to_owned()]);
    let refused = refused.err().unwrap().to_string();
    assert_eq!(refused, "there is no work 'pay'; there is: work, watch");
}

#[tokio::test(start_paused = true)]
async fn once_means_what_is_due_now_and_no_more() {
    let bench = Bench::new();
    bench.add("work", (0..10).map(|number| format!("key {number}"))).await;
    let later: crate::bench::Told = |now| Ok(Outcome::Again(now + Duration::from_secs(60)));
    let step = TestStep::telling(&[later, |_| Ok(Outcome::Finished)]);
    let errand = Errand::new("watch", 5);
    let runner = Arc::new(runner(&bench, step.clone(), vec![errand.clone()]));
    runner.run_once(&CancellationToken::new()).await;
    assert_eq!(step.runs().len(), 10);
    assert_eq!(bench.tasks().await.len(), 1, "the one that was put off");
    assert_eq!(errand.left(), 0);
    // The lease is free again for whoever is next.
    let half_a_minute = Duration::from_secs(30);
    let lease = bench.store.acquire_lease("watch", "two", bench.clock.now(), half_a_minute).await.unwrap();
    assert!(lease.is_some());
}

#[tokio::test(start_paused = true)]
async fn what_another_process_does_is_left_to_it() {
    let bench = Bench::new();
    let half_a_minute = Duration::from_secs(30);
    bench.store.acquire_lease("watch", "two", bench.clock.now(), half_a_minute).await.unwrap().unwrap();
    let errand = Errand::new("watch", 5);
    let step = TestStep::telling(&[|_| Ok(Outcome::Finished)]);
    Arc::new(runner(&bench, step, vec![errand.clone()])).run_once(&CancellationToken::new()).await;
    assert_eq!(errand.left(), 5);
}
