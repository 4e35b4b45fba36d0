//! The network around the engine: what waits for the next ledger, when ledgers close, and the
//! file in which state and history are kept.
//!
//! State is in memory and on file, history only on file: it is read page by page. A ledger is
//! published once it is stored, in one transaction, so nobody sees what a crash could undo.

mod close;
mod config;
mod friendbot;
mod participants;
mod queue;
mod sandbox;
pub(crate) mod store;

pub use config::{SandboxConfig, SandboxError};
pub(crate) use queue::Answer;
pub use sandbox::Sandbox;
