//! The network's rules, pure: a ledger and a transaction give a new ledger and a result.
//!
//! No I/O and no clock: times come in with the call. [`Ledger::check`] is the door (what a node
//! refuses at once), [`Ledger::close`] takes transactions into the next ledger, and
//! [`Ledger::revert`] undoes a close that could not be kept. The rules are those of stellar-core
//! (protocol 27) and are held against its own answers by `tests/vectors.rs`.

mod account;
mod apply;
mod asset;
mod balance;
mod door;
mod entries;
mod envelope;
mod genesis;
mod ledger;
mod operations;
mod reserve;
mod result;
mod signatures;

pub use account::AccountView;
pub(crate) use asset::{issued_by, trusted_asset};
pub(crate) use balance::line_liabilities;
pub use door::CloseWindow;
pub use envelope::{FeeBump, SignedTransaction};
pub use genesis::{BASE_FEE, BASE_RESERVE, MAX_OPERATIONS, PROTOCOL, TOTAL_COINS, root_key};
pub use ledger::Ledger;
pub(crate) use ledger::sponsor;
pub use operations::is_supported;
pub use result::is_success;
