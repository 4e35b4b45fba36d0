//! Transactions: built and signed for sending, and read from envelopes that others hand in.
//!
//! What is built is bounded in time, so that its fate can be known; sequence numbers are always given by the caller.

mod build;
mod envelope;
mod operation;
mod result;

pub use build::{SignedTransaction, TimeBounds, Transaction, TransactionError};
pub use envelope::{Envelope, EnvelopeError, FeeBump};
pub use operation::{Operation, OperationError};
pub use result::{ResultError, ResultNames};
