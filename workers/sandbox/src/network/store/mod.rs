//! The network's file: state and history in SQLite, one transaction per ledger.
//!
//! One process at a time, by a lock on a file beside it, which the system gives back when the
//! process ends.

mod append;
mod history;
mod open;

pub(crate) use history::{Direction, LedgerRecord, OperationRecord, Range, TransactionRecord};

use sqlx::SqlitePool;
use stellar_xdr::Limits;

/// What the database holds was written by this program, but a file can be damaged.
const LIMITS: Limits = Limits { depth: 500, len: 1024 * 1024 };

/// State and history of one network.
#[derive(Debug)]
pub(crate) struct Store {
    reader: SqlitePool,
    writer: SqlitePool,
    /// Held as long as the network runs.
    _lock: Option<std::fs::File>,
}
