//! Runs steps and duties until it is told to stop: leases tasks, bounds how many are under way, backs off, parks.

mod once;
mod only;

pub use only::UnknownWork;

use std::{collections::HashMap, pin::pin, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, Semaphore},
    time::{Instant, error::Elapsed, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use windlass_commands::{CommandError, TaskLease};
use windlass_domain::ports::Clock;
use windlass_store::{EventStore, LeaseError, Retry, Settle, backoff};

use crate::{Duty, Outcome, Step, StepError, Turn};

/// How a runner behaves.
#[derive(Clone, Debug)]
pub struct RunnerConfig {
    /// Names this process in leases; unique to each start.
    pub owner: String,
    /// How often to look for work that another process left.
    pub poll: Duration,
    /// How long a task is leased; a step is cut off after 5/8 of that, if its own limit is not shorter.
    pub task_lease: Duration,
    /// How long a duty is leased; when a process dies, another goes on after this time.
    pub duty_lease: Duration,
}

impl RunnerConfig {
    /// With the usual times.
    pub fn new(owner: impl Into<String>) -> Self {
        Self {
            owner: owner.into(),
            poll: Duration::from_millis(250),
            task_lease: Duration::from_secs(120),
            duty_lease: Duration::from_secs(30),
        }
    }
}

/// After so many failures that may pass, a task or a duty is loud in the log; it is still tried on.
const LOUD_AFTER: u32 = 10;

/// Runs steps and duties.
pub struct Runner {
    store: Arc<dyn EventStore>,
    clock: Arc<dyn Clock>,
    config: RunnerConfig,
    steps: Vec<Arc<dyn Step>>,
    duties: Vec<Arc<dyn Duty>>,
}

impl Runner {
    /// Of these steps and duties.
    pub fn new(
        store: Arc<dyn EventStore>,
        clock: Arc<dyn Clock>,
        config: RunnerConfig,
        steps: Vec<Arc<dyn Step>>,
        duties: Vec<Arc<dyn Duty>>,
    ) -> Self {
        Self { store, clock, config, steps, duties }
    }

    /// Works until `stop`; then lets what is under way come to its end.
    pub async fn run(self, stop: CancellationToken) {
        let runner = Arc::new(self);
        let tracker = TaskTracker::new();
        for duty in runner.duties.iter().cloned() {
            tracker.spawn(runner.clone().perform(duty, stop.clone()));
        }
        runner.lease_tasks(&tracker, &stop).await;
        tracker.close();
        tracker.wait().await;
    }

    async fn lease_tasks(self: &Arc<Self>, tracker: &TaskTracker, stop: &CancellationToken) {
        let slots = |step: &Arc<dyn Step>| (step.kind(), Arc::new(Semaphore::new(step.concurrency())));
        let slots: HashMap<&'static str, Arc<Semaphore>> = self.steps.iter().map(slots).collect();
        let freed = Arc::new(Notify::new());
        let mut wakeups = self.store.wakeups();
        while !stop.is_cancelled() {
            wakeups.mark_unchanged();
            let mut leased_any = false;
            for step in &self.steps {
                let Some(slots) = slots.get(step.kind()) else { continue };
                for task in self.lease(step.kind(), slots.available_permits()).await {
                    let Ok(slot) = slots.clone().try_acquire_owned() else { continue };
                    leased_any = true;
                    let (runner, step, freed) = (self.clone(), step.clone(), freed.clone());
                    let stop = stop.clone();
                    tracker.spawn(async move {
                        runner.run_task(&*step, task, &stop).await;
                        drop(slot);
                        freed.notify_one();
                    });
                }
            }
            if leased_any {
                continue;
            }
            // Kinds that are full wait for `freed`, not for the clock.
            let free = slots.iter().filter(|(_, slots)| slots.available_permits() > 0);
            let free: Vec<_> = free.map(|(kind, _)| *kind).collect();
            let wait = self.until_next_task(&free).await;
            tokio::select! {
                () = stop.cancelled() => {}
                _ = wakeups.changed() => {}
                () = freed.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn lease(&self, kind: &'static str, free: usize) -> Vec<TaskLease> {
        if free == 0 {
            return vec![];
        }
        let limit = u32::try_from(free).unwrap_or(u32::MAX);
        let (owner, now) = (&self.config.owner, self.clock.now());
        match self.store.lease_tasks(&[kind], owner, now, self.config.task_lease, limit).await {
            Ok(tasks) => tasks,
            Err(error) => {
                tracing::warn!(kind, %error, "tasks cannot be leased");
                // Not at once again: the database is in trouble.
                tokio::time::sleep(self.config.poll).await;
                vec![]
            }
        }
    }

    /// Until the next task is due, but no longer than until the next look for what other processes left.
    async fn until_next_task(&self, kinds: &[&str]) -> Duration {
        match self.store.next_due(kinds).await {
            Ok(Some(due)) => {
                let wait = due - self.clock.now();
                wait.try_into()
                    .unwrap_or(Duration::from_millis(5))
                    .clamp(Duration::from_millis(5), self.config.poll)
            }
            Ok(None) | Err(_) => self.config.poll,
        }
    }

    async fn run_task(&self, step: &dyn Step, task: TaskLease, stop: &CancellationToken) {
        let (kind, key, attempts) = (&task.kind, &task.key, task.attempts);
        let settled = match self.attempt(step, &task, stop).await {
            Ok(None) => Ok(()),
            Ok(Some(settle)) => self.settle(settle).await,
            Err(StepError::Superseded) => {
                tracing::info!(kind, key, "another worker has the task");
                Ok(())
            }
            Err(StepError::Wait(wait)) => {
                let due = self.clock.now() + wait;
                self.give_back(&task, "asked to wait", Retry::At(due)).await
            }
            Err(StepError::Transient(why)) => {
                if attempts >= LOUD_AFTER {
                    tracing::error!(kind, key, attempts, why, "the task fails again and again");
                } else {
                    tracing::warn!(kind, key, attempts, why, "the task failed and will be tried again");
                }
                let retry = self.clock.now() + backoff(attempts, jitter(&task));
                self.give_back(&task, &why, Retry::At(retry)).await
            }
            Err(StepError::NeedsOperator(why)) => {
                tracing::error!(kind, key, attempts, why, "the task is parked for an operator");
                self.give_back(&task, &why, Retry::Park).await
            }
        };
        if let Err(error) = settled {
            // Its lease runs out, and it is taken up again.
            tracing::warn!(kind = task.kind, key = task.key, %error, "the task could not be given back");
        }
    }

    /// Runs the step, again and again while it is another's turn; says how the task ends, unless a command settled it.
    async fn attempt(
        &self,
        step: &dyn Step,
        task: &TaskLease,
        stop: &CancellationToken,
    ) -> Result<Option<Settle>, StepError> {
        // Cut off long before its lease ends, however short that is.
        let limit = step.time_limit().min(self.config.task_lease * 5 / 8);
        let deadline = Instant::now() + limit;
        // To wait is not to fail.
        let again = |due_at| Settle::Reschedule { lease: task.clone(), due_at, attempts_reset: true };
        loop {
            let outcome = timeout_at(deadline, step.run(task)).await;
            match outcome.map_err(|_| StepError::Transient(format!("not done within {limit:?}")))?? {
                Outcome::Settled => return Ok(None),
                Outcome::Finished => return Ok(Some(Settle::Finish(task.clone()))),
                Outcome::Again(due_at) => return Ok(Some(again(due_at))),
                Outcome::NotYet(wait) if stop.is_cancelled() || Instant::now() + wait >= deadline => {
                    return Ok(Some(again(self.clock.now())));
                }
                Outcome::NotYet(wait) => pause(wait, stop).await,
            }
        }
    }

    async fn settle(&self, settle: Settle) -> Result<(), CommandError> {
        let append = windlass_store::Append { settle: Some(settle), ..Default::default() };
        match self.store.append(append).await {
            Ok(_) => Ok(()),
            Err(windlass_store::AppendError::LeaseLost) => Ok(()),
            Err(windlass_store::AppendError::Store(error)) => Err(error.into()),
            Err(other) => Err(CommandError::Unexpected(other)),
        }
    }

    async fn give_back(&self, task: &TaskLease, why: &str, retry: Retry) -> Result<(), CommandError> {
        match self.store.fail_task(task, why, retry).await {
            Ok(()) | Err(LeaseError::Lost) => Ok(()),
            Err(LeaseError::Store(error)) => Err(error.into()),
        }
    }

    /// Does a duty over and over while this process holds its lease.
    async fn perform(self: Arc<Self>, duty: Arc<dyn Duty>, stop: CancellationToken) {
        let name = duty.name();
        while !stop.is_cancelled() {
            // In a task of its own: should it ever panic, it is taken up again.
            let (runner, duty, until) = (self.clone(), duty.clone(), stop.clone());
            let held = tokio::spawn(async move { runner.hold_and_perform(&*duty, &until).await });
            match held.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(duty = name, %error, "the duty's lease cannot be had"),
                Err(error) => tracing::error!(duty = name, %error, "the duty broke off"),
            }
            pause(self.config.duty_lease / 3, &stop).await;
        }
    }

    /// Returns when the lease is another's, is lost, or at `stop`.
    async fn hold_and_perform(&self, duty: &dyn Duty, stop: &CancellationToken) -> Result<(), LeaseError> {
        let name = &duty.name();
        let (owner, ttl) = (&self.config.owner, self.config.duty_lease);
        let Some(mut lease) = self.store.acquire_lease(name, owner, self.clock.now(), ttl).await? else {
            return Ok(());
        };
        tracing::info!(duty = name, "took over");
        let mut failures = 0;
        while !stop.is_cancelled() {
            if lease.until - self.clock.now() < ttl * 2 / 3 {
                lease = self.store.renew_lease(&lease, self.clock.now(), ttl).await?;
            }
            let Some(turn) = turn(duty, ttl / 2, stop).await else { break };
            let rest = match turn {
                Ok(Ok(turn)) => {
                    failures = 0;
                    if turn == Turn::Worked { Duration::ZERO } else { duty.rest() }
                }
                Ok(Err(StepError::Wait(wait))) => wait,
                Ok(Err(StepError::Superseded)) => duty.rest(),
                Ok(Err(error @ StepError::NeedsOperator(_))) => {
                    tracing::error!(duty = name, %error, "the duty stands still until an operator looks");
                    ttl
                }
                Ok(Err(error)) => {
                    failures += 1;
                    if failures >= LOUD_AFTER {
                        tracing::error!(duty = name, failures, %error, "the duty fails again and again");
                    } else {
                        tracing::warn!(duty = name, failures, %error, "the duty failed and will be tried again");
                    }
                    backoff(failures, 0.5).min(ttl)
                }
                Err(_) => {
                    tracing::warn!(duty = name, "the duty took too long and will be tried again");
                    Duration::from_secs(1)
                }
            };
            self.rest(rest, name, &mut lease, stop).await?;
        }
        self.store.release_lease(&lease).await
    }

    /// Rests, keeping the lease.
    async fn rest(
        &self,
        mut rest: Duration,
        name: &str,
        lease: &mut windlass_store::Lease,
        stop: &CancellationToken,
    ) -> Result<(), LeaseError> {
        let ttl = self.config.duty_lease;
        while !rest.is_zero() && !stop.is_cancelled() {
            let slice = rest.min(ttl / 3);
            pause(slice, stop).await;
            rest = rest.saturating_sub(slice);
            if !rest.is_zero() {
                *lease = self.store.renew_lease(lease, self.clock.now(), ttl).await?;
                tracing::trace!(duty = name, "lease renewed");
            }
        }
        Ok(())
    }
}

/// A turn of the duty; none if it was dropped because of `stop`.
async fn turn(
    duty: &dyn Duty,
    limit: Duration,
    stop: &CancellationToken,
) -> Option<Result<Result<Turn, StepError>, Elapsed>> {
    let mut turn = pin!(timeout(limit, duty.turn()));
    tokio::select! {
        turn = &mut turn => Some(turn),
        () = stop.cancelled() => if duty.stop() { Some(turn.await) } else { None },
    }
}

async fn pause(duration: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(duration) => {}
    }
}

/// Spreads tasks that failed together: by their ids, evenly enough, and without a source of randomness.
fn jitter(task: &TaskLease) -> f64 {
    f64::from(u32::try_from(task.id.unsigned_abs() % 97).unwrap_or(0)) / 97.0
}
