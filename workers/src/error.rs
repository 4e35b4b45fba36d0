//! Why a step did not get to its end, by what happens next.

use std::time::Duration;

use windlass_commands::CommandError;
use windlass_domain::{
    ports::{LedgerError, RailError},
    transfer::Refusal,
};
use windlass_projections::{QueryError, seal::SealError};
use windlass_store::StoreError;
use windlass_vault::VaultError;

/// However long the other side asks to wait, it is asked again after this.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// A step did not get to its end.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// Passing: tried again with back-off, for as long as it takes.
    #[error("{0}")]
    Transient(String),
    /// Passing, and the other side said how long.
    #[error("asked to wait {0:?}")]
    Wait(Duration),
    /// Trying again will not help: parked for an operator.
    #[error("{0}")]
    NeedsOperator(String),
    /// Somebody else has the work now.
    #[error("somebody else has taken the work over")]
    Superseded,
}

impl From<CommandError> for StepError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::LeaseLost | CommandError::CursorMoved => Self::Superseded,
            CommandError::Store(error) => error.into(),
            CommandError::Vault(error) => error.into(),
            // It ended while the step was at work: the next look finds nothing left to do.
            CommandError::Refused(Refusal::Closed(_))
            | CommandError::Contended
            | CommandError::SequenceTaken(_)
            | CommandError::HeldBack
            | CommandError::Rail(_) => Self::Transient(error.to_string()),
            CommandError::Refused(_)
            | CommandError::TransactionRefused(_)
            | CommandError::AlreadyObserved(_)
            | CommandError::NotOffered
            | CommandError::AlreadyUsed
            | CommandError::NoReason(_)
            | CommandError::UnknownPerson(_)
            | CommandError::NoVaultReference
            | CommandError::Malformed { .. }
            | CommandError::Unexpected(_) => Self::NeedsOperator(error.to_string()),
        }
    }
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        match error {
            // The events themselves do not fit; all else is the database's trouble, and passes when that is mended.
            StoreError::Projection { .. } => Self::NeedsOperator(error.to_string()),
            _ => Self::Transient(error.to_string()),
        }
    }
}

impl From<VaultError> for StepError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => error.into(),
            VaultError::ErasedMeanwhile
            | VaultError::NoRandomness(_)
            | VaultError::WrongMasterKey
            | VaultError::MissingMasterKey
            | VaultError::FormerKeyInUse => Self::Transient(error.to_string()),
            VaultError::Erased(_)
            | VaultError::Unknown(_)
            | VaultError::SeedExists(_)
            | VaultError::Tampered(_)
            | VaultError::TooLarge => Self::NeedsOperator(error.to_string()),
        }
    }
}

impl From<LedgerError> for StepError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::RateLimited(wait) => Self::Wait(wait.min(LONGEST_WAIT)),
            // Even an answer that makes no sense, or a refusal, is often a proxy's or a provider's fault and passes with
            // it; where it lasts it is loud in the log. Ahead of the history is a replica that lags, or a network that
            // was reset.
            LedgerError::Unavailable(_)
            | LedgerError::Malformed(_)
            | LedgerError::Refused(_)
            | LedgerError::AheadOfHistory { .. } => Self::Transient(error.to_string()),
            LedgerError::BeforeHistory { .. } => Self::NeedsOperator(error.to_string()),
        }
    }
}

impl From<RailError> for StepError {
    fn from(error: RailError) -> Self {
        Self::Transient(error.to_string())
    }
}

impl From<QueryError> for StepError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Malformed { .. } => Self::NeedsOperator(error.to_string()),
            QueryError::Store(error) => error.into(),
        }
    }
}

impl From<SealError> for StepError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Store(error) => error.into(),
            // The log's past is not what it was: nobody but a person can say what follows.
            _ => Self::NeedsOperator(error.to_string()),
        }
    }
}
