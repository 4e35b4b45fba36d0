//! Every SQL text of the SQLite store. `$1` is a JSON array where a statement writes for a whole
//! group of appends.

use crate::Schema;
use crate::sql::texts::Texts;

pub(super) const SCHEMA: Schema = Schema {
    component: "store",
    migrations: &[
        include_str!("../../../../migrations/sqlite/store_0001_log.sql"),
        include_str!("../../../../migrations/sqlite/store_0002_projections.sql"),
    ],
};

pub(super) const TEXTS: Texts = Texts {
    ping: PING,
    read_log: READ_LOG,
    held_back: None,
    streams: STREAMS,
    estimated_events: ESTIMATED_EVENTS,
    next_due: NEXT_DUE,
    lease_tasks: LEASE_TASKS,
    renew_task: RENEW_TASK,
    retry_task: RETRY_TASK,
    park_task: PARK_TASK,
};

pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";
pub(super) const COMMIT: &str = "COMMIT";
pub(super) const ROLLBACK: &str = "ROLLBACK";
pub(super) const PURGE: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// The transaction that it is run in takes the write lock.
pub(super) const PING: &str = "SELECT 1";

pub(super) const HAS_VERSIONS: &str = "SELECT name FROM sqlite_schema WHERE name = 'schema_versions'";

pub(super) const EPOCH: &str = "SELECT epoch FROM projection_epoch";

pub(super) const BUMP_EPOCH: &str = "UPDATE projection_epoch SET epoch = epoch + 1";

/// Type, the last stream that is done, limit: the events of the streams behind it, each stream's together.
pub(super) const STREAMS: &str = "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version,
    payload, metadata, tx, position, recorded_at
    FROM events WHERE aggregate_type = $1 AND aggregate_id > $2 ORDER BY aggregate_id, sequence LIMIT $3";

/// Nothing is ever deleted.
pub(super) const ESTIMATED_EVENTS: &str = "SELECT coalesce(max(position), 0) FROM events";

// Parts of an append.

pub(super) const CANCEL_TASKS: &str = "DELETE FROM tasks WHERE id IN (
    SELECT t.id FROM json_each($1) AS c
    JOIN tasks AS t ON t.key = c.value ->> 1 AND t.kind = c.value ->> 0
    WHERE t.leased_until IS NULL)";

pub(super) const INSERT_COMMANDS: &str = "INSERT INTO commands (key, fingerprint, outcome, recorded_at)
    SELECT value ->> 0, unhex(value ->> 1), value ->> 2, $2 FROM json_each($1)";

pub(super) const FINISH_TASKS: &str = "DELETE FROM tasks WHERE id IN (
    SELECT t.id FROM json_each($1) AS s
    JOIN tasks AS t ON t.id = s.value ->> 0 AND t.generation = s.value ->> 1
    WHERE t.leased_until IS NOT NULL)";

pub(super) const RESCHEDULE_TASKS: &str = "UPDATE tasks SET
    due_at = s.value ->> 2,
    attempts = CASE WHEN s.value ->> 3 THEN 0 ELSE attempts END,
    lease_owner = NULL, leased_until = NULL, last_error = NULL
    FROM json_each($1) AS s
    WHERE tasks.id = s.value ->> 0 AND tasks.generation = s.value ->> 1
      AND tasks.leased_until IS NOT NULL";

pub(super) const INSERT_CURSORS: &str = "INSERT INTO cursors (name, value)
    SELECT value ->> 0, value ->> 1 FROM json_each($1)";

pub(super) const MOVE_CURSORS: &str = "UPDATE cursors SET value = m.value ->> 2
    FROM json_each($1) AS m
    WHERE cursors.name = m.value ->> 0 AND cursors.value = m.value ->> 1";

/// Leaves out streams whose expected version the log does not have: their insertion would leave a
/// gap. The writer notices that rows are missing.
pub(super) const INSERT_EVENTS: &str = "INSERT INTO events
    (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, recorded_at)
    SELECT e.value ->> 0, e.value ->> 1, e.value ->> 3, e.value ->> 4, e.value ->> 5,
           e.value ->> 6, e.value ->> 7, $2
    FROM json_each($1) AS e
    WHERE e.value ->> 2 = 0 OR EXISTS (
        SELECT 1 FROM events AS p
        WHERE p.aggregate_type = e.value ->> 0 AND p.aggregate_id = e.value ->> 1
          AND p.sequence = e.value ->> 2)
    ORDER BY e.key
    RETURNING position";

pub(super) const RELEASE: &str = "DELETE FROM reservations WHERE (kind, key) IN (
    SELECT value ->> 0, value ->> 1 FROM json_each($1))";

pub(super) const RESERVE: &str = "INSERT INTO reservations (kind, key, owner, expires_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1)";

pub(super) const INSERT_TASKS: &str = "INSERT INTO tasks (kind, key, sequence, payload, due_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each($1)";

// Reading.

pub(super) const LOAD: &str = "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version,
    payload, metadata, tx, position, recorded_at
    FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY sequence";

/// Every event here has transaction 0.
pub(super) const READ_LOG: &str = "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version,
    payload, metadata, tx, position, recorded_at
    FROM events WHERE position > CASE WHEN $1 > 0 THEN 9223372036854775807 ELSE $2 END
    ORDER BY position LIMIT $3";

/// The first task whose key is free, and the first that becomes free when a running one's lease
/// ends. CROSS JOIN keeps SQLite from walking through all tasks to find the few that run.
pub(super) const NEXT_DUE: &str = "SELECT min(ready_at) FROM (
    SELECT ready_at FROM (
        SELECT t.due_at AS ready_at FROM tasks AS t
        WHERE t.parked = 0 AND t.kind IN (SELECT value FROM json_each($1))
          AND NOT EXISTS (SELECT 1 FROM tasks AS r WHERE r.key = t.key AND r.leased_until IS NOT NULL)
        ORDER BY t.due_at, t.id LIMIT 1)
    UNION ALL
    SELECT max(t.due_at, max(r.leased_until)) FROM tasks AS r
    CROSS JOIN tasks AS t ON t.key = r.key
    WHERE r.leased_until IS NOT NULL AND t.parked = 0
      AND t.kind IN (SELECT value FROM json_each($1))
    GROUP BY t.id)";

// Leasing and settling tasks.

/// Parameters: kinds, owner, now, end of the lease, limit.
pub(super) const LEASE_TASKS: &str = "UPDATE tasks SET
    lease_owner = $2, leased_until = $4, generation = generation + 1, attempts = attempts + 1
    WHERE id IN (
        SELECT t.id FROM tasks AS t
        WHERE t.parked = 0 AND t.due_at <= $3
          AND t.kind IN (SELECT value FROM json_each($1))
          AND NOT EXISTS (SELECT 1 FROM tasks AS r WHERE r.key = t.key AND r.leased_until > $3)
          AND NOT EXISTS (
              SELECT 1 FROM tasks AS e
              WHERE e.key = t.key AND e.parked = 0
                AND (e.due_at, e.id) < (t.due_at, t.id)
                AND e.kind IN (SELECT value FROM json_each($1)))
        ORDER BY t.due_at, t.id LIMIT $5)
    RETURNING id, kind, key, sequence, payload, attempts, generation, leased_until, due_at";

pub(super) const RENEW_TASK: &str = "UPDATE tasks SET leased_until = $3
    WHERE id = $1 AND generation = $2 AND leased_until IS NOT NULL RETURNING id";

pub(super) const RETRY_TASK: &str = "UPDATE tasks SET
    lease_owner = NULL, leased_until = NULL, last_error = $3, due_at = $4
    WHERE id = $1 AND generation = $2 AND leased_until IS NOT NULL RETURNING id";

pub(super) const PARK_TASK: &str = "UPDATE tasks SET
    lease_owner = NULL, leased_until = NULL, last_error = $3, parked = 1
    WHERE id = $1 AND generation = $2 AND leased_until IS NOT NULL RETURNING id";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    BEGIN,
    COMMIT,
    ROLLBACK,
    PURGE,
    PING,
    HAS_VERSIONS,
    EPOCH,
    BUMP_EPOCH,
    STREAMS,
    ESTIMATED_EVENTS,
    CANCEL_TASKS,
    INSERT_COMMANDS,
    FINISH_TASKS,
    RESCHEDULE_TASKS,
    INSERT_CURSORS,
    MOVE_CURSORS,
    INSERT_EVENTS,
    RELEASE,
    RESERVE,
    INSERT_TASKS,
    LOAD,
    READ_LOG,
    NEXT_DUE,
    LEASE_TASKS,
    RENEW_TASK,
    RETRY_TASK,
    PARK_TASK,
];
