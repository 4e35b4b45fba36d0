//! What commands tell: results on standard output, progress on standard error.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

/// How often progress is told.
const EVERY: Duration = Duration::from_secs(1);

/// Prints a result.
///
/// # Errors
/// Where standard output is closed.
pub fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout().lock(), "{text}").context("standard output cannot be written")
}

/// How far something long is, told once a second.
pub struct Progress {
    began: Instant,
    told: Option<Instant>,
}

impl Progress {
    /// Begins now.
    pub fn new() -> Self {
        Self { began: Instant::now(), told: None }
    }

    /// So many of `total` are done.
    pub fn tell(&mut self, what: &str, done: u64, total: u64) {
        if self.told.is_some_and(|told| told.elapsed() < EVERY) && done < total {
            return;
        }
        self.told = Some(Instant::now());
        let rate = done as f64 / self.began.elapsed().as_secs_f64().max(0.001);
        // Whoever closed standard error does not want to know.
        let _ = writeln!(std::io::stderr(), "{what}: {done} of {total} ({rate:.0}/s)");
    }
}
