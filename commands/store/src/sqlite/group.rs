//! One transaction for a group of jobs.

use std::borrow::Cow;
use std::time::Instant;

use serde_json::{Value, json};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;
use time::OffsetDateTime;

use super::failure::{is_constraint, is_general, store_error};
use super::job::Job;
use super::sql;
use super::sql::{BEGIN, COMMIT, ROLLBACK};
use crate::sql::job::AppendJob;
use crate::sql::part::{Part, Parts};
use crate::sql::projected::{Builds, Projected};
use crate::sql::{Failure, Transaction};
use crate::statement::Statement;
use crate::timestamp::{to_micros, whole_micros};
use crate::{Dialect, Row, StoreError};

/// What a committed group has to tell its callers.
pub(super) struct Committed {
    /// When.
    pub(super) now: OffsetDateTime,
    /// The positions of all events, in the order of the appends.
    pub(super) positions: Vec<i64>,
    /// The rows of all statements, job by job.
    pub(super) rows: Vec<Vec<Vec<Row>>>,
}

/// Commits all the jobs, or none of them and says why.
pub(super) async fn commit(
    connection: &mut SqliteConnection,
    projected: &Projected,
    jobs: &[Job],
) -> Result<Committed, Failure> {
    run(connection, BEGIN).await?;
    let done = match write(connection, projected, jobs).await {
        Ok(committed) => run(connection, COMMIT).await.map(|()| committed),
        Err(error) => Err(error),
    };
    if done.is_err() {
        // After some errors SQLite has rolled back by itself, and this one then says so.
        let _ = run(connection, ROLLBACK).await;
    }
    done
}

async fn run(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), Failure> {
    let done = sqlx::query(sql).execute(connection).await;
    done.map(drop).map_err(|error| Failure::Store(store_error(error)))
}

async fn write(
    connection: &mut SqliteConnection,
    projected: &Projected,
    jobs: &[Job],
) -> Result<Committed, Failure> {
    let now = whole_micros(OffsetDateTime::now_utc());
    let appends: Vec<&AppendJob> = jobs
        .iter()
        .filter_map(|job| match job {
            Job::Append(append, _) => Some(append.as_ref()),
            Job::Write(..) => None,
        })
        .collect();
    let mut positions = Vec::new();
    if !appends.is_empty() {
        let builds = builds(connection, projected).await.map_err(Failure::Store)?;
        let parts = Parts::merged(appends.iter().map(|job| &job.parts), &builds);
        for (part, entries) in parts.iter() {
            let sql = text(part, projected, &builds).ok_or_else(|| Failure::Store(short(part)))?;
            let json = if part == Part::InsertEvents { events(&appends) } else { entries.json() };
            let written = write_part(connection, part, &sql, json, entries.count, now).await;
            positions.extend(written.map_err(|failure| named(failure, part, projected))?);
        }
    }
    // Positions grow in the order of insertion; RETURNING promises no order.
    positions.sort_unstable();
    let mut rows = Vec::new();
    for job in jobs {
        if let Job::Write(transaction, _) = job {
            rows.push(run_all(connection, transaction).await.map_err(Failure::Store)?);
        }
    }
    Ok(Committed { now, positions, rows })
}

/// What is being built, as this transaction sees it; there is one writer, so it stays so until the commit.
async fn builds(
    connection: &mut SqliteConnection,
    projected: &Projected,
) -> Result<std::sync::Arc<Builds>, StoreError> {
    let row = sqlx::query(sql::EPOCH).fetch_one(&mut *connection).await.map_err(store_error)?;
    let epoch: i64 = row.try_get(0).map_err(store_error)?;
    if projected.builds().epoch != epoch {
        let rows = sqlx::query(crate::sql::texts::PROJECTIONS).fetch_all(connection).await;
        let rows: Vec<Row> = rows.map_err(store_error)?.into_iter().map(Row::from).collect();
        projected.learn(projected.read(epoch, &rows)?);
    }
    Ok(projected.builds())
}

/// The statement of a part.
fn text(part: Part, projected: &Projected, builds: &Builds) -> Option<Cow<'static, str>> {
    let sql = match part {
        Part::CancelTasks => sql::CANCEL_TASKS,
        Part::InsertCommands => sql::INSERT_COMMANDS,
        Part::FinishTasks => sql::FINISH_TASKS,
        Part::RescheduleTasks => sql::RESCHEDULE_TASKS,
        Part::InsertCursors => sql::INSERT_CURSORS,
        Part::MoveCursors => sql::MOVE_CURSORS,
        Part::InsertEvents => sql::INSERT_EVENTS,
        Part::Release => sql::RELEASE,
        Part::Reserve => sql::RESERVE,
        Part::InsertTasks => sql::INSERT_TASKS,
        Part::Rows { projection, into_build } => {
            return builds.upsert(&projected.list, projection, into_build, Dialect::Sqlite).map(Cow::Owned);
        }
    };
    Some(Cow::Borrowed(sql))
}

/// The new events of the group, as the text of a JSON list.
fn events(appends: &[&AppendJob]) -> String {
    let mut all = Vec::new();
    for change in appends.iter().flat_map(|job| job.append.changes()) {
        let stream = &change.stream;
        let expected = change.history.len() as u64;
        for (sequence, event) in (expected + 1..).zip(&change.events) {
            all.push(json!([
                stream.aggregate_type,
                stream.aggregate_id,
                expected,
                sequence,
                event.event_type,
                event.event_version,
                event.payload,
                event.metadata,
            ]));
        }
    }
    Value::Array(all).to_string()
}

/// Writes one part; returns the positions of new events.
async fn write_part(
    connection: &mut SqliteConnection,
    part: Part,
    sql: &str,
    json: String,
    count: usize,
    now: OffsetDateTime,
) -> Result<Vec<i64>, Failure> {
    let failed = |error: sqlx::Error| {
        let refused = is_constraint(&error);
        let error = store_error(error);
        if refused { Failure::Refused(error) } else { Failure::Store(error) }
    };
    let (changed, positions) = if part == Part::InsertEvents {
        let query = sqlx::query_scalar(sql).bind(json).bind(to_micros(now));
        let positions: Vec<i64> = query.fetch_all(connection).await.map_err(failed)?;
        (positions.len() as u64, positions)
    } else {
        let mut query = sqlx::query(sql).bind(json);
        if part == Part::InsertCommands {
            query = query.bind(to_micros(now));
        }
        let done = query.execute(connection).await.map_err(failed)?;
        (done.rows_affected(), Vec::new())
    };
    if part.is_exact() && changed != count as u64 {
        return Err(Failure::Refused(short(part)));
    }
    Ok(positions)
}

/// A statement fits a projection or is refused by its table: never the fault of what others wrote.
fn named(failure: Failure, part: Part, projected: &Projected) -> Failure {
    let Part::Rows { projection, .. } = part else { return failure };
    let (Failure::Refused(error) | Failure::Store(error)) = failure;
    let Some(projection) = projected.name(projection).filter(|_| !is_general(&error)) else {
        return Failure::Store(error);
    };
    Failure::Store(StoreError::Projection { projection, detail: error.to_string() })
}

fn short(part: Part) -> StoreError {
    StoreError::Database { detail: format!("{part:?} wrote too few rows") }
}

async fn run_all(
    connection: &mut SqliteConnection,
    transaction: &Transaction,
) -> Result<Vec<Vec<Row>>, StoreError> {
    let began = Instant::now();
    let mut of_job = Vec::with_capacity(transaction.statements.len());
    for statement in &transaction.statements {
        of_job.push(rows(&mut *connection, statement).await?);
        if transaction.fenced && of_job.len() == 1 && of_job.iter().all(Vec::is_empty) {
            break;
        }
        if let Some(limit) = transaction.limit.filter(|limit| began.elapsed() > *limit) {
            return Err(StoreError::TooSlow { limit });
        }
    }
    Ok(of_job)
}

pub(super) async fn rows<'e>(
    executor: impl sqlx::sqlite::SqliteExecutor<'e>,
    statement: &Statement,
) -> Result<Vec<Row>, StoreError> {
    let rows = statement.sqlite().fetch_all(executor).await.map_err(store_error)?;
    Ok(rows.into_iter().map(Row::from).collect())
}
