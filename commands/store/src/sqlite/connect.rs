//! Opening the file: folder, pragmas, and patience while another process does the same.

use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};

use super::failure::store_error;
use crate::StoreError;

const READERS: u32 = 4;
const READER_WAIT: Duration = Duration::from_secs(10);

/// How the file is opened. FULL, since money must survive a power cut.
pub(super) fn options(path: &Path, busy_timeout: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(busy_timeout)
        .pragma("temp_store", "memory")
        // What is deleted is overwritten: an erased key must not be found in a free page.
        .pragma("secure_delete", "on")
        .disable_statement_logging()
}

/// The only connection that writes.
pub(super) async fn writer(
    path: &Path,
    options: &SqliteConnectOptions,
) -> Result<SqliteConnection, StoreError> {
    let unavailable = |error: &dyn std::fmt::Display| StoreError::Unavailable {
        detail: format!("{} cannot be opened: {error}", path.display()),
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| unavailable(&error))?;
    }
    // Two processes that create the file at once meet at the change to WAL, and SQLite does not
    // wait there however long the busy time-out.
    const ATTEMPTS: u32 = 50;
    for _ in 1..ATTEMPTS {
        match options.connect().await.map_err(store_error) {
            Err(StoreError::Busy) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(StoreError::Unavailable { detail }) => return Err(unavailable(&detail)),
            done => return done,
        }
    }
    Err(StoreError::Busy)
}

/// Connections that can only read; each is opened when it is first needed.
pub(super) fn readers(options: &SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(READER_WAIT)
        // A file does not hang up as a server may.
        .test_before_acquire(false)
        .connect_lazy_with(options.clone().pragma("query_only", "on"))
}

/// A look at a file that is there already.
pub(super) fn reader(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging()
}
