//! An append on its way into the database.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::part::Parts;
use crate::planned_row::PlannedRow;
use crate::{Append, Appended, LogPosition, RecordedEvent};

/// An append, with everything prepared that can be before its transaction.
pub(crate) struct AppendJob {
    pub(crate) append: Append,
    pub(crate) parts: Parts,
    pub(crate) footprint: BTreeSet<Touched>,
}

/// Something that an append reads or changes. Appends of one group have none in common, so the
/// order among them does not matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Touched {
    Stream(String, String),
    Row(usize, String),
    Name(&'static str, String),
    Task(String, String),
    Cursor(String),
    Command(String),
}

impl AppendJob {
    pub(crate) fn new(append: Append, rows: Vec<PlannedRow>) -> Self {
        let footprint = footprint(&append, &rows);
        let parts = Parts::of(&append, rows);
        Self { append, parts, footprint }
    }

    /// The events as the log has them now: the next of these positions, in that transaction and at that time.
    pub(crate) fn recorded(
        &self,
        tx: i64,
        positions: &mut impl Iterator<Item = i64>,
        recorded_at: OffsetDateTime,
    ) -> Appended {
        let streams = self.append.streams.iter().map(|new| {
            let first = new.history.len() as u64 + 1;
            let numbered = (first..).zip(&new.events).zip(positions.by_ref());
            let recorded = numbered.map(|((sequence, event), position)| RecordedEvent {
                stream: new.stream.clone(),
                sequence,
                event_type: event.event_type.clone(),
                event_version: event.event_version.clone(),
                payload: event.payload.clone(),
                metadata: event.metadata.clone(),
                at: LogPosition { tx, position },
                recorded_at,
            });
            recorded.collect()
        });
        Appended { streams: streams.collect() }
    }
}

fn footprint(append: &Append, rows: &[PlannedRow]) -> BTreeSet<Touched> {
    let mut touched = BTreeSet::new();
    touched.extend(append.changes().map(|change| {
        let stream = &change.stream;
        Touched::Stream(stream.aggregate_type.to_string(), stream.aggregate_id.clone())
    }));
    touched.extend(rows.iter().map(|row| Touched::Row(row.projection, row.key.clone())));
    let reserved = append.reservations.iter().map(|new| (new.kind, &new.key));
    let released = append.releases.iter().map(|(kind, key)| (*kind, key));
    touched.extend(reserved.chain(released).map(|(kind, key)| Touched::Name(kind, key.clone())));
    let new = append.tasks.iter().map(|task| (task.kind, &task.key));
    let cancelled = append.cancel_tasks.iter().map(|(kind, key)| (*kind, key));
    let settled = append.settle.iter().map(|settle| {
        let lease = settle.lease();
        (lease.kind.as_str(), &lease.key)
    });
    let tasks = new.chain(cancelled).chain(settled);
    touched.extend(tasks.map(|(kind, key)| Touched::Task(kind.to_owned(), key.clone())));
    touched.extend(append.cursor.iter().map(|cursor| Touched::Cursor(cursor.name.clone())));
    touched.extend(append.key.iter().map(|key| Touched::Command(key.key.clone())));
    touched
}
