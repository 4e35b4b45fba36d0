//! Rows of the store's tables as the types that callers see.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::failure::store_error;
use crate::timestamp::from_micros;
use crate::{LogPosition, RecordedEvent, Reservation, StoreError, StreamId, TaskLease, TaskRow, TaskState};

pub(super) fn event(row: &SqliteRow) -> Result<RecordedEvent, StoreError> {
    Ok(RecordedEvent {
        stream: StreamId::new(get::<String>(row, 0)?, get::<String>(row, 1)?),
        sequence: count(row, 2)?,
        event_type: get(row, 3)?,
        event_version: get(row, 4)?,
        payload: get(row, 5)?,
        metadata: get(row, 6)?,
        at: LogPosition { tx: get(row, 7)?, position: get(row, 8)? },
        recorded_at: from_micros(get(row, 9)?)?,
    })
}

pub(super) fn reservation(row: &SqliteRow, kind: &'static str, key: &str) -> Result<Reservation, StoreError> {
    Ok(Reservation {
        kind,
        key: key.to_owned(),
        owner: get(row, 0)?,
        expires_at: get::<Option<i64>>(row, 1)?.map(from_micros).transpose()?,
    })
}

/// A lease, and when the task was due.
pub(super) fn task_lease(row: &SqliteRow) -> Result<(i64, TaskLease), StoreError> {
    let lease = TaskLease {
        id: get(row, 0)?,
        kind: get(row, 1)?,
        key: get(row, 2)?,
        sequence: count(row, 3)?,
        payload: get(row, 4)?,
        attempts: get(row, 5)?,
        generation: get(row, 6)?,
        leased_until: from_micros(get(row, 7)?)?,
    };
    Ok((get(row, 8)?, lease))
}

pub(super) fn task(row: &SqliteRow) -> Result<TaskRow, StoreError> {
    let owner: Option<String> = get(row, 7)?;
    let until: Option<i64> = get(row, 8)?;
    let state = match (owner, until, get(row, 9)?) {
        (_, _, true) => TaskState::Parked,
        (Some(owner), Some(until), false) => TaskState::Leased { owner, until: from_micros(until)? },
        _ => TaskState::Waiting,
    };
    Ok(TaskRow {
        id: get(row, 0)?,
        kind: get(row, 1)?,
        key: get(row, 2)?,
        sequence: count(row, 3)?,
        payload: get(row, 4)?,
        due_at: from_micros(get(row, 5)?)?,
        attempts: get(row, 6)?,
        state,
        last_error: get(row, 10)?,
    })
}

pub(super) fn position(row: &SqliteRow) -> Result<LogPosition, StoreError> {
    Ok(LogPosition { tx: get(row, 0)?, position: get(row, 1)? })
}

pub(super) fn get<'r, T>(row: &'r SqliteRow, column: usize) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(column).map_err(store_error)
}

fn count(row: &SqliteRow, column: usize) -> Result<u64, StoreError> {
    let number: i64 = get(row, column)?;
    u64::try_from(number)
        .map_err(|_| StoreError::Corrupt { detail: format!("{number} is no sequence number") })
}
