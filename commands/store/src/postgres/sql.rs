//! The SQL texts of the PostgreSQL store, beside those that it shares with SQLite.

use crate::Schema;
use crate::sql::texts::Texts;

pub(super) const SCHEMA: Schema = Schema {
    component: "store",
    migrations: &[include_str!("../../../../migrations/postgres/store_0001_log.sql")],
};

pub(super) const TEXTS: Texts = Texts {
    ping: PING,
    read_log: READ_LOG,
    held_back: Some(HELD_BACK),
    streams: STREAMS,
    estimated_events: ESTIMATED_EVENTS,
    next_due: NEXT_DUE,
    lease_tasks: LEASE_TASKS,
    renew_task: RENEW_TASK,
    retry_task: RETRY_TASK,
    park_task: PARK_TASK,
};

/// One process migrates at a time; the number is the word "windlass" in letters' places, and only has to be the same.
pub(super) const LOCK_MIGRATIONS: &str = "SELECT pg_advisory_xact_lock(2309144121119)";

pub(super) const SERVER_VERSION: &str = "SELECT current_setting('server_version_num')::bigint";

pub(super) const EPOCH: &str = "SELECT last_value FROM projection_epoch";

/// It is refused where nothing can be written: on a standby, or where a provider lets a full database only be read.
pub(super) const PING: &str = "DELETE FROM cursors WHERE false RETURNING name";

pub(super) const HAS_VERSIONS: &str = "SELECT 1 WHERE to_regclass('schema_versions') IS NOT NULL";

pub(super) const HAS_LOG: &str = "SELECT 1 WHERE to_regclass('events') IS NOT NULL";

pub(super) const BUMP_EPOCH: &str = "SELECT nextval('projection_epoch')";

/// Every transaction that has an id by now is below this: an id of our own. The `xmax` of a snapshot would not do, as it is
/// next to the last that has *ended*, and younger ones may be running.
pub(super) const NEXT_TX: &str = "SELECT windlass_tx()";

/// Type, the last stream that is done, limit: the events of the streams behind it, each stream's together.
pub(super) const STREAMS: &str = "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version,
    payload::text, metadata::text, tx, position, recorded_at
    FROM events WHERE aggregate_type = $1 AND aggregate_id > $2 ORDER BY aggregate_id, sequence LIMIT $3";

pub(super) const ESTIMATED_EVENTS: &str =
    "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'events'::regclass";

/// How far the log is ahead of the cluster's transactions, as after a restore; null where it is not.
pub(super) const TX_AHEAD: &str = "SELECT max(tx) + 1 - pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    FROM events
    HAVING max(tx) >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint + windlass_tx_offset()";

/// Types and ids: the events of these streams, each stream's together and in order, behind the stream's number in the list.
pub(super) const LOAD: &str = "SELECT s.number, e.sequence, e.event_type, e.event_version,
    e.payload::text, e.metadata::text, e.tx, e.position, e.recorded_at
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS s (type, id, number)
    CROSS JOIN LATERAL (SELECT * FROM events AS e
        WHERE e.aggregate_type = s.type AND e.aggregate_id = s.id ORDER BY e.sequence) AS e";

pub(super) const READ_LOG: &str = "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version,
    payload::text, metadata::text, tx, position, recorded_at
    FROM events WHERE (tx, position) > ($1, $2) AND tx < (SELECT windlass_horizon())
    ORDER BY tx, position LIMIT $3";

/// An event that is committed and not final.
pub(super) const HELD_BACK: &str = "SELECT sequence FROM events WHERE tx >= windlass_horizon() LIMIT 1";

/// The horizon, and which backend holds it back: the oldest that has a transaction id.
pub(super) const HORIZON: &str = "SELECT windlass_horizon(), pid::bigint, state, name, since FROM (
        SELECT a.pid, coalesce(a.state, 'unknown') AS state,
            concat_ws(' ', nullif(a.application_name, ''), a.usename, a.datname) AS name,
            (extract(epoch FROM a.xact_start) * 1000000)::bigint AS since
        FROM pg_stat_activity AS a
        WHERE a.backend_xid IS NOT NULL AND a.pid <> pg_backend_pid()
            AND a.xact_start < clock_timestamp() - interval '1 second'
        ORDER BY age(a.backend_xid) DESC LIMIT 1) AS holder
    UNION ALL SELECT windlass_horizon(), NULL, NULL, NULL, NULL
    LIMIT 1";

/// The first task whose key is free, and the first that becomes free when a running one's lease ends.
pub(super) const NEXT_DUE: &str = "SELECT min(ready_at) FROM (
    (SELECT t.due_at AS ready_at FROM tasks AS t
        WHERE t.parked = 0 AND t.kind IN (SELECT json_array_elements_text($1::json))
          AND NOT EXISTS (SELECT 1 FROM tasks AS r WHERE r.key = t.key AND r.leased_until IS NOT NULL)
        ORDER BY t.due_at, t.id LIMIT 1)
    UNION ALL
    SELECT greatest(t.due_at, max(r.leased_until)) FROM tasks AS r
    JOIN tasks AS t ON t.key = r.key
    WHERE r.leased_until IS NOT NULL AND t.parked = 0
      AND t.kind IN (SELECT json_array_elements_text($1::json))
    GROUP BY t.id, t.due_at) AS soonest";

/// Two that lease at once skip each other's rows; what the other has committed meanwhile is seen in the locked row, or
/// refused by the index on running_key.
pub(super) const LEASE_TASKS: &str = "WITH pick AS (
        SELECT t.id FROM tasks AS t
        WHERE t.parked = 0 AND t.due_at <= $3 AND (t.leased_until IS NULL OR t.leased_until <= $3)
          AND t.kind IN (SELECT json_array_elements_text($1::json))
          AND NOT EXISTS (SELECT 1 FROM tasks AS r WHERE r.key = t.key AND r.leased_until > $3)
          AND NOT EXISTS (
              SELECT 1 FROM tasks AS e
              WHERE e.key = t.key AND e.parked = 0
                AND (e.due_at, e.id) < (t.due_at, t.id)
                AND e.kind IN (SELECT json_array_elements_text($1::json)))
        ORDER BY t.due_at, t.id LIMIT $5
        FOR NO KEY UPDATE OF t SKIP LOCKED)
    UPDATE tasks SET
        lease_owner = $2, leased_until = $4, generation = generation + 1, attempts = attempts + 1,
        running_key = key
    FROM pick WHERE tasks.id = pick.id
    RETURNING tasks.id, kind, key, sequence, payload, attempts, generation, leased_until, due_at";

/// Lets go of the keys of tasks whose lease ran out: another task of the key may run now.
pub(super) const RELEASE_KEYS: &str =
    "UPDATE tasks SET running_key = NULL WHERE running_key IS NOT NULL AND leased_until <= $1";

pub(super) const RENEW_TASK: &str = "UPDATE tasks AS t SET leased_until = $3,
    running_key = CASE WHEN EXISTS (SELECT 1 FROM tasks AS r WHERE r.running_key = t.key AND r.id <> t.id)
        THEN NULL ELSE t.key END
    WHERE id = $1 AND generation = $2 AND leased_until IS NOT NULL RETURNING id";

pub(super) const RETRY_TASK: &str = "UPDATE tasks SET
    lease_owner = NULL, leased_until = NULL, running_key = NULL, last_error = $3, due_at = $4
    WHERE id = $1 AND generation = $2 AND leased_until IS NOT NULL RETURNING id";

pub(super) const PARK_TASK: &str = "UPDATE tasks SET
    lease_owner = NULL, leased_until = NULL, running_key = NULL, last_error = $3, parked = 1
    WHERE id = $1 AND generation = $2 AND leased_until IS NOT NULL RETURNING id";

/// Tells other processes that something was appended.
pub(super) const NOTIFY: &str = "SELECT pg_notify('windlass', $1)";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    LOCK_MIGRATIONS,
    SERVER_VERSION,
    EPOCH,
    BUMP_EPOCH,
    NEXT_TX,
    STREAMS,
    ESTIMATED_EVENTS,
    PING,
    HAS_VERSIONS,
    HAS_LOG,
    TX_AHEAD,
    LOAD,
    READ_LOG,
    HELD_BACK,
    HORIZON,
    NEXT_DUE,
    LEASE_TASKS,
    RELEASE_KEYS,
    RENEW_TASK,
    RETRY_TASK,
    PARK_TASK,
    NOTIFY,
];
