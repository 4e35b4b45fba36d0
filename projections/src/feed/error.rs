//! Why a handler could not handle, by what happens next.

use windlass_store::StoreError;

/// A handler could not do its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandlerError {
    /// It will pass: tried again with back-off, for as long as it takes. Loud in the log after ten times.
    #[error("{0}")]
    Transient(String),
    /// Trying again will not help: the subscription is parked at the event until an operator retries or skips it.
    #[error("{0}")]
    Permanent(String),
}

impl From<StoreError> for HandlerError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy
            | StoreError::Unavailable { .. }
            | StoreError::TooSlow { .. }
            | StoreError::Full
            | StoreError::ReadOnly { .. } => Self::Transient(error.to_string()),
            _ => Self::Permanent(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for HandlerError {
    /// An event that cannot be read will not be readable later.
    fn from(error: serde_json::Error) -> Self {
        Self::Permanent(format!("the event cannot be read: {error}"))
    }
}
