//! Waiting, with one limit for the whole demo.

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

use reqwest::Url;
use tokio::time::sleep;

use super::DemoError;

/// The pause after the first look; each is half as long again as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause: an anchor shall not be hurried.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The time that is left for everything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    started: Instant,
    limit: Duration,
}

impl Patience {
    /// From now on, that long.
    pub fn new(limit: Duration) -> Self {
        Self { started: Instant::now(), limit }
    }

    /// How long it has been.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// How long it has been, in seconds to the millisecond.
    pub fn seconds(&self) -> f64 {
        (self.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
    }

    /// Begins to wait for something that is looked for at `url`.
    pub fn wait_for(&self, awaited: impl Into<String>, url: &Url) -> Wait {
        Wait { patience: *self, awaited: awaited.into(), url: url.clone(), pause: FIRST_PAUSE }
    }
}

/// Waiting for one thing.
#[derive(Debug)]
pub(super) struct Wait {
    patience: Patience,
    awaited: String,
    url: Url,
    pause: Duration,
}

impl Wait {
    /// Pauses before the next look; `last` is what the last one saw.
    ///
    /// # Errors
    /// [`DemoError::TimeOver`] once the time is over.
    pub async fn pause(&mut self, last: impl Display) -> Result<(), DemoError> {
        let left = self.patience.limit.saturating_sub(self.patience.elapsed());
        if left.is_zero() {
            return Err(DemoError::TimeOver {
                awaited: self.awaited.clone(),
                last: last.to_string(),
                url: self.url.clone(),
                limit: self.patience.limit,
            });
        }
        sleep(self.pause.min(left)).await;
        self.pause = (self.pause * 3 / 2).min(LONGEST_PAUSE);
        Ok(())
    }
}
