//! The tree as it is stored.

use std::collections::HashMap;

use serde_json::{Value, json};
use windlass_merkle::{Frontier, Hash, NodeId, frontier_nodes, root_of};
use windlass_store::{Database, Row, Statement, StoreError, StreamId};

use super::{SealError, leaf::stored_hash, nodes};

/// The tree as it is stored. Whether it is what was signed, only a signed root can tell.
#[derive(Clone)]
pub struct Tree {
    database: Database,
}

/// A leaf as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLeaf {
    /// Its number, from 0.
    pub index: u64,
    /// The stream of the event.
    pub stream: StreamId,
    /// The event's number within the stream.
    pub sequence: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Tree {
    /// The tree that [`super::SealFeed`] keeps in that database. It has begun to, where an anchor was ever started.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// How many leaves it has.
    ///
    /// # Errors
    /// The database's own.
    pub async fn size(&self) -> Result<u64, StoreError> {
        let last = self.database.read_one(Statement::new(nodes::LAST_LEAF)).await?;
        Ok(last.map(|row| row.count(0)).transpose()?.map_or(0, |last| last + 1))
    }

    /// Those of the leaves and nodes that there are.
    ///
    /// # Errors
    /// The database's own.
    pub async fn nodes(&self, ids: &[NodeId]) -> Result<HashMap<NodeId, Hash>, StoreError> {
        let texts = nodes::texts(self.database.dialect());
        let rows = self.database.read(Statement::new(texts.nodes).text(nodes::wanted(ids))).await?;
        rows.iter().map(node).collect()
    }

    /// The root of the first `size` leaves.
    ///
    /// # Errors
    /// [`SealError::MissingNode`], or the database's own.
    pub async fn root(&self, size: u64) -> Result<Hash, SealError> {
        let stored = self.nodes(&frontier_nodes(size)).await?;
        root_of(size, |id| stored.get(&id).copied()).map_err(|_| missing(size, &stored))
    }

    /// The right edge of the first `size` leaves.
    ///
    /// # Errors
    /// [`SealError::MissingNode`], or the database's own.
    pub async fn frontier(&self, size: u64) -> Result<Frontier, SealError> {
        let ids = frontier_nodes(size);
        let stored = self.nodes(&ids).await?;
        let hashes = ids.iter().filter_map(|id| stored.get(id).copied()).collect();
        Frontier::restore(size, hashes).map_err(|_| missing(size, &stored))
    }

    /// At most `limit` leaves from that one on.
    ///
    /// # Errors
    /// The database's own.
    pub async fn leaves(&self, from: u64, limit: u64) -> Result<Vec<StoredLeaf>, StoreError> {
        let query = Statement::new(nodes::LEAVES).integer(number(from)).integer(number(limit));
        self.database.read(query).await?.iter().map(stored_leaf).collect()
    }

    /// The leaves of a stream, in its order.
    ///
    /// # Errors
    /// The database's own.
    pub async fn leaves_of(&self, stream: &StreamId) -> Result<Vec<StoredLeaf>, StoreError> {
        let query = Statement::new(nodes::LEAVES_OF_STREAM)
            .text(stream.aggregate_type.as_ref())
            .text(stream.aggregate_id.as_str());
        self.database.read(query).await?.iter().map(stored_leaf).collect()
    }

    /// Which leaf an event is; none where it is not in the tree.
    ///
    /// # Errors
    /// The database's own.
    pub async fn find(&self, stream: &StreamId, sequence: u64) -> Result<Option<u64>, StoreError> {
        let query = Statement::new(nodes::LEAF_OF_EVENT)
            .text(stream.aggregate_type.as_ref())
            .text(stream.aggregate_id.as_str())
            .integer(number(sequence));
        self.database.read_one(query).await?.map(|row| row.count(0)).transpose()
    }

    /// Whether any leaf from `from` to before `to` is not of that stream.
    ///
    /// # Errors
    /// The database's own.
    pub async fn has_others(&self, from: u64, to: u64, stream: &StreamId) -> Result<bool, StoreError> {
        let query = Statement::new(nodes::ANY_LEAF_OF_OTHERS)
            .integer(number(from))
            .integer(number(to))
            .text(stream.aggregate_type.as_ref())
            .text(stream.aggregate_id.as_str());
        Ok(self.database.read_one(query).await?.is_some())
    }

    /// The nodes above the leaves that are complete with `to` leaves, and were not with `from`.
    ///
    /// # Errors
    /// The database's own.
    pub async fn completed(&self, from: u64, to: u64) -> Result<HashMap<NodeId, Hash>, StoreError> {
        let ranges = (1..=63_u8).map(|level| (level, from >> level, to >> level));
        let ranges = ranges
            .filter(|(_, start, end)| start < end)
            .map(|(level, start, end)| json!({ "level": level, "start": start, "end": end }));
        let ranges = Value::Array(ranges.collect()).to_string();
        let texts = nodes::texts(self.database.dialect());
        self.database.read(Statement::new(texts.node_ranges).text(ranges)).await?.iter().map(node).collect()
    }
}

/// A row of [`nodes::Texts::nodes`].
pub(super) fn node(row: &Row) -> Result<(NodeId, Hash), StoreError> {
    let level = u8::try_from(row.count(0)?).unwrap_or(u8::MAX);
    Ok((NodeId { level, index: row.count(1)? }, stored_hash(row.get(2)?)))
}

fn stored_leaf(row: &Row) -> Result<StoredLeaf, StoreError> {
    Ok(StoredLeaf {
        index: row.count(0)?,
        stream: StreamId::new(row.get::<String>(1)?, row.get::<String>(2)?),
        sequence: row.count(3)?,
        hash: stored_hash(row.get(4)?),
    })
}

fn missing(size: u64, stored: &HashMap<NodeId, Hash>) -> SealError {
    let missing = frontier_nodes(size).into_iter().find(|id| !stored.contains_key(id));
    SealError::MissingNode(missing.unwrap_or(NodeId { level: 0, index: size }))
}

/// As the databases have numbers.
pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
