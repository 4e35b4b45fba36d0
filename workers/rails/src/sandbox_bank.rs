//! The sandbox bank: accounts, payments between them, a statement each, and payouts for the anchor.
//!
//! Every operation is one transaction on one SQLite connection. Each account's balance is the sum of its entries,
//! and all accounts of a currency together are always nothing: what people and the anchor hold, the bank's own
//! account owes.

mod account;
mod bank;
mod booking;
mod config;
mod currency;
mod database;
mod error;
mod fault;
mod http;
mod input;
mod payment;
mod payout;
mod payout_order;
mod statement;

pub use account::{Account, NewAccount};
pub use bank::SandboxBank;
pub use booking::Totals;
pub use config::{AnchorAccount, SandboxBankConfig};
pub use error::BankError;
pub use fault::{Fault, FaultRule, Faults, Faulty};
pub use payment::NewPayment;
pub use payout::{NewPayout, Payout, PayoutStatus};
pub use statement::{Entry, EntryKind, Statement};
