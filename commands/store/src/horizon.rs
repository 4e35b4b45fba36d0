//! Up to where the log is final.

use time::OffsetDateTime;

/// Up to where the log is final: every event of a transaction below this can be read, and none can appear any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Horizon {
    /// The oldest transaction that is still running, as events number them; `i64::MAX` where there is a single writer.
    pub tx: i64,
    /// Who holds it back, where that is more than a moment old.
    pub held_by: Option<HorizonHolder>,
}

/// A connection to the database whose open transaction keeps readers of the log from going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HorizonHolder {
    /// The backend's process id, for `pg_terminate_backend`.
    pub pid: i64,
    /// What it calls itself, the database and the user.
    pub application: String,
    /// What it does: `active`, `idle in transaction` and so on.
    pub state: String,
    /// Since when its transaction is open.
    pub since: OffsetDateTime,
}
