//! Proofs from stored nodes: RFC 9162's PATH and PROOF (sections 2.1.3.1 and 2.1.4.1), and the root of any size.
//!
//! A proof reads a few dozen nodes, however large the tree; which ones can be asked before.

use crate::{Hash, NodeId, node::Range};

/// Why there is no proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError {
    /// The tree has no such leaf.
    #[error("a tree of {size} leaves has no leaf {index}; the first is 0")]
    NoSuchLeaf {
        /// Which leaf was asked for, from 0.
        index: u64,
        /// How many there are.
        size: u64,
    },
    /// A tree does not shrink.
    #[error("a tree of {from} leaves is no beginning of one of {to}")]
    Shrinks {
        /// The earlier size.
        from: u64,
        /// The later size.
        to: u64,
    },
    /// A node that the proof needs was not given.
    #[error("node {} of level {} is missing", .0.index, .0.level)]
    MissingNode(NodeId),
}

/// The nodes that [`inclusion_proof`] reads, each once; none where there is no such leaf.
pub fn inclusion_nodes(index: u64, size: u64) -> Vec<NodeId> {
    inclusion_ranges(index, size).into_iter().flat_map(Range::nodes).collect()
}

/// The audit path of leaf `index` (from 0) in the tree of the first `size` leaves.
///
/// # Errors
/// [`ProveError`] if there is no such leaf, or `get` has none of a node of [`inclusion_nodes`].
pub fn inclusion_proof(
    index: u64,
    size: u64,
    get: impl FnMut(NodeId) -> Option<Hash>,
) -> Result<Vec<Hash>, ProveError> {
    if index >= size {
        return Err(ProveError::NoSuchLeaf { index, size });
    }
    hashes(inclusion_ranges(index, size), get)
}

/// The nodes that [`consistency_proof`] reads, each once; none where `from` is 0, `to` or more than that.
pub fn consistency_nodes(from: u64, to: u64) -> Vec<NodeId> {
    consistency_ranges(from, to).into_iter().flat_map(Range::nodes).collect()
}

/// The proof that the tree of the first `from` leaves is the beginning of that of the first `to`. It is empty
/// where `from` is 0 or `to`.
///
/// # Errors
/// [`ProveError`] if `from` is more than `to`, or `get` has none of a node of [`consistency_nodes`].
pub fn consistency_proof(
    from: u64,
    to: u64,
    get: impl FnMut(NodeId) -> Option<Hash>,
) -> Result<Vec<Hash>, ProveError> {
    if from > to {
        return Err(ProveError::Shrinks { from, to });
    }
    hashes(consistency_ranges(from, to), get)
}

/// The root of the tree of the first `size` leaves, from the nodes of [`crate::frontier_nodes`].
///
/// # Errors
/// [`ProveError::MissingNode`] if `get` has none of one of them.
pub fn root_of(size: u64, get: impl FnMut(NodeId) -> Option<Hash>) -> Result<Hash, ProveError> {
    Range { start: 0, end: size }.hash(get).map_err(ProveError::MissingNode)
}

fn hashes(ranges: Vec<Range>, mut get: impl FnMut(NodeId) -> Option<Hash>) -> Result<Vec<Hash>, ProveError> {
    ranges.into_iter().map(|range| range.hash(&mut get).map_err(ProveError::MissingNode)).collect()
}

/// PATH: on the way down to the leaf, the other half of each split; lowest first.
fn inclusion_ranges(index: u64, size: u64) -> Vec<Range> {
    let mut at = Range { start: 0, end: size };
    let mut path = vec![];
    if index >= size {
        return path;
    }
    while let Some((left, right)) = at.split() {
        let (next, other) = if index < left.end { (left, right) } else { (right, left) };
        path.push(other);
        at = next;
    }
    path.reverse();
    path
}

/// SUBPROOF: on the way down to where the first tree ends, the other half of each split, and what is left of the
/// first tree there unless it is the whole of it (which the verifier knows); lowest first.
fn consistency_ranges(from: u64, to: u64) -> Vec<Range> {
    let mut at = Range { start: 0, end: to };
    let mut path = vec![];
    if from == 0 || from > to {
        return path;
    }
    while at.end != from
        && let Some((left, right)) = at.split()
    {
        let (next, other) = if from <= left.end { (left, right) } else { (right, left) };
        path.push(other);
        at = next;
    }
    if at.start != 0 {
        path.push(at);
    }
    path.reverse();
    path
}
