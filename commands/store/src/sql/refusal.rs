//! Why an append was refused: looked up in the tables once it was rolled back.

use super::{Engine, texts};
use crate::{Append, AppendError, Row, Statement, StoreError, StreamId};

/// The refusal, the first in the order that [`Append`] promises. None if what stood in the way is gone by now.
pub(crate) async fn refusal(engine: &dyn Engine, append: &Append) -> Result<Option<AppendError>, StoreError> {
    if let Some(refusal) = repeated(engine, append).await? {
        return Ok(Some(refusal));
    }
    if let Some(settle) = &append.settle {
        let lease = settle.lease();
        let held = Statement::new(texts::TASK_HELD).integer(lease.id).integer(lease.generation);
        if first(engine, held).await?.is_none() {
            return Ok(Some(AppendError::LeaseLost));
        }
    }
    if let Some(refusal) = cursor_moved(engine, append).await? {
        return Ok(Some(refusal));
    }
    if let Some(refusal) = conflict(engine, append).await? {
        return Ok(Some(refusal));
    }
    if let Some(refusal) = reserved(engine, append).await? {
        return Ok(Some(refusal));
    }
    task_exists(engine, append).await
}

async fn repeated(engine: &dyn Engine, append: &Append) -> Result<Option<AppendError>, StoreError> {
    let Some(key) = &append.key else { return Ok(None) };
    let Some(row) = first(engine, Statement::new(texts::COMMAND).text(&key.key)).await? else {
        return Ok(None);
    };
    let fingerprint: Vec<u8> = row.get(0)?;
    Ok(Some(AppendError::Repeated {
        fingerprint_matches: fingerprint == key.fingerprint,
        outcome: row.get(1)?,
    }))
}

async fn cursor_moved(engine: &dyn Engine, append: &Append) -> Result<Option<AppendError>, StoreError> {
    let Some(cursor) = &append.cursor else { return Ok(None) };
    let row = first(engine, Statement::new(texts::CURSOR).text(&cursor.name)).await?;
    let actual: Option<String> = row.map(|row| row.get(0)).transpose()?;
    let moved = actual != cursor.from;
    Ok(moved.then(|| AppendError::CursorMoved { name: cursor.name.clone(), actual }))
}

async fn conflict(engine: &dyn Engine, append: &Append) -> Result<Option<AppendError>, StoreError> {
    for change in append.changes() {
        let expected = change.history.len() as i64;
        let lacks_history = expected > 0 && !event_exists(engine, &change.stream, expected).await?;
        if lacks_history || event_exists(engine, &change.stream, expected + 1).await? {
            return Ok(Some(AppendError::Conflict { stream: change.stream.clone() }));
        }
    }
    Ok(None)
}

async fn event_exists(engine: &dyn Engine, stream: &StreamId, sequence: i64) -> Result<bool, StoreError> {
    let statement = Statement::new(texts::EVENT_EXISTS)
        .text(stream.aggregate_type.as_ref())
        .text(&stream.aggregate_id)
        .integer(sequence);
    Ok(first(engine, statement).await?.is_some())
}

async fn reserved(engine: &dyn Engine, append: &Append) -> Result<Option<AppendError>, StoreError> {
    for new in &append.reservations {
        if append.releases.iter().any(|(kind, key)| *kind == new.kind && *key == new.key) {
            continue;
        }
        let statement = Statement::new(texts::RESERVATION).text(new.kind).text(&new.key);
        if let Some(row) = first(engine, statement).await? {
            return Ok(Some(AppendError::Reserved {
                kind: new.kind,
                key: new.key.clone(),
                owner: row.get(0)?,
            }));
        }
    }
    Ok(None)
}

async fn task_exists(engine: &dyn Engine, append: &Append) -> Result<Option<AppendError>, StoreError> {
    let settled = append.settle.as_ref().map(|settle| settle.lease().id);
    for task in &append.tasks {
        let statement = Statement::new(texts::TASK_EXISTS)
            .text(&task.key)
            .text(task.kind)
            .integer(i64::try_from(task.sequence).unwrap_or(i64::MAX));
        let Some(row) = first(engine, statement).await? else { continue };
        let (id, leased): (i64, Option<i64>) = (row.get(0)?, row.get(1)?);
        let cancelled = leased.is_none()
            && append.cancel_tasks.iter().any(|(kind, key)| *kind == task.kind && *key == task.key);
        if Some(id) != settled && !cancelled {
            return Ok(Some(AppendError::exists(task)));
        }
    }
    Ok(None)
}

async fn first(engine: &dyn Engine, statement: Statement) -> Result<Option<Row>, StoreError> {
    Ok(engine.read(statement).await?.into_iter().next())
}
