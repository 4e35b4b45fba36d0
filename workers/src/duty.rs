//! Work that is done over and over, by one process at a time.

use async_trait::async_trait;

use crate::StepError;

/// Work that is done over and over. Its lease keeps others from doing it as well; that they might is never more than a
/// waste, because cursors are compared and set.
#[async_trait]
pub trait Duty: Send + Sync {
    /// Its name, which is also its lease's.
    fn name(&self) -> String;

    /// Once. It may wait for something to happen, up to about ten seconds.
    async fn turn(&self) -> Result<Turn, StepError>;

    /// How long to rest after a turn in which there was nothing to do.
    fn rest(&self) -> std::time::Duration;

    /// Told once when the process is to end. One that says true ends its turn soon by itself, and is waited for; the turn
    /// of any other is dropped where it is.
    fn stop(&self) -> bool {
        false
    }
}

/// What a turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// There may be more: again at once.
    Worked,
    /// There was nothing to do: rest first.
    Idle,
}
