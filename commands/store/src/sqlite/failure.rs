//! What SQLite's errors mean to a caller.

use crate::StoreError;

/// The error by SQLite's primary result code (<https://sqlite.org/rescode.html>).
pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    let detail = error.to_string();
    match error {
        sqlx::Error::Database(database) => match primary_code(&*database) {
            Some(5 | 6) => StoreError::Busy,
            Some(8) => StoreError::ReadOnly { detail },
            Some(11 | 26) => StoreError::Corrupt { detail },
            Some(13) => StoreError::Full,
            Some(10 | 14) => StoreError::Unavailable { detail },
            _ => StoreError::Database { detail },
        },
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => StoreError::Corrupt { detail },
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => StoreError::Unavailable { detail },
        _ => StoreError::Database { detail },
    }
}

/// Whether the error is a violated constraint, and so the fault of what was written.
pub(super) fn is_constraint(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|database| primary_code(database) == Some(19))
}

/// Whether the error would hit every other write as well.
pub(super) fn is_general(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Busy
            | StoreError::Unavailable { .. }
            | StoreError::Full
            | StoreError::ReadOnly { .. }
            | StoreError::Corrupt { .. }
    )
}

/// The store was closed, or its writer is gone.
pub(super) fn closed() -> StoreError {
    StoreError::Unavailable { detail: "the store was closed, or its writer has stopped".to_owned() }
}

fn primary_code(error: &dyn sqlx::error::DatabaseError) -> Option<u32> {
    let extended: u32 = error.code()?.parse().ok()?;
    Some(extended & 0xff)
}
