//! `work --only NAME [--once | --interval S]`: a part of the work, once or in a loop.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use tokio_util::sync::CancellationToken;
use windlass_workers::Runner;

use crate::cli;

/// Which work a process does, and how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Its names; all where none is named.
    pub only: Vec<String>,
    /// How often.
    pub rounds: Rounds,
}

/// How often work is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounds {
    /// Until the process is stopped.
    #[default]
    Always,
    /// What is due now, and then the process ends.
    Once,
    /// What is due now, and again after that time, until the process is stopped.
    Every(Duration),
}

impl From<cli::Work> for Work {
    fn from(options: cli::Work) -> Self {
        let rounds = match (options.once, options.interval) {
            (true, _) => Rounds::Once,
            (false, Some(interval)) => Rounds::Every(interval),
            (false, None) => Rounds::Always,
        };
        Self { only: options.only, rounds }
    }
}

impl Work {
    /// Works. Once there is nothing left to wait for, it ends by itself.
    ///
    /// # Errors
    /// Where a name is of no work.
    pub(crate) fn begin(
        &self,
        runner: Runner,
        stop: CancellationToken,
    ) -> Result<impl Future<Output = ()> + Send + use<>> {
        let (runner, rounds) = (runner.only(&self.only)?, self.rounds);
        Ok(async move {
            if rounds == Rounds::Always {
                return runner.run(stop).await;
            }
            let runner = Arc::new(runner);
            loop {
                runner.run_once(&stop).await;
                let Rounds::Every(interval) = rounds else { return };
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(interval) => {}
                }
            }
        })
    }
}
