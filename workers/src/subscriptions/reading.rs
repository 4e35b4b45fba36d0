//! Where a subscription reads, which may be ahead of its checkpoint by events that are not for it.

use std::time::Duration;

use tokio::time::Instant;
use windlass_store::{LogPosition, Subscription};

/// After so many events that were not for the handler, the checkpoint is written nevertheless.
const PASSED_OVER: u64 = 10_000;
/// And after so long.
const UNWRITTEN: Duration = Duration::from_secs(1);
/// How often the log is looked at when nothing tells of appends.
const POLL: Duration = Duration::from_millis(250);
/// And right after something has happened: what is still below the horizon shows without another word.
const SOONEST: Duration = Duration::from_millis(10);

/// Where a subscription reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    generation: i64,
    checkpoint: LogPosition,
    /// The last event that is done or passed over.
    pub(super) at: LogPosition,
    passed_over: u64,
    written: Instant,
    stirred: Instant,
}

impl Reading {
    /// From the checkpoint; further on where `known` has already passed events over that are not the handler's.
    pub(super) fn of(row: &Subscription, known: Option<Self>) -> Self {
        let now = Instant::now();
        let known = known.filter(|known| known.generation == row.generation);
        let stirred = known.map_or(now, |known| known.stirred);
        match known {
            Some(known) if known.checkpoint == row.at => known,
            _ => Self {
                generation: row.generation,
                checkpoint: row.at,
                at: row.at,
                passed_over: 0,
                written: now,
                stirred,
            },
        }
    }

    /// There was something to see.
    pub(super) fn stir(&mut self) {
        self.stirred = Instant::now();
    }

    /// Events up to there are not for the handler.
    pub(super) fn pass_over(&mut self, to: LogPosition, events: usize) {
        self.at = to;
        self.passed_over += events as u64;
        self.stir();
    }

    /// Whether the checkpoint should follow, although nothing was handled.
    pub(super) fn is_due(&self) -> bool {
        self.at > self.checkpoint && (self.passed_over >= PASSED_OVER || self.written.elapsed() >= UNWRITTEN)
    }

    /// The checkpoint is where it reads.
    pub(super) fn wrote(&mut self, at: LogPosition) {
        (self.checkpoint, self.at, self.passed_over, self.written) = (at, at, 0, Instant::now());
        self.stir();
    }

    /// How long to wait before the log is looked at again.
    pub(super) fn patience(&self) -> Duration {
        (self.stirred.elapsed() / 4).clamp(SOONEST, POLL)
    }
}
