//! A small Stellar network for a laptop and for tests.
//!
//! [`engine`] holds the network's rules, pure, and held against stellar-core's own answers;
//! [`Sandbox`] runs a network with them: it takes transactions, closes ledgers, keeps them in a
//! file, and answers over HTTP as Horizon does ([`Sandbox::router`]), so that ordinary Stellar
//! SDKs work against it. [`Faults`] make it misbehave on command.
//!
//! What it does not have: offers, path payments, claimable balances, clawback, sponsorship,
//! liquidity pools and contracts. Their operations answer `op_not_supported`. Fees do not surge:
//! a full ledger takes the highest bids, and every transaction pays the least fee.

pub mod engine;
mod faults;
mod horizon;
mod network;

pub use faults::{Do, Fault, Faults, On};
pub use network::{Sandbox, SandboxConfig, SandboxError};
