//! What can go wrong with the tree and its signed roots.

use windlass_merkle::{ChainError, Hash, NodeId, UnverifiedSignature};
use windlass_store::StoreError;

/// The tree or its signed roots cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A node that must be there is not.
    #[error("the tree has lost node {} of level {}: run `windlass audit verify`", .0.index, .0.level)]
    MissingNode(NodeId),
    /// The tree is not the one whose root was signed. Nothing more is signed: the two histories must not become one.
    #[error(
        "the tree of {size} leaves had the root {signed} when it was signed, and now has {found}: run `windlass audit \
         verify`"
    )]
    Diverged {
        /// The size of the signed root.
        size: u64,
        /// The root that was signed.
        signed: Hash,
        /// The root that the stored nodes give.
        found: Hash,
    },
    /// The tree has fewer leaves than a root that was signed.
    #[error("a root of {signed} leaves is signed, and the tree has {found}: run `windlass audit verify`")]
    Shrunk {
        /// The size of the signed root.
        signed: u64,
        /// The size of the tree.
        found: u64,
    },
    /// A stored root cannot be read as one.
    #[error("signed root {number} is unreadable: {why}")]
    UnreadableRoot {
        /// Which of the chain, from 1.
        number: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A stored root is not signed by the key that it names.
    #[error(transparent)]
    Signature(#[from] UnverifiedSignature),
    /// A root does not come after the one before it.
    #[error(transparent)]
    Chain(#[from] ChainError),
}
