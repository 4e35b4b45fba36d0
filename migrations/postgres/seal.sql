-- The leaves of the Merkle tree over the log, numbered from 0 in the log's order, and which event each is.
CREATE TABLE merkle_leaves{build} (
    leaf bigint NOT NULL,
    aggregate_type text COLLATE "C" NOT NULL,
    aggregate_id text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT merkle_leaves_pkey{build} PRIMARY KEY (leaf)
);

CREATE UNIQUE INDEX merkle_leaves_by_event{build} ON merkle_leaves{build} (aggregate_type, aggregate_id, sequence);

-- The complete subtrees above the leaves: at each level from 1, the one of that number covers 2^level leaves.
CREATE TABLE merkle_nodes{build} (
    level bigint NOT NULL CHECK (level > 0),
    node bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT merkle_nodes_pkey{build} PRIMARY KEY (level, node)
);
