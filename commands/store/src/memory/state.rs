//! Everything that the memory store holds.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::leases::Leases;
use super::log::Log;
use super::tasks::Tasks;
use crate::Reservation;

type Rows = BTreeMap<String, (u64, Map<String, Value>)>;

#[derive(Default)]
pub(super) struct State {
    pub(super) log: Log,
    pub(super) tasks: Tasks,
    pub(super) leases: Leases,
    pub(super) reservations: BTreeMap<(&'static str, String), Reservation>,
    pub(super) cursors: BTreeMap<String, String>,
    /// Fingerprint and outcome by idempotency key.
    pub(super) commands: BTreeMap<String, (Vec<u8>, String)>,
    /// Inline rows by projection.
    pub(super) rows: BTreeMap<&'static str, Rows>,
}

impl State {
    pub(super) fn drop_expired_reservations(&mut self, now: OffsetDateTime, limit: u32) -> u64 {
        let expired: Vec<_> = self
            .reservations
            .iter()
            .filter(|(_, held)| held.expires_at.is_some_and(|at| at <= now))
            .map(|(name, _)| name.clone())
            .take(limit as usize)
            .collect();
        for name in &expired {
            self.reservations.remove(name);
        }
        expired.len() as u64
    }
}
