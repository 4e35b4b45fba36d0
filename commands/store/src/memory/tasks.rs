//! Tasks and who has leased them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use time::OffsetDateTime;

use crate::timestamp::{after, whole_micros};
use crate::{Append, LeaseError, NewTask, Retry, Settle, TaskFilter, TaskLease, TaskRow, TaskState};

#[derive(Default)]
pub(super) struct Tasks {
    rows: BTreeMap<i64, Task>,
    last_id: i64,
}

struct Task {
    row: TaskRow,
    generation: i64,
}

impl Tasks {
    /// The first of the append's tasks that is there already and that it does not take away.
    pub(super) fn duplicate<'a>(&self, append: &'a Append) -> Option<&'a NewTask> {
        let finished = match &append.settle {
            Some(Settle::Finish(lease)) => Some(lease.id),
            _ => None,
        };
        let stays = |row: &&TaskRow| Some(row.id) != finished && !is_cancelled(row, &append.cancel_tasks);
        append.tasks.iter().find(|new| {
            let mut left = self.rows.values().map(|task| &task.row).filter(stays);
            left.any(|row| row.kind == new.kind && row.key == new.key && row.sequence == new.sequence)
        })
    }

    pub(super) fn holds(&self, lease: &TaskLease) -> bool {
        self.rows.get(&lease.id).is_some_and(|task| is_held(task, lease))
    }

    /// The part of an append that concerns tasks; it has been checked.
    pub(super) fn apply(
        &mut self,
        settle: Option<Settle>,
        cancelled: &[(&'static str, String)],
        new: Vec<NewTask>,
    ) {
        self.rows.retain(|_, task| !is_cancelled(&task.row, cancelled));
        match settle {
            Some(Settle::Finish(lease)) => {
                self.rows.remove(&lease.id);
            }
            Some(Settle::Reschedule { lease, due_at, attempts_reset }) => {
                if let Some(Task { row, .. }) = self.rows.get_mut(&lease.id) {
                    row.state = TaskState::Waiting;
                    row.due_at = whole_micros(due_at);
                    row.last_error = None;
                    if attempts_reset {
                        row.attempts = 0;
                    }
                }
            }
            None => {}
        }
        for task in new {
            self.last_id += 1;
            let row = TaskRow {
                id: self.last_id,
                kind: task.kind.to_owned(),
                key: task.key,
                sequence: task.sequence,
                payload: task.payload,
                due_at: whole_micros(task.due_at),
                attempts: 0,
                state: TaskState::Waiting,
                last_error: None,
            };
            self.rows.insert(row.id, Task { row, generation: 0 });
        }
    }

    pub(super) fn lease(
        &mut self,
        kinds: &[&str],
        owner: &str,
        now: OffsetDateTime,
        lease: Duration,
        limit: u32,
    ) -> Vec<TaskLease> {
        let mut busy: BTreeSet<String> = self
            .rows
            .values()
            .filter(|task| lease_end(&task.row).is_some_and(|until| until > now))
            .map(|task| task.row.key.clone())
            .collect();
        let mut due: Vec<&mut Task> = self
            .rows
            .values_mut()
            .filter(|task| {
                task.row.state != TaskState::Parked
                    && task.row.due_at <= now
                    && kinds.contains(&task.row.kind.as_str())
            })
            .collect();
        due.sort_by_key(|task| (task.row.due_at, task.row.id));
        let until = whole_micros(after(now, lease));
        due.into_iter()
            .filter(|task| busy.insert(task.row.key.clone()))
            .take(limit as usize)
            .map(|task| take(task, owner, until))
            .collect()
    }

    pub(super) fn renew(
        &mut self,
        lease: &TaskLease,
        until: OffsetDateTime,
    ) -> Result<TaskLease, LeaseError> {
        let until = whole_micros(until);
        if let TaskState::Leased { until: end, .. } = &mut self.held(lease)?.state {
            *end = until;
        }
        Ok(TaskLease { leased_until: until, ..lease.clone() })
    }

    pub(super) fn fail(&mut self, lease: &TaskLease, error: &str, retry: Retry) -> Result<(), LeaseError> {
        let row = self.held(lease)?;
        row.last_error = Some(error.to_owned());
        match retry {
            Retry::At(due_at) => {
                row.state = TaskState::Waiting;
                row.due_at = whole_micros(due_at);
            }
            Retry::Park => row.state = TaskState::Parked,
        }
        Ok(())
    }

    pub(super) fn list(&self, filter: TaskFilter, limit: u32) -> Vec<TaskRow> {
        let mut rows: Vec<&TaskRow> = self
            .rows
            .values()
            .map(|task| &task.row)
            .filter(|row| match filter {
                TaskFilter::All => true,
                TaskFilter::Waiting => row.state == TaskState::Waiting,
                TaskFilter::Leased => lease_end(row).is_some(),
                TaskFilter::Parked => row.state == TaskState::Parked,
            })
            .collect();
        rows.sort_by_key(|row| (row.due_at, row.id));
        rows.into_iter().take(limit as usize).cloned().collect()
    }

    pub(super) fn retry_parked(&mut self, id: i64) -> bool {
        let Some(Task { row, .. }) = self.rows.get_mut(&id) else {
            return false;
        };
        let parked = row.state == TaskState::Parked;
        if parked {
            row.state = TaskState::Waiting;
            row.attempts = 0;
        }
        parked
    }

    pub(super) fn next_due(&self, kinds: &[&str]) -> Option<OffsetDateTime> {
        let rows = || self.rows.values().map(|task| &task.row);
        let mut free_at: BTreeMap<&str, OffsetDateTime> = BTreeMap::new();
        for (row, until) in rows().filter_map(|row| Some((row, lease_end(row)?))) {
            let end = free_at.entry(&row.key).or_insert(until);
            *end = until.max(*end);
        }
        rows()
            .filter(|row| row.state != TaskState::Parked && kinds.contains(&row.kind.as_str()))
            .map(|row| {
                let free_at = free_at.get(row.key.as_str()).copied();
                free_at.map_or(row.due_at, |at| at.max(row.due_at))
            })
            .min()
    }

    fn held(&mut self, lease: &TaskLease) -> Result<&mut TaskRow, LeaseError> {
        let task = self.rows.get_mut(&lease.id);
        let held = task.filter(|task| is_held(task, lease));
        held.map(|task| &mut task.row).ok_or(LeaseError::Lost)
    }
}

fn take(task: &mut Task, owner: &str, until: OffsetDateTime) -> TaskLease {
    let Task { row, generation } = task;
    *generation += 1;
    row.attempts = row.attempts.saturating_add(1);
    row.state = TaskState::Leased { owner: owner.to_owned(), until };
    TaskLease {
        id: row.id,
        kind: row.kind.clone(),
        key: row.key.clone(),
        sequence: row.sequence,
        payload: row.payload.clone(),
        attempts: row.attempts,
        generation: *generation,
        leased_until: until,
    }
}

/// One that ran out is still held until somebody takes it over.
fn is_held(task: &Task, lease: &TaskLease) -> bool {
    task.generation == lease.generation && lease_end(&task.row).is_some()
}

fn is_cancelled(row: &TaskRow, cancelled: &[(&'static str, String)]) -> bool {
    let named = |(kind, key): &(&'static str, String)| row.kind == *kind && row.key == *key;
    lease_end(row).is_none() && cancelled.iter().any(named)
}

fn lease_end(row: &TaskRow) -> Option<OffsetDateTime> {
    match row.state {
        TaskState::Leased { until, .. } => Some(until),
        TaskState::Waiting | TaskState::Parked => None,
    }
}
