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

/// The table of the signed roots, which is copied with the log; those of the tree are the feed's.
pub const ROOTS_TABLE: CopiedTable = CopiedTable::new("merkle_roots", &["number"]);
