-- How far each event handler has read the log. Times are in microseconds since 1970, UTC.
CREATE TABLE subscriptions (
    -- That of a feed which is being built beside the served one is `NAME@BUILD`.
    name text COLLATE "C" PRIMARY KEY,
    -- feed, effect or build.
    kind text COLLATE "C" NOT NULL,
    -- The program's version of the rows that a feed serves.
    version bigint NOT NULL,
    -- The number of the last build that was begun.
    build bigint NOT NULL DEFAULT 1,
    -- Where it began; of what comes after, events that were recorded before that time are passed over.
    start_tx bigint NOT NULL,
    start_position bigint NOT NULL,
    not_before bigint,
    -- The last event that is done.
    tx bigint NOT NULL,
    position bigint NOT NULL,
    -- Grows whenever an operator or a build moves it: whoever began before that commits nothing.
    generation bigint NOT NULL DEFAULT 1,
    paused bigint NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    -- Failures since the last success, and at which event, where it is known.
    failures bigint NOT NULL DEFAULT 0,
    retry_at bigint,
    last_error text,
    failed_type text COLLATE "C",
    failed_id text COLLATE "C",
    failed_sequence bigint,
    failed_tx bigint,
    failed_position bigint,
    parked_at bigint,
    -- Events that were handled, ever and in this minute (since 1970) and the one before it.
    handled bigint NOT NULL DEFAULT 0,
    minute bigint NOT NULL DEFAULT 0,
    in_minute bigint NOT NULL DEFAULT 0,
    in_last_minute bigint NOT NULL DEFAULT 0,
    updated_at bigint NOT NULL
);

-- Events that an operator let a handler leave out.
CREATE TABLE subscription_skips (
    subscription text COLLATE "C" NOT NULL,
    tx bigint NOT NULL,
    position bigint NOT NULL,
    aggregate_type text COLLATE "C" NOT NULL,
    aggregate_id text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    reason text NOT NULL,
    skipped_by text COLLATE "C" NOT NULL,
    skipped_at bigint NOT NULL,
    PRIMARY KEY (subscription, tx, position, skipped_at)
);
