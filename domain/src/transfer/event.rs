//! What can happen to a transfer. Events live for ever: their JSON is kept by a golden log in the tests.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use windlass_stellar::{AccountId, Memo, MuxedAccount, StellarAsset, Stroops, TransactionHash};

use super::Kind;
use crate::{
    Amount, Amounts, AssetId, Money, Subject, Terms,
    ports::{DepositInstructions, ResultCodes},
};

/// What happened to a transfer, in the past tense; `docs/events.md` lists each with its meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TransferEvent {
    /// A wallet asked for it.
    Initiated(Box<Initiated>),
    /// The user opened the interactive pages with a one-time link.
    InteractiveSessionOpened {
        /// The session.
        session_id: String,
        /// The link's token, now used up.
        token_id: String,
    },
    /// The user gave all that is needed.
    FormSubmitted(FormSubmitted),
    /// What goes in, what is kept, what comes out; again whenever one of them changes.
    AmountsCalculated(Amounts),
    /// The user was told how to pay in.
    TransferInstructionsIssued {
        /// How.
        instructions: TransferInstructions,
        /// By when.
        #[serde(with = "time::serde::rfc3339")]
        deadline: OffsetDateTime,
    },
    /// The user's money is with us.
    FundsReceived(Receipt),
    /// More money came for a transfer that already had its own.
    AdditionalFundsReceived(Receipt),
    /// Money came after the transfer had ended.
    LateFundsReceived(Receipt),
    /// What came is less than the minimum.
    AmountRejectedAsTooSmall {
        /// What came.
        received: Money,
        /// The least.
        limit: Amount,
    },
    /// What came is more than the maximum.
    AmountRejectedAsTooLarge {
        /// What came.
        received: Money,
        /// The most.
        limit: Amount,
    },
    /// The destination cannot take the asset yet.
    TrustlineRequested {
        /// What is missing.
        reason: TrustReason,
    },
    /// Now it can.
    TrustlineEstablished,
    /// A signed payment is in the log; it may be sent from now on.
    StellarPaymentPrepared(PaymentPrepared),
    /// It was handed to the network.
    StellarPaymentSubmitted {
        /// Which.
        attempt: u32,
        /// Its transaction.
        hash: TransactionHash,
    },
    /// It is in a closed ledger.
    StellarPaymentConfirmed {
        /// Which.
        attempt: u32,
        /// Its transaction.
        hash: TransactionHash,
        /// The ledger.
        ledger: u32,
        /// When that closed.
        #[serde(with = "time::serde::rfc3339")]
        closed_at: OffsetDateTime,
    },
    /// It is in a closed ledger as failed, or was refused before it was ever let in.
    StellarPaymentFailed {
        /// Which.
        attempt: u32,
        /// Its transaction.
        hash: TransactionHash,
        /// Why, as the network says.
        codes: ResultCodes,
        /// What follows from it.
        class: FailureClass,
    },
    /// It is proven that it can never come into a ledger.
    StellarPaymentAbandoned {
        /// Which.
        attempt: u32,
        /// Its transaction.
        hash: TransactionHash,
        /// The proof.
        proof: DeathProof,
    },
    /// A payout is in the log; the rail may be called from now on.
    PayoutPrepared(PayoutPrepared),
    /// The rail took it.
    PayoutSubmitted {
        /// Which.
        attempt: u32,
        /// The rail's id.
        provider_ref: String,
    },
    /// The money is with the user's bank.
    PayoutConfirmed {
        /// Which.
        attempt: u32,
        /// The rail's id.
        external_transaction_id: String,
        /// When the rail booked it.
        #[serde(with = "time::serde::rfc3339")]
        booked_at: OffsetDateTime,
    },
    /// The rail did not pay, for certain.
    PayoutFailed {
        /// Which.
        attempt: u32,
        /// The rail's code.
        code: String,
        /// In words.
        message: String,
        /// What follows from it.
        class: FailureClass,
    },
    /// Both sides have what is theirs.
    Completed {
        /// The final amounts.
        amounts: Amounts,
        /// The Stellar side.
        stellar_transaction_id: TransactionHash,
        /// The off-chain side.
        external_transaction_id: String,
    },
    /// The user never paid in.
    Expired {
        /// The deadline that went by.
        #[serde(with = "time::serde::rfc3339")]
        deadline: OffsetDateTime,
    },
    /// It cannot go on by itself; an operator can recover it.
    Failed {
        /// For programs.
        code: String,
        /// For the user.
        message: String,
    },
    /// It goes on after `Failed` or `Expired`.
    Recovered {
        /// Why.
        reason: String,
    },
}

impl TransferEvent {
    /// Its name, as it stands in the log's `event_type`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Initiated(..) => "Initiated",
            Self::InteractiveSessionOpened { .. } => "InteractiveSessionOpened",
            Self::FormSubmitted(..) => "FormSubmitted",
            Self::AmountsCalculated(..) => "AmountsCalculated",
            Self::TransferInstructionsIssued { .. } => "TransferInstructionsIssued",
            Self::FundsReceived(..) => "FundsReceived",
            Self::AdditionalFundsReceived(..) => "AdditionalFundsReceived",
            Self::LateFundsReceived(..) => "LateFundsReceived",
            Self::AmountRejectedAsTooSmall { .. } => "AmountRejectedAsTooSmall",
            Self::AmountRejectedAsTooLarge { .. } => "AmountRejectedAsTooLarge",
            Self::TrustlineRequested { .. } => "TrustlineRequested",
            Self::TrustlineEstablished => "TrustlineEstablished",
            Self::StellarPaymentPrepared(..) => "StellarPaymentPrepared",
            Self::StellarPaymentSubmitted { .. } => "StellarPaymentSubmitted",
            Self::StellarPaymentConfirmed { .. } => "StellarPaymentConfirmed",
            Self::StellarPaymentFailed { .. } => "StellarPaymentFailed",
            Self::StellarPaymentAbandoned { .. } => "StellarPaymentAbandoned",
            Self::PayoutPrepared(..) => "PayoutPrepared",
            Self::PayoutSubmitted { .. } => "PayoutSubmitted",
            Self::PayoutConfirmed { .. } => "PayoutConfirmed",
            Self::PayoutFailed { .. } => "PayoutFailed",
            Self::Completed { .. } => "Completed",
            Self::Expired { .. } => "Expired",
            Self::Failed { .. } => "Failed",
            Self::Recovered { .. } => "Recovered",
        }
    }
}

/// What the wallet asked for, and the terms at that time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Initiated {
    /// Protocol and direction.
    pub kind: Kind,
    /// Who asked.
    pub subject: Subject,
    /// The wallet's domain, where it proved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_domain: Option<String>,
    /// Where a deposit is delivered, or from where a withdrawal will be paid.
    pub stellar_account: MuxedAccount,
    /// The asset on Stellar.
    pub stellar_asset: StellarAsset,
    /// Its counterpart off the ledger.
    pub off_chain_asset: AssetId,
    /// Limits and fees at this time.
    pub terms: Terms,
    /// What the wallet said the user wants to give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_amount: Option<Amount>,
    /// The memo that our payment to the user carries (deposit).
    #[serde(default, skip_serializing_if = "is_no_memo")]
    pub memo: Memo,
    /// The memo that a refund to the user carries (withdrawal).
    #[serde(default, skip_serializing_if = "is_no_memo")]
    pub refund_memo: Memo,
    /// The user's language, as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Whether the wallet can claim claimable balances.
    #[serde(default)]
    pub claimable_balance_supported: bool,
    /// The user's SEP-12 id, as the wallet gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// The form must be done by then.
    #[serde(with = "time::serde::rfc3339")]
    pub deadline: OffsetDateTime,
}

fn is_no_memo(memo: &Memo) -> bool {
    *memo == Memo::None
}

/// What the user entered; personal data only by reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormSubmitted {
    /// What the user wants to give.
    pub amount: Money,
    /// Where the payout goes (withdrawal).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payout: Option<PayoutDestination>,
}

/// Where a payout goes: sealed in the vault, with what may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutDestination {
    /// The vault's reference.
    pub vault_ref: String,
    /// Such as `…4711`.
    pub masked: String,
}

/// How the user pays in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TransferInstructions {
    /// By a rail, with a reference.
    OffChain {
        /// The rail.
        rail: String,
        /// What identifies the payment.
        reference: String,
        /// What to show.
        details: DepositInstructions,
    },
    /// On Stellar, with a memo.
    Stellar {
        /// Our receiving account.
        account: AccountId,
        /// What identifies the payment.
        memo: Memo,
    },
}

/// Money that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The InboundPayment's id: the payment's natural key.
    pub inbound_payment: String,
    /// How much of what.
    pub money: Money,
    /// When it was paid: the ledger's close, or the booking.
    #[serde(with = "time::serde::rfc3339")]
    pub paid_at: OffsetDateTime,
    /// Where it came from.
    pub source: ReceiptSource,
}

/// Where money came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReceiptSource {
    /// A rail.
    Rail {
        /// Which.
        rail: String,
        /// The rail's id of it.
        external_transaction_id: String,
    },
    /// The ledger.
    Stellar {
        /// The transaction.
        hash: TransactionHash,
        /// Who paid.
        from: MuxedAccount,
    },
}

/// Why a destination cannot take an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrustReason {
    /// There is no such account.
    NoAccount,
    /// It has no trustline.
    NoTrustline,
    /// The trustline has no room.
    LineFull,
    /// The issuer has not authorised it.
    NotAuthorized,
}

/// A signed payment, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPrepared {
    /// From 1.
    pub attempt: u32,
    /// Its transaction; the `StellarTransaction` of that id has the envelope.
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

/// What follows from a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureClass {
    /// Another attempt may succeed.
    Retryable,
    /// The destination has to be able to take the asset first.
    NeedsTrust(TrustReason),
    /// It will fail again.
    Terminal,
}

/// Why a transaction can never come into a ledger: one answer for its source account, of a ledger closed after the
/// transaction's max_time, with a sequence below the transaction's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeathProof {
    /// The ledger of that answer.
    pub ledger: u32,
    /// When it closed.
    #[serde(with = "time::serde::rfc3339")]
    pub closed_at: OffsetDateTime,
    /// The source account's sequence number at that ledger.
    pub account_sequence: i64,
}

/// A payout, ready to be ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutPrepared {
    /// From 1.
    pub attempt: u32,
    /// The rail.
    pub rail: String,
    /// Names this payout to the rail for ever.
    pub key: String,
    /// How much of what.
    pub money: Money,
    /// Where to, as far as it may be shown.
    pub masked_destination: String,
}
