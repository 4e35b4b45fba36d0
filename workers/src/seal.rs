//! Tamper evidence: signing the log's Merkle root, and publishing it.

mod publish;
mod sign;

pub use publish::PublishRoots;
pub use sign::SignRoots;
