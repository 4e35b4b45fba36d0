//! What callers ask of the writer, with the way back for the answer.

use std::collections::BTreeSet;

use sqlx::sqlite::SqliteRow;
use time::OffsetDateTime;
use tokio::sync::oneshot;

use super::part::Parts;
use super::statement::Statement;
use crate::planned_row::PlannedRow;
use crate::timestamp::whole_micros;
use crate::{Append, AppendError, Appended, LogPosition, RecordedEvent, StoreError};

pub(super) type Answer<T, E> = oneshot::Sender<Result<T, E>>;

pub(super) enum Job {
    Append(Box<AppendJob>, Answer<Appended, AppendError>),
    Write(Vec<Statement>, Answer<Vec<Vec<SqliteRow>>, StoreError>),
}

/// An append, with everything prepared that can be before its transaction.
pub(super) struct AppendJob {
    pub(super) append: Append,
    pub(super) parts: Parts,
    pub(super) footprint: BTreeSet<Touched>,
}

/// Something that an append reads or changes. Appends of one group have none in common, so the
/// order among them does not matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Touched {
    Stream(String, String),
    Row(usize, String),
    Name(&'static str, String),
    Task(String, String),
    Cursor(String),
    Command(String),
}

impl AppendJob {
    pub(super) fn new(append: Append, rows: Vec<PlannedRow>) -> Self {
        let footprint = footprint(&append, &rows);
        let parts = Parts::of(&append, rows);
        Self { append, parts, footprint }
    }

    /// The events as the log has them now.
    pub(super) fn recorded(self, positions: &mut impl Iterator<Item = i64>, now: OffsetDateTime) -> Appended {
        let streams = self.append.streams.into_iter().map(|new| {
            let first = new.history.len() as u64 + 1;
            let numbered = (first..).zip(new.events).zip(positions.by_ref());
            let recorded = numbered.map(|((sequence, event), position)| RecordedEvent {
                stream: new.stream.clone(),
                sequence,
                event_type: event.event_type,
                event_version: event.event_version,
                payload: event.payload,
                metadata: event.metadata,
                at: LogPosition { tx: 0, position },
                recorded_at: whole_micros(now),
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
