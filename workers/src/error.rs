//! Why a step did not get to its end, by what happens next.

use std::time::Duration;

use windlass_commands::CommandError;
use windlass_domain::ports::{LedgerError, RailError};
use windlass_projections::QueryError;

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
            CommandError::Contended
            | CommandError::SequenceTaken(_)
            | CommandError::Rail(_)
            | CommandError::Vault(_)
            | CommandError::Store(_) => Self::Transient(error.to_string()),
            CommandError::Refused(_)
            | CommandError::TransactionRefused(_)
            | CommandError::AlreadyObserved(_)
            | CommandError::NotOffered
            | CommandError::AlreadyUsed
            | CommandError::NoVaultReference
            | CommandError::Malformed { .. }
            | CommandError::Unexpected(_) => Self::NeedsOperator(error.to_string()),
        }
    }
}

impl From<LedgerError> for StepError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::RateLimited(wait) => Self::Wait(wait),
            // Ahead of the history: a replica that lags, or a network that was reset; both are loud in the log.
            LedgerError::Unavailable(_) | LedgerError::AheadOfHistory { .. } => {
                Self::Transient(error.to_string())
            }
            _ => Self::NeedsOperator(error.to_string()),
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
            _ => Self::Transient(error.to_string()),
        }
    }
}
