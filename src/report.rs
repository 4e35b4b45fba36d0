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
    told: Option<Instant>,
    /// What was done when it was first told, and when that was.
    first: Option<(Instant, u64)>,
}

impl Progress {
    /// Nothing has been told.
    pub fn new() -> Self {
        Self { told: None, first: None }
    }

    /// So many of `total` are done.
    pub fn tell(&mut self, what: &str, done: u64, total: u64) {
        let now = Instant::now();
        if self.told.is_some_and(|told| now - told < EVERY) && done < total {
            return;
        }
        self.told = Some(now);
        let (began, before) = *self.first.get_or_insert((now, done));
        let seconds = (now - began).as_secs_f64();
        let rate = done.saturating_sub(before) as f64 / seconds;
        let rate = if seconds > 0.0 { format!(" ({rate:.0}/s)") } else { String::new() };
        // Whoever closed standard error does not want to know.
        let _ = writeln!(std::io::stderr(), "{what}: {done} of {total}{rate}");
    }
}
