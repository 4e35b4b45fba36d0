//! The store's contract on SQLite.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use time::OffsetDateTime;
use tokio::sync::watch;

use super::job::{AppendJob, Job};
use super::{SqliteStore, Statement, rows, sql};
use crate::planned_row::plan_rows;
use crate::timestamp::{after, from_micros, to_micros, whole_micros};
use crate::{
    AdvanceError, Append, AppendError, Appended, EventStore, Lease, LeaseError, LogPosition, RecordedEvent,
    Reservation, Retry, StoreError, StreamId, TaskFilter, TaskLease, TaskRow,
};

#[async_trait]
impl EventStore for SqliteStore {
    async fn load(&self, stream: &StreamId) -> Result<Vec<RecordedEvent>, StoreError> {
        let statement =
            Statement::new(sql::LOAD).text(stream.aggregate_type.as_ref()).text(&stream.aggregate_id);
        self.read(statement).await?.iter().map(rows::event).collect()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        if let Some(refusal) = append.contradiction() {
            return Err(refusal);
        }
        let rows = plan_rows(&self.projections, &append)?;
        let job = Box::new(AppendJob::new(append, rows));
        self.submit(|answer| Job::Append(job, answer)).await
    }

    async fn read_log(&self, after: LogPosition, limit: u32) -> Result<Vec<RecordedEvent>, StoreError> {
        // All events here have transaction 0.
        let after = if after.tx > 0 { i64::MAX } else { after.position };
        let statement = Statement::new(sql::READ_LOG).integer(after).integer(limit);
        self.read(statement).await?.iter().map(rows::event).collect()
    }

    async fn reservation(&self, kind: &'static str, key: &str) -> Result<Option<Reservation>, StoreError> {
        let row = self.read_one(Statement::new(sql::RESERVATION).text(kind).text(key)).await?;
        row.map(|row| rows::reservation(&row, kind, key)).transpose()
    }

    async fn drop_expired_reservations(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        let statement = Statement::new(sql::DROP_EXPIRED).integer(to_micros(now)).integer(limit);
        Ok(self.write_one(statement).await?.len() as u64)
    }

    async fn cursor(&self, name: &str) -> Result<Option<String>, StoreError> {
        let row = self.read_one(Statement::new(sql::CURSOR).text(name)).await?;
        row.map(|row| rows::get(&row, 0)).transpose()
    }

    async fn lease_tasks(
        &self,
        kinds: &[&str],
        owner: &str,
        now: OffsetDateTime,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<TaskLease>, StoreError> {
        let statement = Statement::new(sql::LEASE_TASKS)
            .text(json_list(kinds))
            .text(owner)
            .integer(to_micros(now))
            .integer(to_micros(after(now, lease)))
            .integer(limit);
        let rows = self.write_one(statement).await?;
        let mut leases = rows.iter().map(rows::task_lease).collect::<Result<Vec<_>, _>>()?;
        leases.sort_by_key(|(due_at, lease)| (*due_at, lease.id));
        Ok(leases.into_iter().map(|(_, lease)| lease).collect())
    }

    async fn renew_task(&self, lease: &TaskLease, until: OffsetDateTime) -> Result<TaskLease, LeaseError> {
        let statement = of_task(sql::RENEW_TASK, lease).integer(to_micros(until));
        held(self.write_one(statement).await?)?;
        Ok(TaskLease { leased_until: whole_micros(until), ..lease.clone() })
    }

    async fn fail_task(&self, lease: &TaskLease, error: &str, retry: Retry) -> Result<(), LeaseError> {
        let statement = match retry {
            Retry::At(due_at) => of_task(sql::RETRY_TASK, lease).text(error).integer(to_micros(due_at)),
            Retry::Park => of_task(sql::PARK_TASK, lease).text(error),
        };
        held(self.write_one(statement).await?)
    }

    async fn tasks(&self, filter: TaskFilter, limit: u32) -> Result<Vec<TaskRow>, StoreError> {
        let sql = match filter {
            TaskFilter::All => sql::ALL_TASKS,
            TaskFilter::Waiting => sql::WAITING_TASKS,
            TaskFilter::Leased => sql::LEASED_TASKS,
            TaskFilter::Parked => sql::PARKED_TASKS,
        };
        let rows = self.read(Statement::new(sql).integer(limit)).await?;
        rows.iter().map(rows::task).collect()
    }

    async fn retry_parked(&self, id: i64) -> Result<bool, StoreError> {
        let rows = self.write_one(Statement::new(sql::RETRY_PARKED).integer(id)).await?;
        let parked = !rows.is_empty();
        if parked {
            self.commits.send_modify(|count| *count = count.wrapping_add(1));
        }
        Ok(parked)
    }

    async fn next_due(&self, kinds: &[&str]) -> Result<Option<OffsetDateTime>, StoreError> {
        let row = self.read_one(Statement::new(sql::NEXT_DUE).text(json_list(kinds))).await?;
        let ready_at: Option<i64> = row.map(|row| rows::get(&row, 0)).transpose()?.flatten();
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
        let statement = Statement::new(sql::ACQUIRE_LEASE)
            .text(name)
            .text(owner)
            .integer(to_micros(now))
            .integer(to_micros(until));
        let rows = self.write_one(statement).await?;
        let lease = |row: &SqliteRow| {
            let generation = rows::get(row, 0)?;
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
        let statement = of_lease(sql::RENEW_LEASE, lease).integer(to_micros(until));
        held(self.write_one(statement).await?)?;
        Ok(Lease { until, ..lease.clone() })
    }

    async fn release_lease(&self, lease: &Lease) -> Result<(), LeaseError> {
        held(self.write_one(of_lease(sql::RELEASE_LEASE, lease)).await?)
    }

    async fn checkpoint(&self, subscription: &str) -> Result<Option<LogPosition>, StoreError> {
        let row = self.read_one(Statement::new(sql::CHECKPOINT).text(subscription)).await?;
        row.as_ref().map(rows::position).transpose()
    }

    async fn advance(
        &self,
        subscription: &str,
        from: Option<LogPosition>,
        to: LogPosition,
    ) -> Result<(), AdvanceError> {
        let moving = |sql| Statement::new(sql).text(subscription).integer(to.tx).integer(to.position);
        let statement = match from {
            None => moving(sql::START_SUBSCRIPTION),
            Some(from) => moving(sql::ADVANCE).integer(from.tx).integer(from.position),
        };
        let rows = self.write(vec![statement, Statement::new(sql::CHECKPOINT).text(subscription)]).await?;
        match rows.as_slice() {
            [moved, now] if moved.is_empty() => Err(AdvanceError::Moved {
                subscription: subscription.to_owned(),
                actual: now.first().map(rows::position).transpose()?,
            }),
            _ => Ok(()),
        }
    }

    fn wakeups(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.write(Vec::new()).await.map(drop)
    }

    async fn close(&self) {
        self.finish().await;
    }
}

impl SqliteStore {
    async fn read_one(&self, statement: Statement) -> Result<Option<SqliteRow>, StoreError> {
        Ok(self.read(statement).await?.pop())
    }

    async fn write_one(&self, statement: Statement) -> Result<Vec<SqliteRow>, StoreError> {
        Ok(self.write(vec![statement]).await?.pop().unwrap_or_default())
    }
}

fn of_task(sql: &'static str, lease: &TaskLease) -> Statement {
    Statement::new(sql).integer(lease.id).integer(lease.generation)
}

fn of_lease(sql: &'static str, lease: &Lease) -> Statement {
    Statement::new(sql).text(&lease.name).text(&lease.owner).integer(lease.generation)
}

/// A fenced statement that changed nothing has met another generation.
fn held(changed: Vec<SqliteRow>) -> Result<(), LeaseError> {
    if changed.is_empty() { Err(LeaseError::Lost) } else { Ok(()) }
}

fn json_list(texts: &[&str]) -> String {
    serde_json::Value::from(texts.to_vec()).to_string()
}
