//! The statements on the tree's tables.

use serde_json::{Value, json};
use windlass_merkle::NodeId;
use windlass_store::Dialect;

/// How many leaves there are: the number of the last one, and none where there is none.
pub(super) const LAST_LEAF: &str = "SELECT leaf FROM merkle_leaves{build} ORDER BY leaf DESC LIMIT 1";

/// The leaves from that number on, up to a limit.
pub(super) const LEAVES: &str = "SELECT leaf, aggregate_type, aggregate_id, sequence, hash \
    FROM merkle_leaves{build} WHERE leaf >= $1 ORDER BY leaf LIMIT $2";

/// Type and id: the leaves of a stream, in its order.
pub(super) const LEAVES_OF_STREAM: &str = "SELECT leaf, aggregate_type, aggregate_id, sequence, hash \
    FROM merkle_leaves{build} WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY sequence";

/// Type, id and sequence: the leaf of an event.
pub(super) const LEAF_OF_EVENT: &str = "SELECT leaf FROM merkle_leaves{build} \
    WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3";

/// From a leaf to before another: whether one of them is not of that stream.
pub(super) const ANY_LEAF_OF_OTHERS: &str = "SELECT leaf FROM merkle_leaves{build} \
    WHERE leaf >= $1 AND leaf < $2 AND NOT (aggregate_type = $3 AND aggregate_id = $4) LIMIT 1";

/// The statements that each database has in its own words. Each has one parameter, a JSON list.
pub(super) struct Texts {
    /// Leaves to be added.
    pub(super) insert_leaves: &'static str,
    /// Nodes to be added.
    pub(super) insert_nodes: &'static str,
    /// Levels and numbers: the leaves and nodes.
    pub(super) nodes: &'static str,
    /// Levels, and numbers from one to before another: the nodes.
    pub(super) node_ranges: &'static str,
}

const SQLITE: Texts = Texts {
    insert_leaves: "INSERT INTO merkle_leaves{build} (leaf, aggregate_type, aggregate_id, sequence, hash)
        SELECT value ->> 'leaf', value ->> 'aggregate_type', value ->> 'aggregate_id', value ->> 'sequence',
            unhex(value ->> 'hash')
        FROM json_each($1)",
    insert_nodes: "INSERT INTO merkle_nodes{build} (level, node, hash)
        SELECT value ->> 'level', value ->> 'node', unhex(value ->> 'hash') FROM json_each($1)",
    nodes: "SELECT 0, l.leaf, l.hash
        FROM json_each($1) AS w CROSS JOIN merkle_leaves{build} AS l ON l.leaf = w.value ->> 'node'
        WHERE w.value ->> 'level' = 0
        UNION ALL SELECT n.level, n.node, n.hash FROM json_each($1) AS w
        CROSS JOIN merkle_nodes{build} AS n ON n.level = w.value ->> 'level' AND n.node = w.value ->> 'node'",
    node_ranges: "SELECT n.level, n.node, n.hash FROM json_each($1) AS w
        CROSS JOIN merkle_nodes{build} AS n ON n.level = w.value ->> 'level'
            AND n.node >= w.value ->> 'start' AND n.node < w.value ->> 'end'",
};

const POSTGRES: Texts = Texts {
    insert_leaves: "INSERT INTO merkle_leaves{build} (leaf, aggregate_type, aggregate_id, sequence, hash)
        SELECT leaf, aggregate_type, aggregate_id, sequence, decode(hash, 'hex')
        FROM json_to_recordset($1::json)
            AS r (leaf bigint, aggregate_type text, aggregate_id text, sequence bigint, hash text)",
    insert_nodes: "INSERT INTO merkle_nodes{build} (level, node, hash)
        SELECT level, node, decode(hash, 'hex')
        FROM json_to_recordset($1::json) AS r (level bigint, node bigint, hash text)",
    nodes: "SELECT 0::bigint, l.leaf, l.hash
        FROM json_to_recordset($1::json) AS w (level bigint, node bigint)
        JOIN merkle_leaves{build} AS l ON l.leaf = w.node WHERE w.level = 0
        UNION ALL SELECT n.level, n.node, n.hash FROM json_to_recordset($1::json) AS w (level bigint, node bigint)
        JOIN merkle_nodes{build} AS n ON n.level = w.level AND n.node = w.node",
    node_ranges: "SELECT n.level, n.node, n.hash
        FROM json_to_recordset($1::json) AS w (level bigint, \"start\" bigint, \"end\" bigint)
        CROSS JOIN LATERAL (SELECT level, node, hash FROM merkle_nodes{build}
            WHERE level = w.level AND node >= w.\"start\" AND node < w.\"end\") AS n",
};

pub(super) fn texts(dialect: Dialect) -> &'static Texts {
    match dialect {
        Dialect::Sqlite => &SQLITE,
        Dialect::Postgres => &POSTGRES,
    }
}

/// The parameter of [`Texts::nodes`].
pub(super) fn wanted(ids: &[NodeId]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| json!({ "level": id.level, "node": id.index })).collect();
    Value::Array(ids).to_string()
}
