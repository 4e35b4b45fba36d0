//! Tamper evidence for the event log: a Merkle tree as in RFC 9162, its proofs, and signed roots.
//!
//! Everything here is pure: nodes, keys and times are arguments. `docs/tamper-evidence.md` has the formats.

mod frontier;
mod hash;
mod leaf;
mod log_name;
mod node;
mod proof;
mod prove;
mod signature;
mod signed_root;
mod verify;

pub use frontier::{Frontier, FrontierError};
pub use hash::{Hash, HashError};
pub use leaf::Leaf;
pub use log_name::{LogName, LogNameError};
pub use node::{Node, NodeId, frontier_nodes};
pub use proof::{Consistency, Format, Proof, ProofError, ProvenEvent, Published, Stream};
pub use prove::{
    ProveError, consistency_nodes, consistency_proof, inclusion_nodes, inclusion_proof, root_of,
};
pub use signature::{Signature, SignatureError};
pub use signed_root::{ChainError, SignedRoot, TreeHead, UnverifiedSignature};
pub use verify::{VerifyError, verify_consistency, verify_inclusion};
