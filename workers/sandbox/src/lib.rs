//! A small Stellar network: a pure engine and Horizon's face.

pub mod engine;
mod faults;
mod horizon;
mod network;

pub use faults::{Do, Fault, Faults, On};
pub use network::{Sandbox, SandboxConfig, SandboxError};
