//! The feed that appends each event of the log to the Merkle tree.

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::{Value, json};
use windlass_merkle::{Frontier, NodeId, frontier_nodes};
use windlass_store::{Dialect, RecordedEvent, Table};

use super::{SealError, leaf::leaf, nodes, tree};
use crate::feed::{Feed, FeedStatement, FeedView, HandlerError};

/// Appends each event of the log, from its first and in its order, to the Merkle tree. It follows the log as every feed
/// does, and so never slows an append.
pub struct SealFeed;

#[async_trait]
impl Feed for SealFeed {
    fn name(&self) -> &'static str {
        "seal"
    }

    fn version(&self) -> u32 {
        1
    }

    /// The tree says what the log was before anybody could change it: filled anew, it would only repeat what the log
    /// says now.
    fn can_be_rebuilt(&self) -> bool {
        false
    }

    fn tables(&self) -> &'static [Table] {
        &[
            Table { name: "merkle_leaves", key: &["leaf"] },
            Table { name: "merkle_nodes", key: &["level", "node"] },
        ]
    }

    fn schema(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => include_str!("../../../migrations/sqlite/seal.sql"),
            Dialect::Postgres => include_str!("../../../migrations/postgres/seal.sql"),
        }
    }

    async fn statements(
        &self,
        events: &[RecordedEvent],
        view: &FeedView<'_>,
    ) -> Result<Vec<FeedStatement>, HandlerError> {
        let texts = nodes::texts(view.dialect());
        let mut frontier = frontier(view, texts).await?;
        let (mut new_leaves, mut new_nodes) = (Vec::with_capacity(events.len()), vec![]);
        for event in events {
            for node in frontier.append(leaf(event).hash()) {
                if node.id.level > 0 {
                    let NodeId { level, index } = node.id;
                    new_nodes.push(json!({ "level": level, "node": index, "hash": node.hash }));
                    continue;
                }
                new_leaves.push(json!({
                    "leaf": node.id.index,
                    "aggregate_type": event.stream.aggregate_type,
                    "aggregate_id": event.stream.aggregate_id,
                    "sequence": event.sequence,
                    "hash": node.hash,
                }));
            }
        }
        let inserts = [(texts.insert_leaves, new_leaves), (texts.insert_nodes, new_nodes)];
        let inserts = inserts.into_iter().filter(|(_, rows)| !rows.is_empty());
        Ok(inserts.map(|(sql, rows)| view.statement(sql).text(Value::Array(rows).to_string())).collect())
    }
}

/// The right edge of the tree as it is stored.
async fn frontier(view: &FeedView<'_>, texts: &nodes::Texts) -> Result<Frontier, HandlerError> {
    let last = view.read_one(view.statement(nodes::LAST_LEAF)).await?;
    let size = last.map(|row| row.count(0)).transpose()?.map_or(0, |last| last + 1);
    let ids = frontier_nodes(size);
    let rows = view.read(view.statement(texts.nodes).text(nodes::wanted(&ids))).await?;
    let stored: HashMap<_, _> = rows.iter().map(tree::node).collect::<Result<_, _>>()?;
    let hashes = ids.iter().map(|id| stored.get(id).copied().ok_or(SealError::MissingNode(*id)));
    let hashes = hashes.collect::<Result<Vec<_>, _>>().map_err(lasting)?;
    Frontier::restore(size, hashes).map_err(lasting)
}

fn lasting(error: impl std::fmt::Display) -> HandlerError {
    HandlerError::Permanent(error.to_string())
}
