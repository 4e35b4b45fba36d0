//! The store in memory: the same contract, for tests and simulation. No background tasks, no
//! hidden order: the same calls give the same answers.

mod append;
mod leases;
mod log;
mod state;
mod tasks;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use time::OffsetDateTime;
use tokio::sync::watch;

use self::state::State;
use crate::planned_row::plan_rows;
use crate::{
    Append, AppendError, Appended, EventStore, InlineProjection, Lease, LeaseError, LogPosition,
    RecordedEvent, Reservation, Retry, StoreError, StreamId, TaskFilter, TaskLease, TaskRow,
};

type Clock = dyn Fn() -> OffsetDateTime + Send + Sync;

/// An [`EventStore`] that lives as long as the process.
pub struct MemoryStore {
    projections: Vec<Arc<dyn InlineProjection>>,
    clock: Box<Clock>,
    state: Mutex<State>,
    commits: watch::Sender<u64>,
}

impl MemoryStore {
    /// An empty store that takes `recorded_at` from the machine's clock.
    pub fn new(projections: Vec<Arc<dyn InlineProjection>>) -> Self {
        Self::with_clock(projections, OffsetDateTime::now_utc)
    }

    /// An empty store that takes `recorded_at` from `clock`.
    pub fn with_clock(
        projections: Vec<Arc<dyn InlineProjection>>,
        clock: impl Fn() -> OffsetDateTime + Send + Sync + 'static,
    ) -> Self {
        Self { projections, clock: Box::new(clock), state: Mutex::default(), commits: watch::Sender::new(0) }
    }

    /// A row of an inline projection: the sequence and the values that were written last.
    pub fn inline_row(&self, projection: &str, key: &str) -> Option<(u64, Value)> {
        let state = self.state();
        let (sequence, values) = state.rows.get(projection)?.get(key)?;
        Some((*sequence, Value::Object(values.clone())))
    }

    /// All rows of an inline projection by key.
    pub fn inline_rows(&self, projection: &str) -> Vec<(String, u64, Value)> {
        let state = self.state();
        let rows = state.rows.get(projection).into_iter().flatten();
        rows.map(|(key, (sequence, values))| (key.clone(), *sequence, Value::Object(values.clone())))
            .collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is checked before the first write, so a panic leaves no half-done state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        self.commits.send_modify(|count| *count = count.wrapping_add(1));
    }
}

#[async_trait]
impl EventStore for MemoryStore {
    async fn load(&self, stream: &StreamId) -> Result<Vec<RecordedEvent>, StoreError> {
        Ok(self.state().log.load(stream))
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        if let Some(refusal) = append.contradiction() {
            return Err(refusal);
        }
        let rows = plan_rows(&self.projections, &append)?;
        let names: Vec<_> = rows
            .into_iter()
            .filter_map(|row| Some((self.projections.get(row.projection)?.name(), row)))
            .collect();
        let now = (self.clock)();
        let appended = self.state().append(append, names, now)?;
        self.wake();
        Ok(appended)
    }

    async fn read_log(&self, after: LogPosition, limit: u32) -> Result<Vec<RecordedEvent>, StoreError> {
        Ok(self.state().log.read(after, limit))
    }

    async fn reservation(&self, kind: &'static str, key: &str) -> Result<Option<Reservation>, StoreError> {
        Ok(self.state().reservations.get(&(kind, key.to_owned())).cloned())
    }

    async fn drop_expired_reservations(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        Ok(self.state().drop_expired_reservations(now, limit))
    }

    async fn cursor(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.state().cursors.get(name).cloned())
    }

    async fn lease_tasks(
        &self,
        kinds: &[&str],
        owner: &str,
        now: OffsetDateTime,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<TaskLease>, StoreError> {
        Ok(self.state().tasks.lease(kinds, owner, now, lease, limit))
    }

    async fn renew_task(&self, lease: &TaskLease, until: OffsetDateTime) -> Result<TaskLease, LeaseError> {
        self.state().tasks.renew(lease, until)
    }

    async fn fail_task(&self, lease: &TaskLease, error: &str, retry: Retry) -> Result<(), LeaseError> {
        self.state().tasks.fail(lease, error, retry)
    }

    async fn tasks(&self, filter: TaskFilter, limit: u32) -> Result<Vec<TaskRow>, StoreError> {
        Ok(self.state().tasks.list(filter, limit))
    }

    async fn retry_parked(&self, id: i64) -> Result<bool, StoreError> {
        let parked = self.state().tasks.retry_parked(id);
        if parked {
            self.wake();
        }
        Ok(parked)
    }

    async fn next_due(&self, kinds: &[&str]) -> Result<Option<OffsetDateTime>, StoreError> {
        Ok(self.state().tasks.next_due(kinds))
    }

    async fn acquire_lease(
        &self,
        name: &str,
        owner: &str,
        now: OffsetDateTime,
        ttl: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        Ok(self.state().leases.acquire(name, owner, now, ttl))
    }

    async fn renew_lease(
        &self,
        lease: &Lease,
        now: OffsetDateTime,
        ttl: Duration,
    ) -> Result<Lease, LeaseError> {
        self.state().leases.renew(lease, now, ttl)
    }

    async fn release_lease(&self, lease: &Lease) -> Result<(), LeaseError> {
        self.state().leases.release(lease)
    }

    fn wakeups(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn close(&self) {}
}
