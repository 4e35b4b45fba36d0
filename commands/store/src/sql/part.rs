//! The parts of an append: one statement each, whose parameter is a JSON array that may hold the
//! entries of a whole group.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::projected::Builds;
use crate::planned_row::PlannedRow;
use crate::timestamp::to_micros;
use crate::{Append, Settle};

/// A part, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    CancelTasks,
    InsertCommands,
    FinishTasks,
    RescheduleTasks,
    InsertCursors,
    MoveCursors,
    InsertEvents,
    Release,
    Reserve,
    InsertTasks,
    /// The inline rows of a projection.
    Rows {
        /// Its place in the store's list.
        projection: usize,
        /// Whether they go into the tables under construction, and not into those that are served.
        into_build: bool,
    },
}

impl Part {
    /// Whether each entry must change one row. The others may find nothing to do.
    pub(crate) fn is_exact(self) -> bool {
        !matches!(self, Self::CancelTasks | Self::Release | Self::Rows { .. })
    }
}

/// The entries of each part, as the inside of a JSON array.
#[derive(Debug, Default)]
pub(crate) struct Parts(BTreeMap<Part, Entries>);

#[derive(Debug, Default)]
pub(crate) struct Entries {
    json: String,
    pub(crate) count: usize,
}

impl Parts {
    /// The parts of one append.
    pub(crate) fn of(append: &Append, rows: Vec<PlannedRow>) -> Self {
        let mut parts = Self::default();
        for (kind, key) in &append.cancel_tasks {
            parts.add(Part::CancelTasks, &json!([kind, key]));
        }
        if let Some(key) = &append.key {
            let fingerprint = hex(&key.fingerprint);
            parts.add(Part::InsertCommands, &json!([key.key, fingerprint, key.outcome]));
        }
        match &append.settle {
            Some(Settle::Finish(lease)) => {
                parts.add(Part::FinishTasks, &json!([lease.id, lease.generation]));
            }
            Some(Settle::Reschedule { lease, due_at, attempts_reset }) => {
                let due_at = to_micros(*due_at);
                let entry = json!([lease.id, lease.generation, due_at, attempts_reset]);
                parts.add(Part::RescheduleTasks, &entry);
            }
            None => {}
        }
        if let Some(cursor) = &append.cursor {
            match &cursor.from {
                None => parts.add(Part::InsertCursors, &json!([cursor.name, cursor.to])),
                Some(from) => parts.add(Part::MoveCursors, &json!([cursor.name, from, cursor.to])),
            }
        }
        parts.count_events(append);
        for (kind, key) in &append.releases {
            parts.add(Part::Release, &json!([kind, key]));
        }
        for new in &append.reservations {
            let expires_at = new.expires_at.map(to_micros);
            parts.add(Part::Reserve, &json!([new.kind, new.key, new.owner, expires_at]));
        }
        for task in &append.tasks {
            let due_at = to_micros(task.due_at);
            let entry = json!([task.kind, task.key, task.sequence, task.payload, due_at]);
            parts.add(Part::InsertTasks, &entry);
        }
        parts.add_rows(rows);
        parts
    }

    /// The parts of a group. Rows of a projection that is being built are written twice.
    pub(crate) fn merged<'a>(group: impl Iterator<Item = &'a Self>, builds: &Builds) -> Self {
        let mut merged = Self::default();
        for (part, entries) in group.flat_map(|parts| &parts.0) {
            merged.0.entry(*part).or_default().push(&entries.json, entries.count);
            if let Part::Rows { projection, into_build: false } = *part
                && builds.suffixes.contains_key(&projection)
            {
                let twin = Part::Rows { projection, into_build: true };
                merged.0.entry(twin).or_default().push(&entries.json, entries.count);
            }
        }
        merged
    }

    /// Whether there is such a part.
    pub(crate) fn has(&self, part: Part) -> bool {
        self.0.contains_key(&part)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Part, &Entries)> {
        self.0.iter().map(|(part, entries)| (*part, entries))
    }

    fn add(&mut self, part: Part, entry: &Value) {
        self.0.entry(part).or_default().push(&entry.to_string(), 1);
    }

    /// Each database gets the events in its own way; here they are only counted.
    fn count_events(&mut self, append: &Append) {
        let count: usize = append.changes().map(|change| change.events.len()).sum();
        if count > 0 {
            self.0.entry(Part::InsertEvents).or_default().count += count;
        }
    }

    fn add_rows(&mut self, rows: Vec<PlannedRow>) {
        for row in rows {
            let part = Part::Rows { projection: row.projection, into_build: false };
            self.add(part, &Value::Object(row.into_object()));
        }
    }
}

impl Entries {
    fn push(&mut self, json: &str, count: usize) {
        if !self.json.is_empty() && !json.is_empty() {
            self.json.push(',');
        }
        self.json.push_str(json);
        self.count += count;
    }

    /// The statement's parameter.
    pub(crate) fn json(&self) -> String {
        format!("[{}]", self.json)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
