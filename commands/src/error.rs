//! Why a command did not happen, by what the caller can do about it.

use windlass_domain::{
    customer::NoReason, inbound_payment::AlreadyObserved, ports::RailError,
    stellar_transaction::StellarTransactionRefusal, transfer::Refusal,
};
use windlass_store::{AppendError, StoreError};
use windlass_vault::VaultError;

/// A command did not happen; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A rule of the transfer forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A rule of the envelope forbids it.
    #[error(transparent)]
    TransactionRefused(#[from] StellarTransactionRefusal),
    /// The payment is recorded already.
    #[error(transparent)]
    AlreadyObserved(#[from] AlreadyObserved),
    /// An erasure needs a reason.
    #[error(transparent)]
    NoReason(#[from] NoReason),
    /// Nobody of that name has a transfer or anything sealed.
    #[error(
        "nothing is known of '{0}': give an account (G…, M… or G…:MEMO), a customer id, or the key of a payment that came in \
        (rail:NAME:ID)"
    )]
    UnknownPerson(String),
    /// The end of the log cannot be read yet. Worth trying again.
    #[error(
        "the end of the log is not final: a transaction in the database has been open for long; end it, and try again"
    )]
    HeldBack,
    /// This anchor does not take or give the asset that way.
    #[error("this asset is not offered")]
    NotOffered,
    /// The one-time token was used before.
    #[error("this was used before")]
    AlreadyUsed,
    /// Others changed the same thing again and again. Worth trying again.
    #[error("too many changes at once; try again")]
    Contended,
    /// The worker's lease ran out and another has the task: drop the work.
    #[error("the lease on the task was lost")]
    LeaseLost,
    /// The cursor is no longer where it was: another process watches as well.
    #[error("the cursor has moved")]
    CursorMoved,
    /// The sequence number is taken by another envelope: build anew.
    #[error("sequence number {0} is already taken")]
    SequenceTaken(String),
    /// The rail gave no answer. Worth trying again.
    #[error(transparent)]
    Rail(#[from] RailError),
    /// An event names the vault by what is no reference of it.
    #[error("the payout account is no vault reference")]
    NoVaultReference,
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event in the log cannot be read, or cannot be written.
    #[error("{what} cannot be read or written: {source}")]
    Malformed {
        /// Which event.
        what: String,
        /// Why.
        source: serde_json::Error,
    },
    /// The store refused for a reason that no command of ours should meet: a fault of the program.
    #[error("the store refused: {0}")]
    Unexpected(AppendError),
}
