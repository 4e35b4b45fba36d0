//! A clock that stands still, ids in order, and a rail that does as a test tells it.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use time::{Duration, OffsetDateTime, macros::datetime};
use uuid::Uuid;
use windlass_domain::ports::{
    Clock, CreditPage, Cursor, DepositInstructions, Ids, PayoutOrder, PayoutOutcome, Rail, RailCapabilities,
    RailError,
};

pub(crate) const START: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

/// Stands still until it is moved.
pub(crate) struct ManualClock(Mutex<OffsetDateTime>);

impl Default for ManualClock {
    fn default() -> Self {
        Self(Mutex::new(START))
    }
}

impl ManualClock {
    pub(crate) fn pass(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}

/// Ids one after the other, and random bytes that can be told beforehand.
#[derive(Default)]
pub(crate) struct OrderedIds {
    last: AtomicU64,
    told: Mutex<VecDeque<[u8; 10]>>,
}

impl OrderedIds {
    /// The next times that ten random bytes are asked for, these come.
    pub(crate) fn tell(&self, bytes: impl IntoIterator<Item = [u8; 10]>) {
        self.told.lock().unwrap().extend(bytes);
    }
}

impl Ids for OrderedIds {
    fn id(&self) -> Uuid {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        Uuid::from_u64_pair(0x0195_5600_0000_7000, 0x8000_0000_0000_0000 | number)
    }

    fn random(&self, bytes: &mut [u8]) {
        if bytes.len() == 10
            && let Some(told) = self.told.lock().unwrap().pop_front()
        {
            bytes.copy_from_slice(&told);
            return;
        }
        for chunk in bytes.chunks_mut(8) {
            let number = self.last.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&number.to_be_bytes()[..chunk.len()]);
        }
    }
}

/// A bank that says where to pay, unless it is closed, and remembers for which references it was asked.
#[derive(Default)]
pub(crate) struct FakeRail {
    pub(crate) closed: Mutex<bool>,
    pub(crate) asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Rail for FakeRail {
    fn name(&self) -> &'static str {
        "bank"
    }

    fn capabilities(&self) -> RailCapabilities {
        RailCapabilities { idempotent: true, queryable: true }
    }

    async fn deposit_instructions(&self, reference: &str) -> Result<DepositInstructions, RailError> {
        self.asked.lock().unwrap().push(reference.to_owned());
        if *self.closed.lock().unwrap() {
            return Err(RailError::Unknown("no answer".to_owned()));
        }
        Ok(DepositInstructions { fields: vec![] })
    }

    async fn credits(&self, _: Option<&Cursor>, _: u32) -> Result<CreditPage, RailError> {
        unreachable!("commands read no statement")
    }

    async fn pay_out(&self, _: &PayoutOrder) -> Result<PayoutOutcome, RailError> {
        unreachable!("commands instruct nobody")
    }

    async fn payout(&self, _: &str) -> Result<Option<PayoutOutcome>, RailError> {
        unreachable!("commands ask after no payout")
    }
}
