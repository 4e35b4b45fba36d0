//! Named leases.

use std::collections::BTreeMap;
use std::time::Duration;

use time::OffsetDateTime;

use crate::timestamp::{after, whole_micros};
use crate::{Lease, LeaseError};

#[derive(Default)]
pub(super) struct Leases(BTreeMap<String, Row>);

/// The row of a lease stays when it is given back, so that its generation goes on growing.
struct Row {
    owner: Option<String>,
    generation: i64,
    until: OffsetDateTime,
}

impl Leases {
    pub(super) fn acquire(
        &mut self,
        name: &str,
        owner: &str,
        now: OffsetDateTime,
        ttl: Duration,
    ) -> Option<Lease> {
        let before = self.0.get(name);
        if before.is_some_and(|row| row.owner.is_some() && row.until > now) {
            return None;
        }
        let row = Row {
            owner: Some(owner.to_owned()),
            generation: before.map_or(1, |row| row.generation + 1),
            until: whole_micros(after(now, ttl)),
        };
        let lease = Lease {
            name: name.to_owned(),
            owner: owner.to_owned(),
            generation: row.generation,
            until: row.until,
        };
        self.0.insert(name.to_owned(), row);
        Some(lease)
    }

    pub(super) fn renew(
        &mut self,
        lease: &Lease,
        now: OffsetDateTime,
        ttl: Duration,
    ) -> Result<Lease, LeaseError> {
        let row = self.held(lease)?;
        row.until = whole_micros(after(now, ttl));
        Ok(Lease { until: row.until, ..lease.clone() })
    }

    pub(super) fn release(&mut self, lease: &Lease) -> Result<(), LeaseError> {
        self.held(lease)?.owner = None;
        Ok(())
    }

    fn held(&mut self, lease: &Lease) -> Result<&mut Row, LeaseError> {
        let row = self.0.get_mut(&lease.name).ok_or(LeaseError::Lost)?;
        let held = row.generation == lease.generation && row.owner.as_ref() == Some(&lease.owner);
        held.then_some(row).ok_or(LeaseError::Lost)
    }
}
