//! One append: every check first, then every write.

use time::OffsetDateTime;

use super::state::State;
use crate::planned_row::PlannedRow;
use crate::timestamp::whole_micros;
use crate::{Append, AppendError, Appended, Reservation};

impl State {
    pub(super) fn append(
        &mut self,
        append: Append,
        rows: Vec<(&'static str, PlannedRow)>,
        now: OffsetDateTime,
    ) -> Result<Appended, AppendError> {
        match self.refusal(&append) {
            Some(refusal) => Err(refusal),
            None => Ok(self.apply(append, rows, now)),
        }
    }

    fn refusal(&self, append: &Append) -> Option<AppendError> {
        self.repeated(append)
            .or_else(|| self.lease_lost(append))
            .or_else(|| self.cursor_moved(append))
            .or_else(|| self.conflict(append))
            .or_else(|| self.reserved(append))
            .or_else(|| self.tasks.duplicate(append).map(AppendError::exists))
    }

    fn repeated(&self, append: &Append) -> Option<AppendError> {
        let key = append.key.as_ref()?;
        let (fingerprint, outcome) = self.commands.get(&key.key)?;
        Some(AppendError::Repeated {
            fingerprint_matches: *fingerprint == key.fingerprint,
            outcome: outcome.clone(),
        })
    }

    fn lease_lost(&self, append: &Append) -> Option<AppendError> {
        let lost = !self.tasks.holds(append.settle.as_ref()?.lease());
        lost.then_some(AppendError::LeaseLost)
    }

    fn cursor_moved(&self, append: &Append) -> Option<AppendError> {
        let cursor = append.cursor.as_ref()?;
        let actual = self.cursors.get(&cursor.name);
        (actual != cursor.from.as_ref())
            .then(|| AppendError::CursorMoved { name: cursor.name.clone(), actual: actual.cloned() })
    }

    fn conflict(&self, append: &Append) -> Option<AppendError> {
        let stale =
            append.changes().find(|change| self.log.version(&change.stream) != change.history.len())?;
        Some(AppendError::Conflict { stream: stale.stream.clone() })
    }

    fn reserved(&self, append: &Append) -> Option<AppendError> {
        append.reservations.iter().find_map(|new| {
            let name = (new.kind, new.key.clone());
            let held = self.reservations.get(&name)?;
            (!append.releases.contains(&name)).then(|| AppendError::Reserved {
                kind: new.kind,
                key: new.key.clone(),
                owner: held.owner.clone(),
            })
        })
    }

    fn apply(
        &mut self,
        append: Append,
        rows: Vec<(&'static str, PlannedRow)>,
        now: OffsetDateTime,
    ) -> Appended {
        if let Some(key) = append.key {
            self.commands.insert(key.key, (key.fingerprint, key.outcome));
        }
        if let Some(cursor) = append.cursor {
            self.cursors.insert(cursor.name, cursor.to);
        }
        for name in &append.releases {
            self.reservations.remove(name);
        }
        for new in append.reservations {
            let held = Reservation { expires_at: new.expires_at.map(whole_micros), ..new };
            self.reservations.insert((held.kind, held.key.clone()), held);
        }
        self.tasks.apply(append.settle, &append.cancel_tasks, append.tasks);
        for (projection, row) in rows {
            let rows = self.rows.entry(projection).or_default();
            rows.insert(row.key, (row.sequence, row.values));
        }
        let streams = append.streams.into_iter();
        Appended { streams: streams.map(|new| self.log.append(new, now)).collect() }
    }
}
