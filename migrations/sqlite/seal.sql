-- The leaves of the Merkle tree over the log, numbered from 0 in the log's order, and which event each is.
CREATE TABLE merkle_leaves{build} (
    leaf INTEGER PRIMARY KEY,
    aggregate_type TEXT NOT NULL,
    aggregate_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX merkle_leaves_by_event{build} ON merkle_leaves{build} (aggregate_type, aggregate_id, sequence);

-- The complete subtrees above the leaves: at each level from 1, the one of that number covers 2^level leaves.
CREATE TABLE merkle_nodes{build} (
    level INTEGER NOT NULL CHECK (level > 0),
    node INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, node)
) STRICT, WITHOUT ROWID;
