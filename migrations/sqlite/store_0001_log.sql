-- The event log and what is written together with it.
-- Every time is in microseconds since 1970, UTC.

-- The first seven columns are those of postgres-es. There is one writer, so positions are handed
-- out in the order of the commits, and tx, which orders writers elsewhere, is always 0.
CREATE TABLE events (
    aggregate_type TEXT NOT NULL,
    aggregate_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    event_type TEXT NOT NULL,
    event_version TEXT NOT NULL,
    payload TEXT NOT NULL,
    metadata TEXT NOT NULL,
    tx INTEGER NOT NULL DEFAULT 0 CHECK (tx = 0),
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
    UNIQUE (aggregate_type, aggregate_id, sequence)
) STRICT;

-- Commands that were carried out, by their idempotency key.
CREATE TABLE commands (
    key TEXT PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    outcome TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Names that only one owner can hold.
CREATE TABLE reservations (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    owner TEXT NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX reservations_expiry ON reservations (expires_at) WHERE expires_at IS NOT NULL;

-- Where a reader of the outside world stands.
CREATE TABLE cursors (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Work to be done. A task is leased while leased_until is set, whether or not that has passed:
-- the lease is good until somebody takes it over under the next generation.
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    payload TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    generation INTEGER NOT NULL DEFAULT 0,
    lease_owner TEXT,
    leased_until INTEGER,
    parked INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    UNIQUE (key, kind, sequence)
) STRICT;

CREATE INDEX tasks_due ON tasks (due_at, id) WHERE parked = 0;
CREATE INDEX tasks_leased ON tasks (key, leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX tasks_parked ON tasks (due_at, id) WHERE parked = 1;

-- Named leases. A row stays when its lease is given back (owner is null), so that the generation
-- goes on growing.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    owner TEXT,
    generation INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each subscription has read the log.
CREATE TABLE subscriptions (
    name TEXT PRIMARY KEY,
    tx INTEGER NOT NULL,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
