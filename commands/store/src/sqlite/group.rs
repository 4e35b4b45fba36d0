//! One transaction for a group of jobs.

use std::sync::Arc;

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use time::OffsetDateTime;

use super::failure::{is_general, store_error};
use super::job::{AppendJob, Job};
use super::part::{Entries, Part, Parts};
use super::refusal::{PartError, refusal};
use super::sql::{BEGIN, COMMIT, ROLLBACK};
use super::statement::Statement;
use crate::timestamp::to_micros;
use crate::{AppendError, InlineProjection, StoreError};

/// What a committed group has to tell its callers.
pub(super) struct Committed {
    /// When.
    pub(super) now: OffsetDateTime,
    /// The positions of all events, in the order of the appends.
    pub(super) positions: Vec<i64>,
    /// The rows of all statements, job by job.
    pub(super) rows: Vec<Vec<Vec<SqliteRow>>>,
}

/// Commits all the jobs, or none of them and says why.
pub(super) async fn commit(
    connection: &mut SqliteConnection,
    projections: &[Arc<dyn InlineProjection>],
    jobs: &[Job],
) -> Result<Committed, AppendError> {
    Statement::new(BEGIN).rows(&mut *connection).await.map_err(store_error)?;
    let done = match write(connection, projections, jobs).await {
        Ok(committed) => {
            let end = Statement::new(COMMIT).rows(&mut *connection).await;
            end.map(|_| committed).map_err(|error| store_error(error).into())
        }
        Err(error) => Err(error),
    };
    if done.is_err() {
        // After some errors SQLite has rolled back by itself, and this one then says so.
        let _ = Statement::new(ROLLBACK).rows(&mut *connection).await;
    }
    done
}

async fn write(
    connection: &mut SqliteConnection,
    projections: &[Arc<dyn InlineProjection>],
    jobs: &[Job],
) -> Result<Committed, AppendError> {
    let now = OffsetDateTime::now_utc();
    let appends: Vec<&AppendJob> = jobs
        .iter()
        .filter_map(|job| match job {
            Job::Append(append, _) => Some(append.as_ref()),
            Job::Write(..) => None,
        })
        .collect();
    let mut positions = Vec::new();
    let parts = Parts::merged(appends.iter().map(|job| &job.parts));
    for (part, entries) in parts.iter() {
        let written = write_part(connection, projections, part, entries, now).await;
        match (written, appends.as_slice()) {
            (Ok(rows), _) => positions.extend(rows),
            (Err(error), [alone]) => {
                let found = refusal(connection, &alone.append, part, &error).await;
                let refused = found.map_err(store_error)?;
                return Err(refused.unwrap_or_else(|| part_error(projections, part, error).into()));
            }
            // Which append it was comes out when each is tried alone.
            (Err(error), _) => return Err(part_error(projections, part, error).into()),
        }
    }
    // Positions grow in the order of insertion; RETURNING promises no order.
    positions.sort_unstable();
    let mut rows = Vec::new();
    for job in jobs {
        if let Job::Write(statements, _) = job {
            let mut of_job = Vec::with_capacity(statements.len());
            for statement in statements {
                of_job.push(statement.rows(&mut *connection).await.map_err(store_error)?);
            }
            rows.push(of_job);
        }
    }
    Ok(Committed { now, positions, rows })
}

/// Writes one part; returns the positions of new events.
async fn write_part(
    connection: &mut SqliteConnection,
    projections: &[Arc<dyn InlineProjection>],
    part: Part,
    entries: &Entries,
    now: OffsetDateTime,
) -> Result<Vec<i64>, PartError> {
    let sql = part.sql(projections).ok_or(PartError::Short)?;
    let json = entries.json();
    let (changed, positions) = if part == Part::InsertEvents {
        let query = sqlx::query_scalar(sql).bind(json).bind(to_micros(now));
        let positions: Vec<i64> = query.fetch_all(connection).await.map_err(PartError::Database)?;
        (positions.len() as u64, positions)
    } else {
        let mut query = sqlx::query(sql).bind(json);
        if part.takes_time() {
            query = query.bind(to_micros(now));
        }
        let done = query.execute(connection).await.map_err(PartError::Database)?;
        (done.rows_affected(), Vec::new())
    };
    if part.is_exact() && changed != entries.count as u64 {
        return Err(PartError::Short);
    }
    Ok(positions)
}

fn part_error(projections: &[Arc<dyn InlineProjection>], part: Part, error: PartError) -> StoreError {
    let error = match error {
        PartError::Short => StoreError::Database { detail: format!("{part:?} wrote too few rows") },
        PartError::Database(error) => store_error(error),
    };
    let projection = match part {
        Part::Rows(projection) => projections.get(projection),
        _ => None,
    };
    match projection {
        Some(projection) if !is_general(&error) => {
            StoreError::Projection { projection: projection.name(), detail: error.to_string() }
        }
        _ => error,
    }
}
