//! Tamper evidence: a feed keeps a Merkle tree over the log, its roots are signed, and both are checked and proven.
//!
//! `docs/tamper-evidence.md` has the formats; `windlass-merkle` the tree, the proofs and the signed roots.

mod error;
mod feed;
mod leaf;
mod nodes;
mod prove;
mod roots;
mod sign;
mod tampering;
mod tree;
mod verify;

use windlass_store::CopiedTable;

pub use error::SealError;
pub use feed::SealFeed;
pub use prove::{NoProof, prove};
pub use roots::{Publication, Roots, StoredRoot};
pub use sign::sign_next;
pub use tampering::{EventName, Tampering};
pub use tree::{StoredLeaf, Tree};
pub use verify::{Options as VerifyOptions, Verification, verify};
pub use windlass_merkle::{Hash, LogName, Proof, SignedRoot, TreeHead};

/// The tables of the tree and of its signed roots, which are copied with the log: they are evidence of what it was.
pub const TABLES: [CopiedTable; 3] = [
    CopiedTable::new("merkle_leaves", &["leaf"]),
    CopiedTable::new("merkle_nodes", &["level", "node"]),
    CopiedTable::new("merkle_roots", &["number"]),
];
