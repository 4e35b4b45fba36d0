//! The contract that every back end keeps.

use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::{
    Append, AppendError, Appended, Lease, LeaseError, LogPosition, RecordedEvent, Reservation, Retry,
    StoreError, StreamId, TaskFilter, TaskLease, TaskRow,
};

/// An event log with all that is written together with it.
///
/// Times are kept in whole microseconds. `now` is the caller's clock: the store has none but for
/// `recorded_at`.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// All events of a stream in order; empty if there is no such stream.
    async fn load(&self, stream: &StreamId) -> Result<Vec<RecordedEvent>, StoreError>;

    /// Writes all of `append` in one transaction, inline rows included, or nothing of it.
    async fn append(&self, append: Append) -> Result<Appended, AppendError>;

    /// The next events of the log, oldest first, at most `limit`. What it returns is final: no
    /// event can appear later at a position before any that was returned.
    async fn read_log(&self, after: LogPosition, limit: u32) -> Result<Vec<RecordedEvent>, StoreError>;

    /// Whether [`Self::read_log`] still holds back events that are committed, since a transaction that began before them
    /// may yet append. For what has to have seen all that there is; a reader that goes on need not ask.
    async fn is_held_back(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Who holds a name.
    async fn reservation(&self, kind: &'static str, key: &str) -> Result<Option<Reservation>, StoreError>;

    /// Drops up to `limit` reservations that expire at `now` or before; says how many.
    async fn drop_expired_reservations(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError>;

    /// Where a cursor is; none if it was never set.
    async fn cursor(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Takes up to `limit` due tasks of these kinds for `owner`, the longest due first, at most
    /// one for each key and none for a key of which a task is running. Tasks whose lease ran out
    /// are taken over under a new generation.
    async fn lease_tasks(
        &self,
        kinds: &[&str],
        owner: &str,
        now: OffsetDateTime,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<TaskLease>, StoreError>;

    /// Holds on to a task until `until`.
    async fn renew_task(&self, lease: &TaskLease, until: OffsetDateTime) -> Result<TaskLease, LeaseError>;

    /// Gives a task back with the reason why it could not be done.
    async fn fail_task(&self, lease: &TaskLease, error: &str, retry: Retry) -> Result<(), LeaseError>;

    /// Tasks for an operator to see, the earliest due first, at most `limit`.
    async fn tasks(&self, filter: TaskFilter, limit: u32) -> Result<Vec<TaskRow>, StoreError>;

    /// Lets a parked task run again, its attempts counted anew; false if it is not parked.
    async fn retry_parked(&self, id: i64) -> Result<bool, StoreError>;

    /// When the next task of these kinds can be leased: it is due and its key is free, as far as
    /// can be told now. None if there is nothing to wait for.
    async fn next_due(&self, kinds: &[&str]) -> Result<Option<OffsetDateTime>, StoreError>;

    /// Takes a named lease, unless somebody, `owner` included, holds it at `now`.
    async fn acquire_lease(
        &self,
        name: &str,
        owner: &str,
        now: OffsetDateTime,
        ttl: Duration,
    ) -> Result<Option<Lease>, StoreError>;

    /// Holds on to a named lease until `ttl` after `now`. One that ran out and that nobody else
    /// took is still good.
    async fn renew_lease(
        &self,
        lease: &Lease,
        now: OffsetDateTime,
        ttl: Duration,
    ) -> Result<Lease, LeaseError>;

    /// Gives a named lease back at once.
    async fn release_lease(&self, lease: &Lease) -> Result<(), LeaseError>;

    /// Changes after each append made through this store, and after a parked task was freed; after those of other
    /// processes too where the database tells of them (PostgreSQL's `NOTIFY`). What it does not tell is found by polling.
    fn wakeups(&self) -> watch::Receiver<u64>;

    /// Whether the store answers and lets this process write. A full disk shows only when something is written.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Finishes what was begun and lets go of the database.
    async fn close(&self);
}
