//! Why a transfer does not do what it is told.

use crate::{Money, TermsError};

use super::Status;

/// Why a command was refused; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such transfer.
    #[error("there is no such transfer")]
    NotInitiated,
    /// It exists already.
    #[error("the transfer exists already")]
    AlreadyInitiated,
    /// The form was confirmed before.
    #[error("the form was already submitted")]
    FormAlreadySubmitted,
    /// It has ended.
    #[error("the transfer has ended: it is {0}")]
    Closed(Status),
    /// The amount does not fit the terms.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// A withdrawal needs to know where the money goes.
    #[error("the account that the money goes to is missing")]
    PayoutDestinationMissing,
    /// Instructions for the other direction.
    #[error("these instructions do not fit the direction of the transfer")]
    InstructionsMismatch,
    /// Nobody was told to pay.
    #[error("the transfer does not wait for funds")]
    NotAwaitingFunds,
    /// This payment was recorded before.
    #[error("payment {0} is already recorded")]
    PaymentAlreadyRecorded(String),
    /// Money of another kind.
    #[error("{received} came, {expected} is expected")]
    WrongAsset {
        /// What came.
        received: Money,
        /// The code of what should have come.
        expected: String,
    },
    /// Money of the right kind by the wrong way: confirming a delivery needs the other side's id.
    #[error("money for a {0} does not come this way")]
    WrongSource(&'static str),
    /// Nothing to deliver yet: never pay before the money is here.
    #[error("the funds have not been received")]
    NotFunded,
    /// Funds were received: it can no longer expire.
    #[error("the funds have been received")]
    Funded,
    /// The other direction.
    #[error("a {0} is not delivered this way")]
    WrongDirection(&'static str),
    /// A payment or payout is under way and not proven dead, or done: never a second one.
    #[error("a delivery is already under way or done")]
    DeliveryInProgress,
    /// Not the attempt that is under way.
    #[error("this is not the delivery that is under way")]
    OtherDelivery,
    /// The payment is not what is owed.
    #[error("the payment differs from what the transfer owes")]
    PaymentDiffers,
    /// The deadline has not gone by.
    #[error("the deadline has not gone by")]
    NotDue,
    /// Nothing that could be recovered.
    #[error("the transfer has not failed, or has no funds to go on with")]
    NotRecoverable,
    /// It waits for no trustline.
    #[error("the transfer does not wait for a trustline")]
    NotAwaitingTrust,
}
