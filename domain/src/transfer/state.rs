//! A transfer's facets: independent facts, each derived from events.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use windlass_stellar::TransactionHash;

use super::{Initiated, PayoutDestination, Receipt, TransferInstructions, TrustReason};
use crate::Amounts;

/// What is known of a transfer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// What was asked for; `None` before the first event.
    pub initiated: Option<Box<Initiated>>,
    /// Whether the user has given all that is needed.
    pub intake: Intake,
    /// Amounts as last calculated.
    pub amounts: Option<Amounts>,
    /// Where a payout goes.
    pub payout: Option<PayoutDestination>,
    /// How the user was told to pay in.
    pub instructions: Option<TransferInstructions>,
    /// By when the user has to act; moves on with the instructions.
    pub deadline: Option<OffsetDateTime>,
    /// Whether the user's money came.
    pub funding: Funding,
    /// How far the user's counter-value is.
    pub delivery: Delivery,
    /// How many payments or payouts were prepared.
    pub attempts: u32,
    /// Every payment that ever came in for this transfer, by its natural key.
    pub inbound_payments: Vec<String>,
    /// Whether it has ended.
    pub closure: Closure,
}

/// Whether the user has given all that is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intake {
    /// Not yet.
    #[default]
    Open,
    /// Yes.
    Submitted,
}

/// Whether the user's money came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Funding {
    /// Nothing yet.
    #[default]
    None,
    /// It is here.
    Received(Receipt),
}

/// How far the user's counter-value is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    /// Nothing is under way: a payment or payout may be prepared.
    #[default]
    NotStarted,
    /// The destination cannot take the asset.
    AwaitingTrust(TrustReason),
    /// In the log, perhaps sent.
    Prepared(Leg),
    /// Sent, fate unknown.
    Submitted(Leg),
    /// There.
    Delivered(Leg),
    /// An attempt failed for good and no other is to follow by itself.
    Failed,
}

/// One attempt at delivering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leg {
    /// By a payment on Stellar.
    Payment {
        /// From 1.
        attempt: u32,
        /// Its transaction.
        hash: TransactionHash,
    },
    /// By a rail.
    Payout {
        /// From 1.
        attempt: u32,
        /// Its key.
        key: String,
        /// The rail's id, once known.
        provider_ref: Option<String>,
    },
}

/// Whether, and how, a transfer has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Closure {
    /// It goes on.
    #[default]
    Open,
    /// Both sides have what is theirs.
    Completed,
    /// The user never paid in.
    Expired,
    /// It cannot go on by itself.
    Failed,
    /// What came was below the minimum.
    TooSmall,
    /// What came was above the maximum.
    TooLarge,
}
