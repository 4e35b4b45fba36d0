//! Rows of the store's tables as the types that callers see.

use crate::timestamp::from_micros;
use crate::{
    LogPosition, RecordedEvent, Reservation, Row, StoreError, StreamId, TaskLease, TaskRow, TaskState,
};

pub(crate) fn event(row: &Row) -> Result<RecordedEvent, StoreError> {
    Ok(RecordedEvent {
        stream: StreamId::new(row.get::<String>(0)?, row.get::<String>(1)?),
        sequence: row.count(2)?,
        event_type: row.get(3)?,
        event_version: row.get(4)?,
        payload: row.get(5)?,
        metadata: row.get(6)?,
        at: place(row)?,
        recorded_at: from_micros(row.get(9)?)?,
    })
}

/// The place of an event in the log.
pub(crate) fn place(row: &Row) -> Result<LogPosition, StoreError> {
    Ok(LogPosition { tx: row.get(7)?, position: row.get(8)? })
}

pub(crate) fn reservation(row: &Row, kind: &'static str, key: &str) -> Result<Reservation, StoreError> {
    Ok(Reservation {
        kind,
        key: key.to_owned(),
        owner: row.get(0)?,
        expires_at: row.get::<Option<i64>>(1)?.map(from_micros).transpose()?,
    })
}

/// A lease, and when the task was due.
pub(crate) fn task_lease(row: &Row) -> Result<(i64, TaskLease), StoreError> {
    let lease = TaskLease {
        id: row.get(0)?,
        kind: row.get(1)?,
        key: row.get(2)?,
        sequence: row.count(3)?,
        payload: row.get(4)?,
        attempts: u32::try_from(row.count(5)?).unwrap_or(u32::MAX),
        generation: row.get(6)?,
        leased_until: from_micros(row.get(7)?)?,
    };
    Ok((row.get(8)?, lease))
}

pub(crate) fn task(row: &Row) -> Result<TaskRow, StoreError> {
    let owner: Option<String> = row.get(7)?;
    let until: Option<i64> = row.get(8)?;
    let state = match (owner, until, row.get::<i64>(9)?) {
        (_, _, 1) => TaskState::Parked,
        (Some(owner), Some(until), _) => TaskState::Leased { owner, until: from_micros(until)? },
        _ => TaskState::Waiting,
    };
    Ok(TaskRow {
        id: row.get(0)?,
        kind: row.get(1)?,
        key: row.get(2)?,
        sequence: row.count(3)?,
        payload: row.get(4)?,
        due_at: from_micros(row.get(5)?)?,
        attempts: u32::try_from(row.count(6)?).unwrap_or(u32::MAX),
        state,
        last_error: row.get(10)?,
    })
}
