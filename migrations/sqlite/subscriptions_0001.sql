-- How far each event handler has read the log. Times are in microseconds since 1970, UTC.
CREATE TABLE subscriptions (
    -- That of a feed which is being built beside the served one is `NAME@BUILD`.
    name TEXT PRIMARY KEY,
    -- feed, effect or build.
    kind TEXT NOT NULL,
    -- The program's version of the rows that a feed serves.
    version INTEGER NOT NULL,
    -- The number of the last build that was begun.
    build INTEGER NOT NULL DEFAULT 1,
    -- Where it began; of what comes after, events that were recorded before that time are passed over.
    start_tx INTEGER NOT NULL,
    start_position INTEGER NOT NULL,
    not_before INTEGER,
    -- The last event that is done.
    tx INTEGER NOT NULL,
    position INTEGER NOT NULL,
    -- Grows whenever an operator or a build moves it: whoever began before that commits nothing.
    generation INTEGER NOT NULL DEFAULT 1,
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    -- Failures since the last success, and at which event, where it is known.
    failures INTEGER NOT NULL DEFAULT 0,
    retry_at INTEGER,
    last_error TEXT,
    failed_type TEXT,
    failed_id TEXT,
    failed_sequence INTEGER,
    failed_tx INTEGER,
    failed_position INTEGER,
    parked_at INTEGER,
    -- Events that were handled, ever and in this minute (since 1970) and the one before it.
    handled INTEGER NOT NULL DEFAULT 0,
    minute INTEGER NOT NULL DEFAULT 0,
    in_minute INTEGER NOT NULL DEFAULT 0,
    in_last_minute INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events that an operator let a handler leave out.
CREATE TABLE subscription_skips (
    subscription TEXT NOT NULL,
    tx INTEGER NOT NULL,
    position INTEGER NOT NULL,
    aggregate_type TEXT NOT NULL,
    aggregate_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    reason TEXT NOT NULL,
    skipped_by TEXT NOT NULL,
    skipped_at INTEGER NOT NULL,
    PRIMARY KEY (subscription, tx, position, skipped_at)
) STRICT, WITHOUT ROWID;
