//! Rails: the ways by which off-chain money comes in and goes out.
//!
//! [`SandboxBank`] is a small bank of its own that knows nothing of transfers; [`SandboxBankRail`] speaks to it
//! over HTTP only, as a rail to a real bank would.

mod sandbox_bank;
mod sandbox_bank_rail;

pub use sandbox_bank::{
    Account, AnchorAccount, BankError, Entry, EntryKind, Fault, FaultRule, Faults, Faulty, NewAccount,
    NewPayment, NewPayout, Payout, PayoutStatus, SandboxBank, SandboxBankConfig, Statement, Totals,
};
pub use sandbox_bank_rail::{SandboxBankRail, SandboxBankRailConfig, SandboxBankRailError};
