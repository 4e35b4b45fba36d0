//! The steps: each takes one task and ends in one command.

mod expire;
mod pay;
mod pay_out;
mod submit;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use time::OffsetDateTime;
use windlass_commands::TaskLease;

pub use expire::Expire;
pub use pay::Pay;
pub use pay_out::PayOut;
pub use submit::Submit;

use crate::{Ports, StepError};

/// One kind of task.
#[async_trait]
pub trait Step: Send + Sync {
    /// Which tasks.
    fn kind(&self) -> &'static str;

    /// How many of them one process may have under way at once.
    fn concurrency(&self) -> usize;

    /// The longest that it may take; it is cut off then, long before its lease ends.
    fn time_limit(&self) -> Duration {
        Duration::from_secs(75)
    }

    /// Does it.
    async fn run(&self, task: &TaskLease) -> Result<Outcome, StepError>;
}

/// What becomes of the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A command has settled it.
    Settled,
    /// Nothing is left to do.
    Finished,
    /// Not yet: once more at that time.
    Again(OffsetDateTime),
    /// It is another's turn: once more after that time. The task is kept until then, so that waiting writes nothing.
    NotYet(Duration),
}

/// Every step.
pub fn steps(ports: &Ports) -> Vec<Arc<dyn Step>> {
    vec![
        Arc::new(Expire(ports.clone())),
        Arc::new(Pay(ports.clone())),
        Arc::new(Submit(ports.clone())),
        Arc::new(PayOut(ports.clone())),
    ]
}

/// A task's key as the id that it is.
fn key<T: std::str::FromStr>(task: &TaskLease) -> Result<T, StepError> {
    task.key.parse().map_err(|_| StepError::NeedsOperator(format!("the task's key '{}' is no id", task.key)))
}
