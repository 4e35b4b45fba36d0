//! What PostgreSQL's errors mean to a caller.

use sqlx::postgres::PgDatabaseError;

use crate::sql::Failure;
use crate::{InlineProjection, StoreError};

/// A build of a projection has begun or ended (`windlass_guard`).
pub(super) const EPOCH_CHANGED: &str = "WL001";
/// A part of an append found less than it takes for granted (`windlass_guard`).
const SHORT: &str = "WL002";
/// A table that was renamed or dropped when a build ended.
const UNDEFINED_TABLE: &str = "42P01";

/// The store's unique constraints; what violates them was refused, whatever else there is with SQLSTATE 23505.
const CONSTRAINTS: [&str; 5] =
    ["events_pkey", "commands_pkey", "reservations_pkey", "cursors_pkey", "tasks_key"];

/// The error by its SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    let detail = error.to_string();
    match &error {
        sqlx::Error::Database(database) => match database.code().as_deref() {
            // lock_not_available, deadlock_detected, serialization_failure.
            Some("55P03" | "40P01" | "40001") => StoreError::Busy,
            // disk_full.
            Some("53100") => StoreError::Full,
            // read_only_sql_transaction: a standby.
            Some("25006") => StoreError::ReadOnly { detail },
            // data_corrupted, index_corrupted.
            Some("XX001" | "XX002") => StoreError::Corrupt { detail },
            // Connections, resources, the operator: the server is not there, is full, or is going down.
            Some(code) if ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => {
                StoreError::Unavailable { detail }
            }
            _ => StoreError::Database { detail },
        },
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => StoreError::Corrupt { detail },
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => StoreError::Unavailable { detail },
        _ => StoreError::Database { detail },
    }
}

/// Whether the connection broke, or the server sent us away: another may do.
pub(super) fn is_broken(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => is_sent_away(error),
    }
}

/// Whether the server ended the connection, and said so: admin_shutdown, crash_shutdown, cannot_connect_now.
pub(super) fn is_sent_away(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some("57P01" | "57P02" | "57P03"))
}

/// Why an append failed.
pub(super) fn append_failure(
    error: sqlx::Error,
    projections: &[std::sync::Arc<dyn InlineProjection>],
) -> Failure {
    if code(&error).as_deref() == Some(SHORT)
        || constraint(&error).is_some_and(|name| CONSTRAINTS.contains(&name))
    {
        return Failure::Refused(store_error(error));
    }
    let of_row = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>())
        .and_then(|error| {
            let table = error.table()?;
            let fits = |name: &str| {
                table == name || table.strip_prefix(name).is_some_and(|rest| rest.starts_with('_'))
            };
            projections.iter().find(|projection| fits(projection.table().name))
        });
    // The parts of a statement run in no certain order, and rows may be refused before that is met which led to them: the
    // tables tell. Two who want one name and keep it unique in their rows as well are an example.
    let violates = code(&error).is_some_and(|code| code.starts_with("23"));
    match (of_row, store_error(error)) {
        (Some(projection), StoreError::Database { detail }) => {
            let error = StoreError::Projection { projection: projection.name(), detail };
            if violates { Failure::Refused(error) } else { Failure::Store(error) }
        }
        (_, error) => Failure::Store(error),
    }
}

/// Whether the append met the beginning or the end of a projection's build.
pub(super) fn met_build(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some(EPOCH_CHANGED | UNDEFINED_TABLE))
}

/// Whether two transactions waited for each other; this one was rolled back, and the other goes on.
pub(super) fn is_deadlock(error: &sqlx::Error) -> bool {
    code(error).as_deref() == Some("40P01")
}

/// Whether a task could not be leased because another of its key runs.
pub(super) fn key_is_running(error: &sqlx::Error) -> bool {
    constraint(error) == Some("tasks_running")
}

/// Whether the statement took too long.
pub(super) fn is_timeout(error: &sqlx::Error) -> bool {
    // query_canceled, idle_in_transaction_session_timeout.
    matches!(code(error).as_deref(), Some("57014" | "25P03"))
}

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

fn constraint(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error()?.constraint()
}

/// The store was closed, or what commits is gone.
pub(super) fn closed() -> StoreError {
    StoreError::Unavailable { detail: "the store was closed, or what commits has stopped".to_owned() }
}
