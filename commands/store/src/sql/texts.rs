//! The statements on the store's tables. Those of the first part are the same in both databases.

/// The statements that each database has in its own words. Their parameters are the same.
#[derive(Debug)]
pub(crate) struct Texts {
    /// Succeeds where the database can be written.
    pub(crate) ping: &'static str,
    /// Transaction and position to begin after, limit: a page of the log.
    pub(crate) read_log: &'static str,
    /// An event that is committed and not final, where there can be one.
    pub(crate) held_back: Option<&'static str>,
    /// Type, the last stream that is done, limit: the events of the streams behind it, each stream's together.
    pub(crate) streams: &'static str,
    /// About how many events there are.
    pub(crate) estimated_events: &'static str,
    /// Kinds as a JSON list: when the next task of theirs can be leased.
    pub(crate) next_due: &'static str,
    /// Kinds as a JSON list, owner, now, end of the lease, limit.
    pub(crate) lease_tasks: &'static str,
    /// Id, generation, end of the lease.
    pub(crate) renew_task: &'static str,
    /// Id, generation, error, due.
    pub(crate) retry_task: &'static str,
    /// Id, generation, error.
    pub(crate) park_task: &'static str,
}

pub(crate) const COMMAND: &str = "SELECT fingerprint, outcome FROM commands WHERE key = $1";

pub(crate) const EVENT_EXISTS: &str = "SELECT sequence FROM events
    WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3";

/// Type, id, sequence: the event's place.
pub(crate) const EVENT_PLACE: &str = "SELECT tx, position FROM events
    WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3";

pub(crate) const TASK_EXISTS: &str =
    "SELECT id, leased_until FROM tasks WHERE key = $1 AND kind = $2 AND sequence = $3";

pub(crate) const TASK_HELD: &str =
    "SELECT id FROM tasks WHERE id = $1 AND generation = $2 AND leased_until IS NOT NULL";

pub(crate) const RESERVATION: &str =
    "SELECT owner, expires_at FROM reservations WHERE kind = $1 AND key = $2";

pub(crate) const CURSOR: &str = "SELECT value FROM cursors WHERE name = $1";

pub(crate) const ALL_TASKS: &str = "SELECT id, kind, key, sequence, payload, due_at, attempts, lease_owner,
    leased_until, parked, last_error
    FROM tasks ORDER BY due_at, id LIMIT $1";

pub(crate) const WAITING_TASKS: &str =
    "SELECT id, kind, key, sequence, payload, due_at, attempts, lease_owner,
    leased_until, parked, last_error
    FROM tasks WHERE parked = 0 AND leased_until IS NULL ORDER BY due_at, id LIMIT $1";

pub(crate) const LEASED_TASKS: &str =
    "SELECT id, kind, key, sequence, payload, due_at, attempts, lease_owner,
    leased_until, parked, last_error
    FROM tasks WHERE leased_until IS NOT NULL ORDER BY due_at, id LIMIT $1";

pub(crate) const PARKED_TASKS: &str =
    "SELECT id, kind, key, sequence, payload, due_at, attempts, lease_owner,
    leased_until, parked, last_error
    FROM tasks WHERE parked = 1 ORDER BY due_at, id LIMIT $1";

pub(crate) const RETRY_PARKED: &str = "UPDATE tasks SET parked = 0, attempts = 0
    WHERE id = $1 AND parked = 1 RETURNING id";

/// Parameters: name, owner, now, end of the lease.
pub(crate) const ACQUIRE_LEASE: &str = "INSERT INTO leases (name, owner, generation, until)
    VALUES ($1, $2, 1, $4)
    ON CONFLICT (name) DO UPDATE SET
        owner = excluded.owner, generation = leases.generation + 1, until = excluded.until
        WHERE leases.owner IS NULL OR leases.until <= $3
    RETURNING generation";

pub(crate) const RENEW_LEASE: &str = "UPDATE leases SET until = $4
    WHERE name = $1 AND owner = $2 AND generation = $3 RETURNING generation";

pub(crate) const RELEASE_LEASE: &str = "UPDATE leases SET owner = NULL
    WHERE name = $1 AND owner = $2 AND generation = $3 RETURNING generation";

pub(crate) const DROP_EXPIRED: &str = "DELETE FROM reservations WHERE (kind, key) IN (
    SELECT kind, key FROM reservations WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
    RETURNING kind";

// Projections.

pub(crate) const PROJECTIONS: &str =
    "SELECT name, version, build, building, building_version FROM projections ORDER BY name";

/// Parameters: name, version.
pub(crate) const FOUND_PROJECTION: &str = "INSERT INTO projections (name, version, build)
    VALUES ($1, $2, 1) ON CONFLICT (name) DO NOTHING RETURNING name";

pub(crate) const BUILD: &str = "SELECT build, building, cursor_type, cursor_id, streams, events
    FROM projections WHERE name = $1";

/// Parameters: name, the last build's number, the version that is built, now.
pub(crate) const BEGIN_BUILD: &str = "UPDATE projections SET build = build + 1, building = build + 1,
    building_version = $3, cursor_type = NULL, cursor_id = NULL, streams = 0, events = 0, started_at = $4
    WHERE name = $1 AND build = $2 AND building IS NULL RETURNING build";

/// Parameters: name, the build's number, type and id of the last stream that is done, how many streams and events are.
pub(crate) const MOVE_BUILD: &str =
    "UPDATE projections SET cursor_type = $3, cursor_id = $4, streams = $5, events = $6
    WHERE name = $1 AND building = $2 RETURNING build";

pub(crate) const END_BUILD: &str = "UPDATE projections SET version = building_version, building = NULL
    WHERE name = $1 AND building = $2 RETURNING build";

pub(crate) const ABANDON_BUILD: &str = "UPDATE projections SET building = NULL
    WHERE name = $1 AND building = $2 RETURNING build";

pub(crate) const ANY_EVENT: &str = "SELECT sequence FROM events LIMIT 1";

// Schema versions.

pub(crate) const CREATE_SCHEMA_VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_versions (
    component TEXT PRIMARY KEY,
    version BIGINT NOT NULL
)";

pub(crate) const SCHEMA_VERSIONS: &str = "SELECT component, version FROM schema_versions ORDER BY component";

pub(crate) const SCHEMA_VERSION: &str = "SELECT version FROM schema_versions WHERE component = $1";

pub(crate) const SET_SCHEMA_VERSION: &str = "INSERT INTO schema_versions (component, version) VALUES ($1, $2)
    ON CONFLICT (component) DO UPDATE SET version = excluded.version";

#[cfg(test)]
pub(crate) const PORTABLE: &[&str] = &[
    COMMAND,
    EVENT_EXISTS,
    EVENT_PLACE,
    TASK_EXISTS,
    TASK_HELD,
    RESERVATION,
    CURSOR,
    ALL_TASKS,
    WAITING_TASKS,
    LEASED_TASKS,
    PARKED_TASKS,
    RETRY_PARKED,
    ACQUIRE_LEASE,
    RENEW_LEASE,
    RELEASE_LEASE,
    DROP_EXPIRED,
    PROJECTIONS,
    FOUND_PROJECTION,
    BUILD,
    BEGIN_BUILD,
    MOVE_BUILD,
    END_BUILD,
    ABANDON_BUILD,
    ANY_EVENT,
    CREATE_SCHEMA_VERSIONS,
    SCHEMA_VERSIONS,
    SCHEMA_VERSION,
    SET_SCHEMA_VERSION,
];
