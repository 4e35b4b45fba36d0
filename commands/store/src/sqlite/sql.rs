//! Every SQL text of the SQLite store. `$1` is a JSON array where a statement writes for a whole
//! group of appends.

use crate::Schema;

pub(super) const SCHEMA: Schema = Schema {
    component: "store",
    migrations: &[include_str!("../../../../migrations/sqlite/store_0001_log.sql")],
};

pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";
pub(super) const COMMIT: &str = "COMMIT";
pub(super) const ROLLBACK: &str = "ROLLBACK";
pub(super) const PURGE: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

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

// Why an append was refused.

pub(super) const COMMAND: &str = "SELECT fingerprint, outcome FROM commands WHERE key = $1";

pub(super) const EVENT_EXISTS: &str = "SELECT 1 FROM events
    WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3";

pub(super) const TASK_EXISTS: &str = "SELECT 1 FROM tasks WHERE key = $1 AND kind = $2 AND sequence = $3";

// Reading.

pub(super) const LOAD: &str = "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version,
    payload, metadata, tx, position, recorded_at
    FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY sequence";

pub(super) const READ_LOG: &str = "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version,
    payload, metadata, tx, position, recorded_at
    FROM events WHERE position > $1 ORDER BY position LIMIT $2";

pub(super) const RESERVATION: &str =
    "SELECT owner, expires_at FROM reservations WHERE kind = $1 AND key = $2";

pub(super) const CURSOR: &str = "SELECT value FROM cursors WHERE name = $1";

pub(super) const CHECKPOINT: &str = "SELECT tx, position FROM subscriptions WHERE name = $1";

pub(super) const ALL_TASKS: &str = "SELECT id, kind, key, sequence, payload, due_at, attempts, lease_owner,
    leased_until, parked, last_error
    FROM tasks ORDER BY due_at, id LIMIT $1";

pub(super) const WAITING_TASKS: &str =
    "SELECT id, kind, key, sequence, payload, due_at, attempts, lease_owner,
    leased_until, parked, last_error
    FROM tasks WHERE parked = 0 AND leased_until IS NULL ORDER BY due_at, id LIMIT $1";

pub(super) const LEASED_TASKS: &str =
    "SELECT id, kind, key, sequence, payload, due_at, attempts, lease_owner,
    leased_until, parked, last_error
    FROM tasks WHERE leased_until IS NOT NULL ORDER BY due_at, id LIMIT $1";

pub(super) const PARKED_TASKS: &str =
    "SELECT id, kind, key, sequence, payload, due_at, attempts, lease_owner,
    leased_until, parked, last_error
    FROM tasks WHERE parked = 1 ORDER BY due_at, id LIMIT $1";

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

pub(super) const RETRY_PARKED: &str = "UPDATE tasks SET parked = 0, attempts = 0
    WHERE id = $1 AND parked = 1 RETURNING id";

// Named leases, reservations, checkpoints.

/// Parameters: name, owner, now, end of the lease.
pub(super) const ACQUIRE_LEASE: &str = "INSERT INTO leases (name, owner, generation, until)
    VALUES ($1, $2, 1, $4)
    ON CONFLICT (name) DO UPDATE SET
        owner = excluded.owner, generation = leases.generation + 1, until = excluded.until
        WHERE leases.owner IS NULL OR leases.until <= $3
    RETURNING generation";

pub(super) const RENEW_LEASE: &str = "UPDATE leases SET until = $4
    WHERE name = $1 AND owner = $2 AND generation = $3 RETURNING generation";

pub(super) const RELEASE_LEASE: &str = "UPDATE leases SET owner = NULL
    WHERE name = $1 AND owner = $2 AND generation = $3 RETURNING generation";

pub(super) const DROP_EXPIRED: &str = "DELETE FROM reservations WHERE (kind, key) IN (
    SELECT kind, key FROM reservations WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
    RETURNING 1";

pub(super) const START_SUBSCRIPTION: &str = "INSERT INTO subscriptions (name, tx, position)
    VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING 1";

pub(super) const ADVANCE: &str = "UPDATE subscriptions SET tx = $2, position = $3
    WHERE name = $1 AND tx = $4 AND position = $5 RETURNING 1";

// Schema versions.

pub(super) const CREATE_SCHEMA_VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_versions (
    component TEXT PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID";

pub(super) const SCHEMA_VERSION: &str = "SELECT version FROM schema_versions WHERE component = $1";

pub(super) const SET_SCHEMA_VERSION: &str = "INSERT INTO schema_versions (component, version) VALUES ($1, $2)
    ON CONFLICT (component) DO UPDATE SET version = excluded.version";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    BEGIN,
    COMMIT,
    ROLLBACK,
    PURGE,
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
    COMMAND,
    EVENT_EXISTS,
    TASK_EXISTS,
    LOAD,
    READ_LOG,
    RESERVATION,
    CURSOR,
    CHECKPOINT,
    ALL_TASKS,
    WAITING_TASKS,
    LEASED_TASKS,
    PARKED_TASKS,
    NEXT_DUE,
    LEASE_TASKS,
    RENEW_TASK,
    RETRY_TASK,
    PARK_TASK,
    RETRY_PARKED,
    ACQUIRE_LEASE,
    RENEW_LEASE,
    RELEASE_LEASE,
    DROP_EXPIRED,
    START_SUBSCRIPTION,
    ADVANCE,
    CREATE_SCHEMA_VERSIONS,
    SCHEMA_VERSION,
    SET_SCHEMA_VERSION,
];
