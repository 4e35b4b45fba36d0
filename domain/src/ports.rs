//! What the outside must offer to the domain: a ledger, rails, a clock and ids.
//!
//! Workers and API hold these as trait objects, so that the same code runs against the real network, the
//! sandbox and a seeded simulation.

mod clock;
mod ledger;
mod rail;

pub use clock::{Clock, Ids};
pub use ledger::{
    Cursor, FeeStats, Ledger, LedgerAccount, LedgerBalance, LedgerError, LedgerHeader, LedgerSigner,
    LedgerTransaction, PaymentKind, PaymentPage, ReceivedPayment, ResultCodes, Submission, Thresholds,
};
pub use rail::{
    BankAccount, Credit, CreditPage, DepositInstructions, InstructionField, PayoutOrder, PayoutOutcome, Rail,
    RailCapabilities, RailError,
};
