//! Why an append was refused: the part that failed says what to look at, the tables say which.

use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::failure::is_constraint;
use super::part::Part;
use super::sql;
use super::statement::Statement;
use crate::{Append, AppendError, StreamId};

/// How a part failed.
#[derive(Debug)]
pub(super) enum PartError {
    /// Fewer rows were changed than the part has entries.
    Short,
    /// The database refused the statement.
    Database(sqlx::Error),
}

/// The refusal behind a part's failure, looked up in the failed transaction itself, so that what
/// is found is what it failed on. None if the database has another reason.
pub(super) async fn refusal(
    connection: &mut SqliteConnection,
    append: &Append,
    part: Part,
    error: &PartError,
) -> Result<Option<AppendError>, sqlx::Error> {
    // A part writes to one table, so a violated constraint is that table's.
    if let PartError::Database(error) = error
        && !is_constraint(error)
    {
        return Ok(None);
    }
    match part {
        Part::InsertCommands => repeated(connection, append).await,
        Part::FinishTasks | Part::RescheduleTasks => Ok(Some(AppendError::LeaseLost)),
        Part::InsertCursors | Part::MoveCursors => cursor_moved(connection, append).await,
        Part::InsertEvents => conflict(connection, append, error).await,
        Part::Reserve => reserved(connection, append).await,
        Part::InsertTasks => task_exists(connection, append).await,
        Part::CancelTasks | Part::Release | Part::Rows(_) => Ok(None),
    }
}

async fn repeated(
    connection: &mut SqliteConnection,
    append: &Append,
) -> Result<Option<AppendError>, sqlx::Error> {
    let Some(key) = &append.key else { return Ok(None) };
    let Some(row) = first(connection, Statement::new(sql::COMMAND).text(&key.key)).await? else {
        return Ok(None);
    };
    let fingerprint: Vec<u8> = row.try_get(0)?;
    Ok(Some(AppendError::Repeated {
        fingerprint_matches: fingerprint == key.fingerprint,
        outcome: row.try_get(1)?,
    }))
}

async fn cursor_moved(
    connection: &mut SqliteConnection,
    append: &Append,
) -> Result<Option<AppendError>, sqlx::Error> {
    let Some(cursor) = &append.cursor else { return Ok(None) };
    let row = first(connection, Statement::new(sql::CURSOR).text(&cursor.name)).await?;
    Ok(Some(AppendError::CursorMoved {
        name: cursor.name.clone(),
        actual: row.map(|row| row.try_get(0)).transpose()?,
    }))
}

async fn conflict(
    connection: &mut SqliteConnection,
    append: &Append,
    error: &PartError,
) -> Result<Option<AppendError>, sqlx::Error> {
    for change in append.changes() {
        let expected = change.history.len() as i64;
        let lacks_history = expected > 0 && !event_exists(connection, &change.stream, expected).await?;
        // Where too few were inserted, what follows the history is what was inserted just now.
        let has_more = matches!(error, PartError::Database(_))
            && event_exists(connection, &change.stream, expected + 1).await?;
        if lacks_history || has_more {
            let stream = change.stream.clone();
            return Ok(Some(AppendError::Conflict { stream }));
        }
    }
    Ok(None)
}

async fn event_exists(
    connection: &mut SqliteConnection,
    stream: &StreamId,
    sequence: i64,
) -> Result<bool, sqlx::Error> {
    let statement = Statement::new(sql::EVENT_EXISTS)
        .text(stream.aggregate_type.as_ref())
        .text(&stream.aggregate_id)
        .integer(sequence);
    Ok(first(connection, statement).await?.is_some())
}

async fn reserved(
    connection: &mut SqliteConnection,
    append: &Append,
) -> Result<Option<AppendError>, sqlx::Error> {
    for new in &append.reservations {
        let statement = Statement::new(sql::RESERVATION).text(new.kind).text(&new.key);
        if let Some(row) = first(connection, statement).await? {
            return Ok(Some(AppendError::Reserved {
                kind: new.kind,
                key: new.key.clone(),
                owner: row.try_get(0)?,
            }));
        }
    }
    Ok(None)
}

async fn task_exists(
    connection: &mut SqliteConnection,
    append: &Append,
) -> Result<Option<AppendError>, sqlx::Error> {
    for task in &append.tasks {
        let statement = Statement::new(sql::TASK_EXISTS)
            .text(&task.key)
            .text(task.kind)
            .integer(i64::try_from(task.sequence).unwrap_or(i64::MAX));
        if first(connection, statement).await?.is_some() {
            return Ok(Some(AppendError::exists(task)));
        }
    }
    Ok(None)
}

async fn first(
    connection: &mut SqliteConnection,
    statement: Statement,
) -> Result<Option<SqliteRow>, sqlx::Error> {
    Ok(statement.rows(&mut *connection).await?.into_iter().next())
}
