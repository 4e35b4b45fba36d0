//! The Stellar ledger, as far as an anchor needs it.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use windlass_stellar::{AccountId, Memo, MuxedAccount, StellarAsset, Stroops, TransactionHash};

/// Reads the ledger and hands transactions to it.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// The account as of one ledger; `None` only where the ledger says for certain that there is none (SEP10-T06).
    async fn account(&self, account: AccountId) -> Result<Option<LedgerAccount>, LedgerError>;

    /// Hands in a signed envelope (base64 XDR). What it answers is proof only where [`Submission`] says so.
    async fn submit(&self, envelope: &str) -> Result<Submission, LedgerError>;

    /// The transaction of that hash, if this replica has it in a closed ledger. `None` proves nothing.
    async fn transaction(&self, hash: TransactionHash) -> Result<Option<LedgerTransaction>, LedgerError>;

    /// What `account` received after `cursor` (or from the beginning of its history), oldest first, at most `limit` records.
    async fn payments(
        &self,
        account: AccountId,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<PaymentPage, LedgerError>;

    /// As [`Ledger::payments`], but waits up to `wait` for the first one; an empty page if none came.
    async fn await_payments(
        &self,
        account: AccountId,
        cursor: Option<&Cursor>,
        wait: Duration,
    ) -> Result<PaymentPage, LedgerError>;

    /// The header of that closed ledger, or of the latest.
    async fn ledger(&self, sequence: Option<u32>) -> Result<LedgerHeader, LedgerError>;

    /// What transactions pay at present.
    async fn fee_stats(&self) -> Result<FeeStats, LedgerError>;
}

/// Why the ledger could not be asked. None of these says anything about a transaction's fate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// No connection, no answer in time, or a server-side error: try again later.
    #[error("the Stellar network cannot be reached: {0}")]
    Unavailable(String),
    /// Too many requests: try again after that time.
    #[error("Horizon asks to wait {0:?} before the next request")]
    RateLimited(Duration),
    /// An answer that makes no sense.
    #[error("Horizon gave an answer that cannot be read: {0}")]
    Malformed(String),
    /// The request itself was refused; asking again will not help.
    #[error("Horizon refused the request: {0}")]
    Refused(String),
    /// The cursor is older than the history that is kept: going on from here would miss payments.
    #[error("the cursor {cursor} is older than Horizon's history, which begins at ledger {oldest}")]
    BeforeHistory {
        /// The cursor.
        cursor: Cursor,
        /// The first ledger that is kept.
        oldest: u32,
    },
    /// The cursor is ahead of the latest ledger: this replica lags, or the network was reset. Where it lasts, an
    /// operator must look; waiting until the ledgers have caught up would miss payments on a network that was reset.
    #[error("the cursor {cursor} is ahead of Horizon's latest ledger {latest}")]
    AheadOfHistory {
        /// The cursor.
        cursor: Cursor,
        /// The latest ledger.
        latest: u32,
    },
}

/// A place in an account's history; opaque, kept as given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An account, as one replica saw it at one ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerAccount {
    /// The account.
    pub id: AccountId,
    /// The sequence number that its last transaction used.
    pub sequence: i64,
    /// The ledger which this answer is of; `None` where the replica does not say.
    pub as_of: Option<u32>,
    /// XLM and all trustlines.
    pub balances: Vec<LedgerBalance>,
    /// The weights that operations need.
    pub thresholds: Thresholds,
    /// Who may sign, the master key included.
    pub signers: Vec<LedgerSigner>,
    /// Whether payments need a memo (SEP-29, data entry `config.memo_required`).
    pub memo_required: bool,
}

impl LedgerAccount {
    /// The balance in that asset: `None` without a trustline.
    pub fn balance(&self, asset: &StellarAsset) -> Option<&LedgerBalance> {
        self.balances.iter().find(|balance| balance.asset == *asset)
    }
}

/// What an account has of an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerBalance {
    /// The asset, with its issuer.
    pub asset: StellarAsset,
    /// How much of it.
    pub balance: Stroops,
    /// The most that the trustline takes; `None` for XLM.
    pub limit: Option<Stroops>,
    /// Reserved for offers to buy; counts against the limit.
    pub buying_liabilities: Stroops,
    /// Whether the issuer lets the account hold it; true for XLM.
    pub authorized: bool,
}

/// The weights that an account's operations need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Thresholds {
    /// For the least dangerous operations.
    pub low: u8,
    /// For payments.
    pub medium: u8,
    /// For changes of signers.
    pub high: u8,
}

/// A key that may sign for an account. Only ed25519 keys: hash and pre-authorised signers sign no challenge (SEP10-T07).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerSigner {
    /// The key, as an address.
    pub key: AccountId,
    /// How much its signature counts; 0 to 255.
    pub weight: u8,
}

/// A transaction in a closed ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerTransaction {
    /// Its hash; of the inner transaction where a fee bump carried it.
    pub hash: TransactionHash,
    /// The ledger.
    pub ledger: u32,
    /// When that ledger closed.
    pub closed_at: OffsetDateTime,
    /// Whether it took effect; a failed one cost its fee and its sequence number.
    pub successful: bool,
    /// The fee that was taken.
    pub fee_charged: Stroops,
    /// Result codes, for a failed one.
    pub codes: ResultCodes,
}

/// Result codes as Horizon names them, such as `tx_failed` and `op_no_trust`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultCodes {
    /// Of the transaction.
    pub transaction: String,
    /// Of each operation, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
}

impl fmt::Display for ResultCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.transaction)?;
        for code in &self.operations {
            write!(f, " {code}")?;
        }
        Ok(())
    }
}

/// What came of handing in an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// In a closed ledger, with effect or failed: its fate is known.
    Closed(LedgerTransaction),
    /// Refused at the door. On the very first send nothing happened; on a resend this proves nothing.
    Refused(ResultCodes),
    /// Waiting, timed out or unclear: it may yet come into a ledger.
    Unknown(String),
}

/// Payments that an account received, and where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentPage {
    /// Oldest first.
    pub payments: Vec<ReceivedPayment>,
    /// The place after the last record that was looked at (payments out included); `None` where nothing is new.
    pub next: Option<Cursor>,
}

/// One payment that an account received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedPayment {
    /// The transaction.
    pub transaction: TransactionHash,
    /// Which operation in it, from 1.
    pub operation: u32,
    /// Which of the changes that a contract call made, from 0; 0 for all other operations.
    #[serde(default)]
    pub change: u32,
    /// How the money moved.
    pub kind: PaymentKind,
    /// The ledger.
    pub ledger: u32,
    /// When that ledger closed.
    #[serde(with = "time::serde::rfc3339")]
    pub closed_at: OffsetDateTime,
    /// Who paid.
    pub from: MuxedAccount,
    /// Who received, with the user id if one was addressed.
    pub to: MuxedAccount,
    /// What arrived: the asset at the destination, with its issuer.
    pub asset: StellarAsset,
    /// How much arrived at the destination.
    pub amount: Stroops,
    /// The transaction's memo.
    pub memo: Memo,
}

/// How money reached an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    /// A payment.
    Payment,
    /// A path payment; what counts is what arrived.
    PathPayment,
    /// The account's creation.
    CreateAccount,
    /// Another account merged into this one.
    AccountMerge,
    /// A contract moved it. Where no account stands behind that, `from` is the account that called the contract.
    ContractTransfer,
}

/// A closed ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerHeader {
    /// Its number.
    pub sequence: u32,
    /// When it closed.
    pub closed_at: OffsetDateTime,
}

/// What transactions pay per operation, in stroops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeStats {
    /// The least that the network takes.
    pub base: Stroops,
    /// What nine of ten recent transactions offered at most.
    pub p90: Stroops,
}
