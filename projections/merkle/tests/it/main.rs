//! The tree against the RFC's own words, and proofs against everyone who would change them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot make its fixture fails"
)]

mod checker;
mod fixture;
mod golden;
mod proofs;
mod reference;
mod refusals;
mod signed_roots;
mod tree;
mod vectors;
