//! Forgets spent challenges and used links whose time is over.

use std::time::Duration;

use async_trait::async_trait;

use crate::{Duty, Ports, StepError, Turn};

/// How many are forgotten at once, so that nobody waits behind it.
const BATCH: u32 = 500;

/// Forgets what has expired.
pub struct ForgetExpired(pub(super) Ports);

#[async_trait]
impl Duty for ForgetExpired {
    fn name(&self) -> String {
        "forget_expired".to_owned()
    }

    fn rest(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn turn(&self) -> Result<Turn, StepError> {
        let forgotten = self.0.commands.forget_expired_reservations(BATCH).await?;
        Ok(if forgotten == u64::from(BATCH) { Turn::Worked } else { Turn::Idle })
    }
}
