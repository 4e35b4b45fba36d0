//! Tamper evidence: signing the log's Merkle root, and publishing it.

mod sign;

pub use sign::SignRoots;
