//! A clock that goes with tokio's, which in these tests stands still until everybody waits; and ids in order.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use time::{Duration, OffsetDateTime, macros::datetime};
use tokio::time::Instant;
use uuid::Uuid;
use windlass_domain::ports::{Clock, Ids};

pub(crate) const START: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

/// Tokio's time, and what a test lets pass besides.
pub(crate) struct TestClock {
    began: Instant,
    passed: Mutex<Duration>,
}

impl TestClock {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), passed: Mutex::new(Duration::ZERO) }
    }

    pub(crate) fn pass(&self, time: Duration) {
        *self.passed.lock().unwrap() += time;
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        START + self.began.elapsed() + *self.passed.lock().unwrap()
    }
}

#[derive(Default)]
pub(crate) struct OrderedIds(AtomicU64);

impl Ids for OrderedIds {
    fn id(&self) -> Uuid {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Uuid::from_u64_pair(0x0195_5600_0000_7000, 0x8000_0000_0000_0000 | number)
    }

    fn random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&number.to_be_bytes()[..chunk.len()]);
        }
    }
}
