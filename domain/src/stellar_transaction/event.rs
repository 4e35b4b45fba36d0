//! What can happen to an envelope of ours.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use windlass_stellar::{AccountId, Stroops, TransactionHash};

use crate::{
    ports::ResultCodes,
    transfer::{DeathProof, TransferId},
};

/// What happened to an envelope, in the past tense.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum StellarTransactionEvent {
    /// It is signed and in the log, together with what every member says of it; it may be sent from now on.
    Prepared(Box<PreparedTransaction>),
    /// It was handed to the network for the first time.
    Submitted,
    /// It is in a closed ledger and took effect.
    Confirmed {
        /// The ledger.
        ledger: u32,
        /// When that closed.
        #[serde(with = "time::serde::rfc3339")]
        closed_at: OffsetDateTime,
        /// The fee that was taken.
        fee_charged: Stroops,
    },
    /// It is in a closed ledger and took no effect.
    Failed {
        /// The ledger.
        ledger: u32,
        /// Why.
        codes: ResultCodes,
    },
    /// It can never come into a ledger.
    ProvenDead(DeathProof),
}

impl StellarTransactionEvent {
    /// Its name, as it stands in the log's `event_type`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Prepared(_) => "Prepared",
            Self::Submitted => "Submitted",
            Self::Confirmed { .. } => "Confirmed",
            Self::Failed { .. } => "Failed",
            Self::ProvenDead(_) => "ProvenDead",
        }
    }
}

/// A signed envelope with what must be known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedTransaction {
    /// Its hash.
    pub hash: TransactionHash,
    /// Base64 XDR, signed.
    pub envelope: String,
    /// The account whose sequence number it takes.
    pub source: AccountId,
    /// That number; (source, sequence) is reserved for this envelope alone.
    pub sequence: i64,
    /// No ledger that closes after this takes it.
    #[serde(with = "time::serde::timestamp")]
    pub max_time: OffsetDateTime,
    /// For whom it pays, in the order of its operations.
    pub members: Vec<Member>,
}

/// A transfer that an envelope pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The transfer.
    pub transfer: TransferId,
}
