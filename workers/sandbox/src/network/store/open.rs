//! Opening the file: lock, layout, whose network it is, and the state in it.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqlitePool};
use stellar_xdr::{LedgerEntry, LedgerHeader, ReadXdr};

use super::{LIMITS, Store};
use crate::engine::Ledger;
use crate::network::{SandboxConfig, SandboxError};

/// The layout that `schema.sql` makes, kept in the file's `user_version`.
const LAYOUT: i64 = 1;
const READERS: u32 = 4;

impl Store {
    /// Opens the file of a network, or makes it.
    pub(crate) async fn open(config: &SandboxConfig) -> Result<Self, SandboxError> {
        let store = match &config.file {
            Some(path) => Self::on_file(path).await?,
            None => {
                // Every connection to memory is a database of its own, so there is but one.
                let only = pool(SqliteConnectOptions::new().in_memory(true), 1).await?;
                Self { reader: only.clone(), writer: only, _lock: None }
            }
        };
        store.prepare(&config.passphrase).await?;
        Ok(store)
    }

    async fn on_file(path: &Path) -> Result<Self, SandboxError> {
        let lock = lock(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(10));
        let writer = pool(options.clone(), 1).await?;
        Ok(Self { reader: pool(options.read_only(true), READERS).await?, writer, _lock: Some(lock) })
    }

    async fn prepare(&self, passphrase: &str) -> Result<(), SandboxError> {
        let mut tx = self.writer.begin().await?;
        let layout: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *tx).await?;
        if layout == 0 {
            sqlx::raw_sql(include_str!("schema.sql")).execute(&mut *tx).await?;
            sqlx::query("INSERT INTO network (passphrase) VALUES (?1)")
                .bind(passphrase)
                .execute(&mut *tx)
                .await?;
            sqlx::raw_sql("PRAGMA user_version = 1").execute(&mut *tx).await?;
        } else if layout != LAYOUT {
            return Err(SandboxError::OtherLayout { found: layout, wanted: LAYOUT });
        }
        let found: String = sqlx::query_scalar("SELECT passphrase FROM network").fetch_one(&mut *tx).await?;
        if found != passphrase {
            return Err(SandboxError::OtherNetwork { found, wanted: passphrase.to_owned() });
        }
        tx.commit().await?;
        Ok(())
    }

    /// The state as of the last ledger; none in a new file.
    pub(crate) async fn load(&self, network_id: [u8; 32]) -> Result<Option<Ledger>, SandboxError> {
        let header: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT header FROM ledgers ORDER BY sequence DESC LIMIT 1")
                .fetch_optional(&self.writer)
                .await?;
        let Some(header) = header else {
            return Ok(None);
        };
        let mut ledger = Ledger::new(network_id, LedgerHeader::from_xdr(header, LIMITS)?);
        let entries: Vec<Vec<u8>> =
            sqlx::query_scalar("SELECT entry FROM entries").fetch_all(&self.writer).await?;
        for entry in entries {
            let entry = LedgerEntry::from_xdr(entry, LIMITS)?;
            ledger.restore(entry.to_key(), Some(entry));
        }
        Ok(Some(ledger))
    }
}

fn lock(path: &Path) -> Result<File, SandboxError> {
    let beside = path.with_added_extension("lock");
    let failed = |source| SandboxError::Lock { path: beside.clone(), source };
    let file = File::create(&beside).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SandboxError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

async fn pool(options: SqliteConnectOptions, connections: u32) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        // Where SQLite has rolled back by itself, as on a full disk, sqlx does not know, and would put all that follows
        // inside a transaction that never ends.
        .after_release(|connection, _| {
            Box::pin(async move { Ok(connection.ping().await.is_ok() && !connection.is_in_transaction()) })
        })
        .connect_with(options)
        .await
}
