//! The right edge of a growing tree: all that is needed to append, and to know the root.

use crate::{Hash, Node, NodeId};

/// A frontier of this size has another number of hashes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a tree of {size} leaves has {needed} perfect subtrees at its right edge, but {given} hashes were given"
)]
pub struct FrontierError {
    /// How many leaves the tree was said to have.
    pub size: u64,
    /// How many hashes that takes.
    pub needed: usize,
    /// How many were given.
    pub given: usize,
}

/// A tree's size with the hashes of its perfect subtrees, largest first: at most 64, however large the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    hashes: Vec<Hash>,
}

impl Frontier {
    /// Of the tree that has no leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of a tree of `size` leaves, from the hashes of [`crate::frontier_nodes`], in that order.
    ///
    /// # Errors
    /// [`FrontierError`] if they are not as many. Whether they are right only [`Frontier::root`] can tell.
    pub fn restore(size: u64, hashes: Vec<Hash>) -> Result<Self, FrontierError> {
        let needed = size.count_ones() as usize;
        if hashes.len() != needed {
            return Err(FrontierError { size, needed, given: hashes.len() });
        }
        Ok(Self { size, hashes })
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of its perfect subtrees, largest first.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Appends a leaf. Gives the nodes that it completes: the leaf first, then what ends with it, upwards.
    pub fn append(&mut self, leaf: Hash) -> Vec<Node> {
        let mut node = Node { id: NodeId { level: 0, index: self.size }, hash: leaf };
        let mut completed = vec![node];
        // An odd node has its left sister waiting at the edge.
        while node.id.index & 1 == 1
            && let Some(left) = self.hashes.pop()
        {
            let id = NodeId { level: node.id.level + 1, index: node.id.index >> 1 };
            node = Node { id, hash: Hash::of_node(&left, &node.hash) };
            completed.push(node);
        }
        self.hashes.push(node.hash);
        self.size += 1;
        completed
    }

    /// The tree's root: RFC 9162's Merkle Tree Hash of all leaves.
    pub fn root(&self) -> Hash {
        let folded = self.hashes.iter().rev().copied().reduce(|right, left| Hash::of_node(&left, &right));
        folded.unwrap_or_else(Hash::of_empty_tree)
    }
}
