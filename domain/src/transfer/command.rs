//! What a transfer can be told. Facts from the outside (time, terms, what the ledger said) come in with the command.

use time::OffsetDateTime;
use windlass_stellar::{Memo, MuxedAccount, StellarAsset, Stroops, TransactionHash};

use super::{
    DeathProof, FailureClass, Initiated, PayoutDestination, Receipt, TransferInstructions, TrustReason,
};
use crate::{Amount, ports::ResultCodes};

/// What a transfer can be told, in the imperative.
#[derive(Clone, Debug, PartialEq)]
pub enum TransferCommand {
    /// Begin.
    Initiate(Box<Initiated>),
    /// The user came with a one-time link.
    OpenInteractiveSession {
        /// The new session.
        session_id: String,
        /// The link's token.
        token_id: String,
    },
    /// The user confirmed the form.
    SubmitForm(Box<FormSubmission>),
    /// Money came in for it.
    RecordFunds(Receipt),
    /// The destination cannot take the asset.
    RequestTrustline {
        /// What is missing.
        reason: TrustReason,
    },
    /// The destination can take the asset now.
    EstablishTrustline,
    /// A payment was built and signed.
    PreparePayment(PreparedPayment),
    /// It was handed to the network.
    RecordPaymentSubmitted {
        /// Its transaction.
        hash: TransactionHash,
    },
    /// It is in a closed ledger.
    ConfirmPayment {
        /// Its transaction.
        hash: TransactionHash,
        /// The ledger.
        ledger: u32,
        /// When that closed.
        closed_at: OffsetDateTime,
    },
    /// It failed for good.
    FailPayment {
        /// Its transaction.
        hash: TransactionHash,
        /// What the network says.
        codes: ResultCodes,
        /// What follows.
        class: FailureClass,
    },
    /// It is proven dead.
    AbandonPayment {
        /// Its transaction.
        hash: TransactionHash,
        /// The proof.
        proof: DeathProof,
    },
    /// A payout is to be ordered.
    PreparePayout {
        /// By which rail.
        rail: String,
        /// Under which key.
        key: String,
    },
    /// The rail took it.
    RecordPayoutSubmitted {
        /// Its key.
        key: String,
        /// The rail's id.
        provider_ref: String,
    },
    /// The rail paid.
    ConfirmPayout {
        /// Its key.
        key: String,
        /// The rail's id.
        provider_ref: String,
        /// When.
        booked_at: OffsetDateTime,
    },
    /// The rail did not pay, for certain.
    FailPayout {
        /// Its key.
        key: String,
        /// The rail's code.
        code: String,
        /// In words.
        message: String,
        /// What follows.
        class: FailureClass,
    },
    /// The deadline may have gone by.
    Expire {
        /// The time.
        now: OffsetDateTime,
    },
    /// It cannot go on.
    Fail {
        /// For programs.
        code: String,
        /// For the user.
        message: String,
    },
    /// Go on after a failure or after late funds.
    Recover {
        /// Why.
        reason: String,
    },
}

/// What the user confirmed, with the instructions that were made for it.
#[derive(Clone, Debug, PartialEq)]
pub struct FormSubmission {
    /// What the user gives.
    pub amount: Amount,
    /// Where the payout goes (withdrawal).
    pub payout: Option<PayoutDestination>,
    /// How to pay in.
    pub instructions: TransferInstructions,
    /// By when.
    pub deadline: OffsetDateTime,
}

/// A payment that was built for a transfer; it has to be what the transfer owes, to the stroop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedPayment {
    /// Its transaction.
    pub hash: TransactionHash,
    /// To whom.
    pub destination: MuxedAccount,
    /// Of what.
    pub asset: StellarAsset,
    /// How much.
    pub amount: Stroops,
    /// With which memo.
    pub memo: Memo,
}
