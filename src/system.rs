//! The machine's clock, and its source of randomness.

use time::OffsetDateTime;
use uuid::Uuid;
use windlass_domain::ports::{Clock, Ids};

/// The time, as the machine has it.
pub fn now() -> OffsetDateTime {
    SystemClock.now()
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// The machine's source of randomness.
#[derive(Debug)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn random(&self, bytes: &mut [u8]) {
        // Without randomness there are no keys, no memos and no nonces: nothing may go on.
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}
