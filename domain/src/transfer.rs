//! The Transfer aggregate: one deposit or withdrawal, from the first request to the last stroop.
//!
//! Its state is a set of independent facets ([`Transfer`]); the status that a SEP shows is a view of them
//! ([`Status`]), and no rule ever looks at it. [`Transfer::decide`] turns a command into events or a refusal.

mod apply;
mod command;
mod decide;
mod event;
mod id;
mod refusal;
mod state;
mod status;
#[cfg(test)]
mod tests;

pub use command::{FormSubmission, PreparedPayment, TransferCommand};
pub use event::{
    DeathProof, FailureClass, FormSubmitted, Initiated, PaymentPrepared, PayoutDestination, PayoutPrepared,
    Receipt, ReceiptSource, TransferEvent, TransferInstructions, TrustReason,
};
pub use id::{Kind, TransferId};
pub use refusal::Refusal;
pub use state::{Closure, Delivery, Funding, Intake, Leg, Transfer};
pub use status::Status;
