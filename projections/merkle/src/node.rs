//! The perfect subtrees of the tree, by level and index; every other hash is folded from theirs.

use crate::Hash;

/// A perfect subtree: at `level`, the `index`th run of 2^level leaves, complete. Level 0 are the leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId {
    /// How many levels above the leaves; 0 to 63.
    pub level: u8,
    /// Which of its level, from the left, from 0.
    pub index: u64,
}

/// A perfect subtree and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Which subtree.
    pub id: NodeId,
    /// Its hash, which never changes again.
    pub hash: Hash,
}

/// The nodes that a [`crate::Frontier`] of `size` leaves is restored from, in its order: largest first.
pub fn frontier_nodes(size: u64) -> Vec<NodeId> {
    Range { start: 0, end: size }.nodes().collect()
}

/// The leaves from `start` to before `end`, as RFC 9162 splits them off: `start` is a multiple of a power of two
/// that is not less than the range's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl Range {
    pub(crate) const fn len(self) -> u64 {
        self.end - self.start
    }

    /// Where the RFC splits a range of two leaves or more: its first part has the largest power of two that is
    /// less than its length.
    pub(crate) fn split(self) -> Option<(Self, Self)> {
        let half = 1 << (self.len().checked_sub(1)?.checked_ilog2()?);
        let middle = self.start + half;
        Some((Self { end: middle, ..self }, Self { start: middle, ..self }))
    }

    /// The perfect subtrees that make up the range, from the left: largest first.
    pub(crate) fn nodes(self) -> impl DoubleEndedIterator<Item = NodeId> {
        let Self { start, end } = self;
        let length = end - start;
        // Each bit of the length is one subtree; those of the higher bits stand before it.
        (0..=63_u8).rev().filter(move |level| (length >> level) & 1 == 1).map(move |level| {
            let before = length & !((1 << level) | ((1 << level) - 1));
            NodeId { level, index: (start + before) >> level }
        })
    }

    /// The range's hash, folded from the right. Nothing where a node is missing; the range must not be empty.
    pub(crate) fn hash(self, mut get: impl FnMut(NodeId) -> Option<Hash>) -> Result<Hash, NodeId> {
        let mut right: Option<Hash> = None;
        for id in self.nodes().rev() {
            let left = get(id).ok_or(id)?;
            right = Some(right.map_or(left, |right| Hash::of_node(&left, &right)));
        }
        Ok(right.unwrap_or_else(Hash::of_empty_tree))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frontier_is_the_size_in_powers_of_two() {
        let ids = |size| frontier_nodes(size).iter().map(|id| (id.level, id.index)).collect::<Vec<_>>();
        assert_eq!(ids(0), []);
        assert_eq!(ids(1), [(0, 0)]);
        assert_eq!(ids(7), [(2, 0), (1, 2), (0, 6)]);
        assert_eq!(ids(8), [(3, 0)]);
        assert_eq!(ids(13), [(3, 0), (2, 2), (0, 12)]);
        assert_eq!(ids(1 << 63), [(63, 0)]);
        assert_eq!(ids(u64::MAX).len(), 64);
    }

    #[test]
    fn a_range_splits_at_the_largest_smaller_power_of_two() {
        let split = |start, end| Range { start, end }.split().map(|(left, _)| left.end);
        assert_eq!(split(0, 0), None);
        assert_eq!(split(0, 1), None);
        assert_eq!(split(0, 2), Some(1));
        assert_eq!(split(8, 13), Some(12));
        assert_eq!(split(0, 8), Some(4));
        assert_eq!(split(0, u64::MAX), Some(1 << 63));
    }
}
