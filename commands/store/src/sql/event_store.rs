//! The store's contract on a database.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::sync::watch;

use super::job::AppendJob;
use super::refusal::refusal;
use super::{Failure, rows, texts};
use crate::planned_row::plan_rows;
use crate::timestamp::{after, from_micros, to_micros, whole_micros};
use crate::{
    Append, AppendError, Appended, Database, EventStore, Lease, LeaseError, LogPosition, RecordedEvent,
    Reservation, Retry, Row, Statement, StoreError, StreamId, TaskFilter, TaskLease, TaskRow,
};

/// How often an append is tried that was refused for a reason that cannot be found afterwards.
const TRIES: u32 = 4;

#[async_trait]
impl EventStore for Database {
    async fn load(&self, stream: &StreamId) -> Result<Vec<RecordedEvent>, StoreError> {
        self.engine().load(stream).await
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        if let Some(refusal) = append.contradiction() {
            return Err(refusal);
        }
        let rows = plan_rows(self.projections(), &append)?;
        let job = Arc::new(AppendJob::new(append, rows));
        let mut tries = 0;
        loop {
            let error = match self.engine().append(job.clone()).await {
                Ok(appended) => return Ok(appended),
                Err(Failure::Store(error)) => return Err(error.into()),
                Err(Failure::Refused(error)) => error,
            };
            if let Some(refusal) = refusal(self.engine(), &job.append).await? {
                return Err(refusal);
            }
            // What stood in the way is gone: a reservation that was released, a transaction that was rolled back.
            tries += 1;
            if tries == TRIES {
                return Err(error.into());
            }
        }
    }

    async fn read_log(&self, after: LogPosition, limit: u32) -> Result<Vec<RecordedEvent>, StoreError> {
        let text = self.engine().texts().read_log;
        let statement =
            Statement::new(text).integer(after.tx).integer(after.position).integer(i64::from(limit));
        self.read(statement).await?.iter().map(rows::event).collect()
    }

    async fn is_held_back(&self) -> Result<bool, StoreError> {
        match self.engine().texts().held_back {
            None => Ok(false),
            Some(text) => Ok(!self.read(Statement::new(text)).await?.is_empty()),
        }
    }

    async fn reservation(&self, kind: &'static str, key: &str) -> Result<Option<Reservation>, StoreError> {
        let row = self.read_one(Statement::new(texts::RESERVATION).text(kind).text(key)).await?;
        row.map(|row| rows::reservation(&row, kind, key)).transpose()
    }

    async fn drop_expired_reservations(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        let statement = Statement::new(texts::DROP_EXPIRED).integer(to_micros(now)).integer(i64::from(limit));
        Ok(self.write_one(statement).await?.len() as u64)
    }

    async fn cursor(&self, name: &str) -> Result<Option<String>, StoreError> {
        let row = self.read_one(Statement::new(texts::CURSOR).text(name)).await?;
        row.map(|row| row.get(0)).transpose()
    }

    async fn lease_tasks(
        &self,
        kinds: &[&str],
        owner: &str,
        now: OffsetDateTime,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<TaskLease>, StoreError> {
        let statement = Statement::new(self.engine().texts().lease_tasks)
            .text(json_list(kinds))
            .text(owner)
            .integer(to_micros(now))
            .integer(to_micros(after(now, lease)))
            .integer(i64::from(limit));
        let rows = self.engine().lease(statement, to_micros(now)).await?;
        let mut leases = rows.iter().map(rows::task_lease).collect::<Result<Vec<_>, _>>()?;
        leases.sort_by_key(|(due_at, lease)| (*due_at, lease.id));
        Ok(leases.into_iter().map(|(_, lease)| lease).collect())
    }

    async fn renew_task(&self, lease: &TaskLease, until: OffsetDateTime) -> Result<TaskLease, LeaseError> {
        let statement = of_task(self.engine().texts().renew_task, lease).integer(to_micros(until));
        held(self.write_one(statement).await?)?;
        Ok(TaskLease { leased_until: whole_micros(until), ..lease.clone() })
    }

    async fn fail_task(&self, lease: &TaskLease, error: &str, retry: Retry) -> Result<(), LeaseError> {
        let statement = match retry {
            Retry::At(due_at) => {
                of_task(self.engine().texts().retry_task, lease).text(error).integer(to_micros(due_at))
            }
            Retry::Park => of_task(self.engine().texts().park_task, lease).text(error),
        };
        held(self.write_one(statement).await?)
    }

    async fn tasks(&self, filter: TaskFilter, limit: u32) -> Result<Vec<TaskRow>, StoreError> {
        let sql = match filter {
            TaskFilter::All => texts::ALL_TASKS,
            TaskFilter::Waiting => texts::WAITING_TASKS,
            TaskFilter::Leased => texts::LEASED_TASKS,
            TaskFilter::Parked => texts::PARKED_TASKS,
        };
        let rows = self.read(Statement::new(sql).integer(i64::from(limit))).await?;
        rows.iter().map(rows::task).collect()
    }

    async fn retry_parked(&self, id: i64) -> Result<bool, StoreError> {
        let rows = self.write_one(Statement::new(texts::RETRY_PARKED).integer(id)).await?;
        let parked = !rows.is_empty();
        if parked {
            self.wake();
        }
        Ok(parked)
    }

    async fn next_due(&self, kinds: &[&str]) -> Result<Option<OffsetDateTime>, StoreError> {
        let row =
            self.read_one(Statement::new(self.engine().texts().next_due).text(json_list(kinds))).await?;
        let ready_at: Option<i64> = row.map(|row| row.get(0)).transpose()?.flatten();
        ready_at.map(from_micros).transpose()
    }

    async fn acquire_lease(
        &self,
        name: &str,
        owner: &str,
        now: OffsetDateTime,
        ttl: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        let until = whole_micros(after(now, ttl));
        let statement = Statement::new(texts::ACQUIRE_LEASE)
            .text(name)
            .text(owner)
            .integer(to_micros(now))
            .integer(to_micros(until));
        let rows = self.write_one(statement).await?;
        let lease = |row: &Row| {
            let generation = row.get(0)?;
            Ok(Lease { name: name.to_owned(), owner: owner.to_owned(), generation, until })
        };
        rows.first().map(lease).transpose()
    }

    async fn renew_lease(
        &self,
        lease: &Lease,
        now: OffsetDateTime,
        ttl: Duration,
    ) -> Result<Lease, LeaseError> {
        let until = whole_micros(after(now, ttl));
        let statement = of_lease(texts::RENEW_LEASE, lease).integer(to_micros(until));
        held(self.write_one(statement).await?)?;
        Ok(Lease { until, ..lease.clone() })
    }

    async fn release_lease(&self, lease: &Lease) -> Result<(), LeaseError> {
        held(self.write_one(of_lease(texts::RELEASE_LEASE, lease)).await?)
    }

    fn wakeups(&self) -> watch::Receiver<u64> {
        self.engine().commits().subscribe()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.write_one(Statement::new(self.engine().texts().ping)).await.map(drop)
    }

    async fn close(&self) {
        self.engine().close().await;
    }
}

fn of_task(sql: &'static str, lease: &TaskLease) -> Statement {
    Statement::new(sql).integer(lease.id).integer(lease.generation)
}

fn of_lease(sql: &'static str, lease: &Lease) -> Statement {
    Statement::new(sql).text(&lease.name).text(&lease.owner).integer(lease.generation)
}

/// A fenced statement that changed nothing has met another generation.
fn held(changed: Vec<Row>) -> Result<(), LeaseError> {
    if changed.is_empty() { Err(LeaseError::Lost) } else { Ok(()) }
}

fn json_list(texts: &[&str]) -> String {
    serde_json::Value::from(texts.to_vec()).to_string()
}
