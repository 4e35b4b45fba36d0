//! Tasks: work that a command leaves behind, leased by one worker at a time.

use std::time::Duration;

use time::OffsetDateTime;

/// A task to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// Which step carries it out.
    pub kind: &'static str,
    /// What it is about, usually an aggregate's id. Of all tasks with one key, of whatever kind,
    /// at most one runs at a time.
    pub key: String,
    /// Unique with kind and key; usually the sequence of the event that asks for it.
    pub sequence: u64,
    /// What the step needs to know.
    pub payload: String,
    /// Not before then.
    pub due_at: OffsetDateTime,
}

/// A task that a worker has taken, until `leased_until` or until somebody else takes it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLease {
    /// The task's id.
    pub id: i64,
    /// Which step carries it out.
    pub kind: String,
    /// What it is about.
    pub key: String,
    /// Unique with kind and key.
    pub sequence: u64,
    /// What the step needs to know.
    pub payload: String,
    /// How often it was leased, this time included: 1 at the first attempt.
    pub attempts: u32,
    /// The fencing token: it grows with each lease, and whoever holds an older one is refused.
    pub generation: i64,
    /// From then on others may take it over.
    pub leased_until: OffsetDateTime,
}

/// What becomes of a task that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It is tried again, not before then.
    At(OffsetDateTime),
    /// It waits for an operator, and blocks nothing else.
    Park,
}

/// Which tasks to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskFilter {
    /// Every task.
    All,
    /// Those that wait for their time or for a worker.
    Waiting,
    /// Those that a worker has, or had when it died.
    Leased,
    /// Those that wait for an operator.
    Parked,
}

/// A task as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// The task's id.
    pub id: i64,
    /// Which step carries it out.
    pub kind: String,
    /// What it is about.
    pub key: String,
    /// Unique with kind and key.
    pub sequence: u64,
    /// What the step needs to know.
    pub payload: String,
    /// Not before then.
    pub due_at: OffsetDateTime,
    /// How often it was leased.
    pub attempts: u32,
    /// What is going on with it.
    pub state: TaskState,
    /// Why the last attempt failed, if one did.
    pub last_error: Option<String>,
}

/// What is going on with a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskState {
    /// It waits for its time or for a worker.
    Waiting,
    /// A worker has it.
    Leased {
        /// Which worker.
        owner: String,
        /// From then on others may take it over.
        until: OffsetDateTime,
    },
    /// It waits for an operator.
    Parked,
}

/// How long to wait after the given number of attempts: about 1 s after the first, doubling up to
/// 5 min. `jitter` between 0 and 1 spreads it over the upper half of that time.
pub fn backoff(attempts: u32, jitter: f64) -> Duration {
    const FIRST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(300);
    let doubled = 2u32.saturating_pow(attempts.saturating_sub(1));
    let whole = FIRST.saturating_mul(doubled).min(LONGEST);
    let half = whole / 2;
    let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 0.0 };
    half + half.mul_f64(jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_limit() {
        let waits = [1, 2, 3, 9, 10, u32::MAX].map(|attempts| backoff(attempts, 1.0).as_secs());
        assert_eq!(waits, [1, 2, 4, 256, 300, 300]);
    }

    #[test]
    fn jitter_stays_in_the_upper_half_whatever_it_is() {
        for jitter in [0.0, 0.3, 1.0, 7.0, -1.0, f64::NAN, f64::INFINITY] {
            let wait = backoff(3, jitter);
            assert!(wait >= Duration::from_secs(2) && wait <= Duration::from_secs(4));
        }
    }
}
