//! Crash points: named places between two steps where a test build can die as from `kill -9`.
//!
//! Without the feature `crash-points` they are nothing at all. With it, `WINDLASS_CRASH_AT=name` aborts the process the
//! first time that it passes that place, `WINDLASS_CRASH_AT=name:3` the third time.

/// A named place at which a test build can be made to die.
#[cfg(not(feature = "crash-points"))]
pub const fn point(_name: &str) {}

/// A named place at which a test build can be made to die.
#[cfg(feature = "crash-points")]
pub fn point(name: &str) {
    use std::sync::atomic::{AtomicU32, Ordering};
    static PASSED: AtomicU32 = AtomicU32::new(0);
    let Ok(wanted) = std::env::var("WINDLASS_CRASH_AT") else { return };
    let (place, nth) = wanted.split_once(':').unwrap_or((&wanted, "1"));
    if place == name && nth.parse() == Ok(PASSED.fetch_add(1, Ordering::SeqCst) + 1) {
        std::process::abort();
    }
}
