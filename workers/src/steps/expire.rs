//! Closes transfers whose user never paid.

use async_trait::async_trait;
use windlass_commands::{TaskLease, tasks};

use super::{Outcome, Step, key};
use crate::{Ports, StepError};

/// Closes a transfer whose deadline went by; one that was funded meanwhile is left alone.
pub struct Expire(pub(super) Ports);

#[async_trait]
impl Step for Expire {
    fn kind(&self) -> &'static str {
        tasks::EXPIRE
    }

    fn concurrency(&self) -> usize {
        4
    }

    async fn run(&self, task: &TaskLease) -> Result<Outcome, StepError> {
        self.0.commands.expire(key(task)?, task).await?;
        Ok(Outcome::Settled)
    }
}
