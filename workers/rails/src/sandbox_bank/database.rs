//! The bank's file: opening it for this process alone, and how times are kept in it.

use std::{path::Path, time::Duration};

use sqlx::{
    Connection as _, SqlitePool,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions, SqliteSynchronous,
    },
};
use time::OffsetDateTime;

use super::BankError;

/// Marks a file as a sandbox bank: "WLSB".
const APPLICATION_ID: i64 = 0x574c_5342;
const VERSION: i64 = 1;

const SQLITE_BUSY: i32 = 5;
const SQLITE_NOTADB: i32 = 26;

/// How long to wait for a file that a process is just giving up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// Opens the bank in that file, or one in memory. One connection for all: the bank does one thing at a time.
pub(super) async fn open(file: Option<&Path>) -> Result<SqlitePool, BankError> {
    let options = match file {
        Some(file) => SqliteConnectOptions::new().filename(file).create_if_missing(true),
        None => SqliteConnectOptions::new().in_memory(true),
    };
    let options = options
        .locking_mode(SqliteLockingMode::Exclusive)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    // Closing an idle or old connection would let go of the lock, and of a bank in memory altogether.
    let pool = SqlitePoolOptions::new()
        .min_connections(1)
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        // Where SQLite has rolled back by itself, as on a full disk, sqlx does not know, and would put all that follows
        // inside a transaction that never ends.
        .after_release(|connection, _| {
            Box::pin(async move { Ok(connection.ping().await.is_ok() && !connection.is_in_transaction()) })
        })
        .connect_with(options)
        .await
        .map_err(|error| opening(error, file))?;
    let established = establish_schema(&pool, file).await;
    if established.is_err() {
        pool.close().await;
    }
    established.map(|()| pool)
}

async fn establish_schema(pool: &SqlitePool, file: Option<&Path>) -> Result<(), BankError> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await.map_err(|error| opening(error, file))?;
    let path = file.unwrap_or(Path::new(":memory:")).to_owned();
    let application: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *tx).await?;
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *tx).await?;
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(&mut *tx).await?;
    match (application, version) {
        (APPLICATION_ID, VERSION) => return Ok(()),
        (APPLICATION_ID, version) => return Err(BankError::Newer { file: path, version, known: VERSION }),
        (0, 0) if tables == 0 => {}
        _ => return Err(BankError::NotABank(path)),
    }
    sqlx::raw_sql(include_str!("schema.sql")).execute(&mut *tx).await?;
    sqlx::raw_sql("PRAGMA application_id = 0x574c5342; PRAGMA user_version = 1").execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

fn opening(error: sqlx::Error, file: Option<&Path>) -> BankError {
    let primary_code = error
        .as_database_error()
        .and_then(|error| error.code())
        .and_then(|code| code.parse::<i32>().ok())
        .map(|code| code & 0xff);
    match (primary_code, file) {
        (Some(SQLITE_BUSY), Some(file)) => BankError::InUse(file.to_owned()),
        (Some(SQLITE_NOTADB), Some(file)) => BankError::NotABank(file.to_owned()),
        _ => BankError::Storage(error),
    }
}

/// A time as it is kept.
pub(super) fn to_micros(time: OffsetDateTime) -> i64 {
    // Years up to 9999 are far within 64 bits.
    i64::try_from(time.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

/// A kept time.
pub(super) fn from_micros(micros: i64) -> Result<OffsetDateTime, BankError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000)
        .map_err(|_| BankError::Corrupt("time"))
}
