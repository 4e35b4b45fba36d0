//! Appends of every part, and the statements that groups of them lead to.

use std::sync::Arc;

use serde_json::json;
use time::OffsetDateTime;

use super::super::append::statement;
use super::{append, change};
use crate::planned_row::plan_rows;
use crate::sql::job::AppendJob;
use crate::sql::part::Parts;
use crate::sql::projected::{Builds, Projected};
use crate::{
    Append, CursorMove, Dialect, IdempotencyKey, InlineProjection, InlineRow, LogPosition, NewTask,
    ProjectionError, RecordedEvent, Reservation, Settle, StreamChange, Table, TaskLease,
};

/// Counts each transfer's events. No two transfers may have the same first letter.
pub(super) struct Counts;

impl InlineProjection for Counts {
    fn name(&self) -> &'static str {
        "counts"
    }

    fn version(&self) -> u32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["Transfer"]
    }

    fn table(&self) -> Table {
        Table { name: "counts", key: &["key"] }
    }

    fn schema(&self, _: Dialect) -> &'static str {
        "CREATE TABLE counts{build} (
            key text CONSTRAINT counts_pkey{build} PRIMARY KEY, sequence bigint NOT NULL, letter text);
         CREATE UNIQUE INDEX counts_letter{build} ON counts{build} (letter)"
    }

    fn statement(&self, _: Dialect) -> &'static str {
        "INSERT INTO counts{build} (key, sequence, letter)
         SELECT key, sequence, letter
         FROM json_to_recordset($1::json) AS r (key text, sequence bigint, letter text)
         ON CONFLICT (key) DO UPDATE SET sequence = excluded.sequence
         WHERE excluded.sequence > counts{build}.sequence"
    }

    fn rows(&self, change: &StreamChange<'_>) -> Result<Vec<InlineRow>, ProjectionError> {
        let key = change.stream.aggregate_id.clone();
        let letter: String = key.chars().take(1).collect();
        Ok(vec![InlineRow { key, values: json!({ "letter": letter }) }])
    }
}

/// One append for each part. Those that change no stream lead to no row.
pub(super) fn of_each_part(projected: &Projected) -> Vec<AppendJob> {
    let now = OffsetDateTime::UNIX_EPOCH;
    let lease = TaskLease {
        id: 1,
        kind: "pay".to_owned(),
        key: "t".to_owned(),
        sequence: 1,
        payload: String::new(),
        attempts: 1,
        generation: 1,
        leased_until: now,
    };
    let cursor = |from: Option<&str>| CursorMove {
        name: "c".to_owned(),
        from: from.map(str::to_owned),
        to: "1".to_owned(),
    };
    let task = NewTask { kind: "pay", key: "t".to_owned(), sequence: 2, payload: String::new(), due_at: now };
    let name =
        Reservation { kind: "memo", key: "1".to_owned(), owner: "t".to_owned(), expires_at: Some(now) };
    let key = IdempotencyKey { key: "k".to_owned(), fingerprint: b"f".to_vec(), outcome: "done".to_owned() };
    let mut unseen = append("u", vec![]);
    unseen.streams[0].stream.aggregate_type = "Customer".into();
    let appends = [
        unseen,
        append("t", vec![recorded("t")]),
        Append { cancel_tasks: vec![("pay", "t".to_owned())], ..Append::default() },
        Append { key: Some(key), ..Append::default() },
        Append { settle: Some(Settle::Finish(lease.clone())), ..Append::default() },
        Append {
            settle: Some(Settle::Reschedule { lease, due_at: now, attempts_reset: true }),
            ..Append::default()
        },
        Append { cursor: Some(cursor(None)), ..Append::default() },
        Append { cursor: Some(cursor(Some("0"))), ..Append::default() },
        Append { releases: vec![("memo", "1".to_owned())], ..Append::default() },
        Append { reservations: vec![name], ..Append::default() },
        Append { tasks: vec![task], ..Append::default() },
    ];
    let job = |append: Append| {
        let rows = plan_rows(&projected.list, &append).unwrap();
        AppendJob::new(append, rows)
    };
    appends.map(job).into()
}

/// An event that the log has.
fn recorded(id: &str) -> RecordedEvent {
    let change = change(id, vec![]);
    let event = change.events.into_iter().next().unwrap();
    RecordedEvent {
        stream: change.stream,
        sequence: 1,
        event_type: event.event_type,
        event_version: event.event_version,
        payload: event.payload,
        metadata: event.metadata,
        at: LogPosition { tx: 1, position: 1 },
        recorded_at: OffsetDateTime::UNIX_EPOCH,
    }
}

/// The text of the statement for that group.
pub(super) fn text(group: &[&AppendJob], projected: &Projected, builds: &Builds) -> String {
    let parts = Parts::merged(group.iter().map(|job| &job.parts), builds);
    statement(group, &parts, projected, builds).unwrap().sql().to_owned()
}

/// With the projection [`Counts`].
pub(super) fn projected() -> Projected {
    Projected::new(vec![Arc::new(Counts)])
}

/// Nothing is built, and then [`Counts`] as its second build.
pub(super) fn builds() -> [Builds; 2] {
    let building = Builds { epoch: 2, suffixes: [(0, "_2".to_owned())].into() };
    [Builds::default(), building]
}
