//! Why the bank did not do what it was asked. No message holds a holder's name or an account's number.

use std::path::PathBuf;

/// Why a bank cannot be opened, or why it refused. Nothing was booked.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// Another process has the bank open.
    #[error(
        "the bank file {0} is in use by another process: stop that one, or give this one a file of its own"
    )]
    InUse(PathBuf),
    /// The file is something else.
    #[error("{0} is not a sandbox bank: name another file, or remove this one")]
    NotABank(PathBuf),
    /// The file was written by a newer version of this program.
    #[error("the bank file {file} has version {version}, and this program knows no newer than {known}")]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its version.
        version: i64,
        /// The newest that can be read.
        known: i64,
    },
    /// The configuration makes no sense, or contradicts what the bank holds.
    #[error("the sandbox bank's configuration: {0}")]
    Config(String),
    /// The bank has no account with the number in that field.
    #[error("{field}: the bank has no such account")]
    UnknownAccount {
        /// Where the number was given.
        field: &'static str,
    },
    /// No payout has that key.
    #[error("there is no payout with this key")]
    UnknownPayout,
    /// The account does not hold as much.
    #[error("amount: the account does not hold that much")]
    InsufficientFunds,
    /// The key names another payout, which differs from this one.
    #[error("Idempotency-Key: the key already names a payout that differs from this one")]
    KeyReused,
    /// The cursor is beyond the newest entry: it comes from another bank, or from this one before it was reset.
    #[error("after: the cursor is beyond the newest entry; this is not the bank that gave it")]
    CursorAhead,
    /// A field has no acceptable value.
    #[error("{field}: {why}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What was wrong with it, and what would be right.
        why: String,
    },
    /// That account may not do this.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// The database failed.
    #[error("the bank's database failed")]
    Storage(#[from] sqlx::Error),
    /// The database holds what the bank never wrote.
    #[error("the bank's database holds an impossible {0}")]
    Corrupt(&'static str),
}

impl BankError {
    pub(super) fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid { field, why: why.into() }
    }
}
