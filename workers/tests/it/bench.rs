//! A store with nothing in it, runners over it, and a step that does as it is told.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;
use windlass_commands::TaskLease;
use windlass_domain::ports::Clock;
use windlass_store::{Append, EventStore, MemoryStore, NewTask, TaskFilter, TaskRow};
use windlass_workers::{Duty, Outcome, Runner, RunnerConfig, Step, StepError};

use crate::{
    clock::{START, TestClock},
    script::Script,
};

pub(crate) struct Bench {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<TestClock>,
    began: Instant,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let store = Arc::new(MemoryStore::new(vec![]));
        Self { store, clock: Arc::new(TestClock::new()), began: Instant::now() }
    }

    pub(crate) async fn add(&self, kind: &'static str, keys: impl IntoIterator<Item = String>) {
        let due_at = self.clock.now();
        let task = |key| NewTask { kind, key, sequence: 1, payload: String::new(), due_at };
        let tasks = keys.into_iter().map(task).collect();
        self.store.append(Append { tasks, ..Append::default() }).await.unwrap();
    }

    pub(crate) fn start(
        &self,
        owner: &str,
        steps: Vec<Arc<dyn Step>>,
        duties: Vec<Arc<dyn Duty>>,
    ) -> Running {
        self.start_with(RunnerConfig::new(owner), steps, duties)
    }

    pub(crate) fn start_with(
        &self,
        config: RunnerConfig,
        steps: Vec<Arc<dyn Step>>,
        duties: Vec<Arc<dyn Duty>>,
    ) -> Running {
        let runner = Runner::new(self.store.clone(), self.clock.clone(), config, steps, duties);
        let stop = CancellationToken::new();
        Running { handle: tokio::spawn(runner.run(stop.clone())), stop }
    }

    pub(crate) async fn tasks(&self) -> Vec<TaskRow> {
        self.store.tasks(TaskFilter::All, 99).await.unwrap()
    }

    pub(crate) fn seconds(&self) -> u64 {
        self.began.elapsed().as_secs()
    }
}

pub(crate) struct Running {
    handle: JoinHandle<()>,
    pub(crate) stop: CancellationToken,
}

impl Running {
    pub(crate) async fn end(self) {
        self.stop.cancel();
        self.handle.await.unwrap();
    }
}

/// What a step comes to.
pub(crate) type Told = fn(OffsetDateTime) -> Result<Outcome, StepError>;
type Done = Pin<Box<dyn Future<Output = Result<Outcome, StepError>> + Send>>;

/// A step of kind `work` that does as it is told, and remembers when it was told what.
pub(crate) struct TestStep {
    slots: usize,
    act: Box<dyn Fn(TaskLease) -> Done + Send + Sync>,
    runs: Mutex<Vec<(Instant, TaskLease)>>,
}

impl TestStep {
    pub(crate) fn new<F: Future<Output = Result<Outcome, StepError>> + Send + 'static>(
        slots: usize,
        act: impl Fn(TaskLease) -> F + Send + Sync + 'static,
    ) -> Arc<Self> {
        let act: Box<dyn Fn(TaskLease) -> Done + Send + Sync> = Box::new(move |task| Box::pin(act(task)));
        Arc::new(Self { slots, act, runs: Mutex::default() })
    }

    /// One slot, and these results one after the other.
    pub(crate) fn telling(results: &[Told]) -> Arc<Self> {
        let results = Arc::new(Script::new(results.iter().copied()));
        let began = Instant::now();
        Self::new(1, move |_| {
            let result = results.next();
            async move { result(START + began.elapsed()) }
        })
    }

    pub(crate) fn runs(&self) -> Vec<(Instant, TaskLease)> {
        self.runs.lock().unwrap().clone()
    }

    /// The times between one run and the next.
    pub(crate) fn gaps(&self) -> Vec<Duration> {
        self.runs().windows(2).map(|pair| pair[1].0 - pair[0].0).collect()
    }

    pub(crate) fn attempts(&self) -> Vec<u32> {
        self.runs().iter().map(|(_, task)| task.attempts).collect()
    }
}

#[async_trait]
impl Step for TestStep {
    fn kind(&self) -> &'static str {
        "work"
    }

    fn concurrency(&self) -> usize {
        self.slots
    }

    fn time_limit(&self) -> Duration {
        Duration::from_secs(10)
    }

    async fn run(&self, task: &TaskLease) -> Result<Outcome, StepError> {
        self.runs.lock().unwrap().push((Instant::now(), task.clone()));
        (self.act)(task.clone()).await
    }
}
