//! The ledger port over Horizon, the REST interface that every Stellar network offers, the sandbox included.
//!
//! Nothing that Horizon or a proxy before it answers is taken for more than it says: only Horizon's own "not found" is
//! one, only a transaction that is found by its hash has a fate, and every answer has a limit in size and time.

mod account;
mod config;
mod history;
mod horizon;
mod http;
mod json;
mod network;
mod payments;
mod problem;
mod record;
mod stream;
mod submit;
mod transaction;

pub use config::{HorizonConfig, HorizonConfigError};
pub use horizon::Horizon;
