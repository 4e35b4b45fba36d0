-- Inline projections: which tables are served, and which are being built beside them.
CREATE TABLE projections (
    name TEXT PRIMARY KEY,
    -- The program's version of the rows that are served; 0 where they were never filled.
    version INTEGER NOT NULL,
    -- The number of the last build that was begun.
    build INTEGER NOT NULL,
    -- The number of the build that is under way.
    building INTEGER,
    -- The version that it builds.
    building_version INTEGER,
    -- The last stream that it has done.
    cursor_type TEXT,
    cursor_id TEXT,
    -- How much it has done, and since when.
    streams INTEGER NOT NULL DEFAULT 0,
    events INTEGER NOT NULL DEFAULT 0,
    started_at INTEGER
) STRICT, WITHOUT ROWID;

-- Until now each projection was a component of its own.
INSERT INTO projections (name, version, build)
SELECT component, 1, 1 FROM schema_versions WHERE component NOT IN ('store', 'vault');
DELETE FROM schema_versions WHERE component NOT IN ('store', 'vault');

-- Grows whenever a build begins or ends, so that no append writes by what was true before.
CREATE TABLE projection_epoch (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL
) STRICT;
INSERT INTO projection_epoch (id, epoch) VALUES (1, 1);

-- Subscriptions keep their checkpoints in tables of their own.
DROP TABLE subscriptions;
