//! Checking proofs: the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2. Nothing in a proof is trusted.

use crate::Hash;

/// Why a path proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The tree has no such leaf.
    #[error("a tree of {size} leaves has no leaf {index}; the first is 0")]
    NoSuchLeaf {
        /// Which leaf it is said to be, from 0.
        index: u64,
        /// How many leaves there are said to be.
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
    /// The path is longer or shorter than the sizes call for.
    #[error("the path has {0} hashes, which are too many or too few")]
    PathLength(usize),
    /// The path leads to another root of the tree.
    #[error("the path leads to the root {found}")]
    OtherRoot {
        /// What was computed.
        found: Hash,
    },
    /// The path leads to another root of the earlier tree.
    #[error("the path leads to the earlier root {found}")]
    OtherEarlierRoot {
        /// What was computed.
        found: Hash,
    },
}

/// Whether `leaf` is leaf `index` (from 0) of the tree of `size` leaves that has this `root`.
///
/// # Errors
/// [`VerifyError`] if `path` does not prove it.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), VerifyError> {
    let last = size.checked_sub(1).filter(|last| index <= *last);
    let last = last.ok_or(VerifyError::NoSuchLeaf { index, size })?;
    let mut climb = Climb { node: index, last };
    let mut hash = *leaf;
    for sister in path {
        hash = match climb.step().ok_or(VerifyError::PathLength(path.len()))? {
            Side::Left => Hash::of_node(sister, &hash),
            Side::Right => Hash::of_node(&hash, sister),
        };
    }
    if !climb.is_at_root() {
        return Err(VerifyError::PathLength(path.len()));
    }
    if hash == *root { Ok(()) } else { Err(VerifyError::OtherRoot { found: hash }) }
}

/// Whether the tree of `from` leaves with `from_root` is the beginning of that of `to` leaves with `to_root`.
///
/// The RFC leaves two cases to us. Trees of one size are consistent if their roots are the same; the empty tree is
/// the beginning of every other. Both have an empty path.
///
/// # Errors
/// [`VerifyError`] if `path` does not prove it.
pub fn verify_consistency(
    from: u64,
    to: u64,
    from_root: &Hash,
    to_root: &Hash,
    path: &[Hash],
) -> Result<(), VerifyError> {
    if from > to {
        return Err(VerifyError::Shrinks { from, to });
    }
    let length = || VerifyError::PathLength(path.len());
    if from == to || from == 0 {
        let known = if from == 0 { Hash::of_empty_tree() } else { *to_root };
        return match path {
            [] if known != *from_root => Err(VerifyError::OtherEarlierRoot { found: known }),
            [] if from == to && from_root != to_root => Err(VerifyError::OtherRoot { found: *from_root }),
            [] => Ok(()),
            _ => Err(length()),
        };
    }
    // Where the first tree is one perfect subtree, its root is the first hash, and left out of the path.
    let (first, rest) = match path {
        [] => return Err(length()),
        _ if from.is_power_of_two() => (from_root, path),
        [first, rest @ ..] => (first, rest),
    };
    // From the last leaf of the first tree up to the largest perfect subtree that ends with it.
    let mut climb = Climb { node: from - 1, last: to - 1 };
    climb.skip(climb.node.trailing_ones());
    let (mut earlier, mut later) = (*first, *first);
    for sister in rest {
        match climb.step().ok_or_else(length)? {
            Side::Left => {
                earlier = Hash::of_node(sister, &earlier);
                later = Hash::of_node(sister, &later);
            }
            Side::Right => later = Hash::of_node(&later, sister),
        }
    }
    if !climb.is_at_root() {
        return Err(length());
    }
    if earlier != *from_root {
        return Err(VerifyError::OtherEarlierRoot { found: earlier });
    }
    if later == *to_root { Ok(()) } else { Err(VerifyError::OtherRoot { found: later }) }
}

/// On which side of us the next hash of a path stands.
enum Side {
    Left,
    Right,
}

/// The way up from a node to the root: the RFC's `fn` and `sn`.
struct Climb {
    node: u64,
    /// The last node of the level.
    last: u64,
}

impl Climb {
    /// One step up with the next hash of the path; nothing at the root.
    fn step(&mut self) -> Option<Side> {
        if self.is_at_root() {
            return None;
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // The last node of a level may have no sister for some levels, and rises as it is.
            self.skip(self.node.trailing_zeros());
            Side::Left
        } else {
            Side::Right
        };
        self.skip(1);
        Some(side)
    }

    fn skip(&mut self, levels: u32) {
        self.node = self.node.checked_shr(levels).unwrap_or(0);
        self.last = self.last.checked_shr(levels).unwrap_or(0);
    }

    const fn is_at_root(&self) -> bool {
        self.last == 0
    }
}
