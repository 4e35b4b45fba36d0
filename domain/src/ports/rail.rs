//! A rail: the way by which off-chain money comes in and goes out, such as a bank.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Money, ports::Cursor};

/// A bank or another provider of off-chain money.
#[async_trait]
pub trait Rail: Send + Sync {
    /// A short, stable name, such as `sandbox-bank`. It stands in events.
    fn name(&self) -> &'static str;

    /// What it promises.
    fn capabilities(&self) -> RailCapabilities;

    /// How somebody pays in with that reference.
    async fn deposit_instructions(&self, reference: &str) -> Result<DepositInstructions, RailError>;

    /// What came in after `cursor` (or from the beginning), oldest first, at most `limit` credits.
    async fn credits(&self, cursor: Option<&Cursor>, limit: u32) -> Result<CreditPage, RailError>;

    /// Pays out. With [`RailCapabilities::idempotent`], the same key again is the same payout.
    async fn pay_out(&self, order: &PayoutOrder) -> Result<PayoutOutcome, RailError>;

    /// What became of the payout with that key; `None` where the rail for certain never got it.
    async fn payout(&self, key: &str) -> Result<Option<PayoutOutcome>, RailError>;
}

/// What a rail promises about payouts. With neither, an unknown outcome waits for an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RailCapabilities {
    /// The same key again is the same payout.
    pub idempotent: bool,
    /// A payout can be looked up by its key.
    pub queryable: bool,
}

/// Why a rail gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RailError {
    /// No answer, or an unclear one: the order may or may not have been taken.
    #[error("the rail cannot be reached or gave no clear answer: {0}")]
    Unknown(String),
    /// It did not take the request, and says so for certain.
    #[error("the rail refused: {0}")]
    Refused(String),
}

/// How to pay in: what the user is shown, as SEP-9 fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepositInstructions {
    /// SEP-9 name (such as `organization.bank_account_number`), value and a description, in the order to show.
    pub fields: Vec<InstructionField>,
}

/// One line of deposit instructions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstructionField {
    /// The SEP-9 field name.
    pub name: String,
    /// What to enter.
    pub value: String,
    /// What it is, in plain words.
    pub description: String,
}

/// Money that came in on a rail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// The rail's own id of it: the same credit seen twice is one credit.
    pub id: String,
    /// How much of what.
    pub money: Money,
    /// The reference that the payer gave, as written.
    pub reference: String,
    /// When it was booked.
    #[serde(with = "time::serde::rfc3339")]
    pub booked_at: OffsetDateTime,
}

/// Credits, and where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreditPage {
    /// Oldest first.
    pub credits: Vec<Credit>,
    /// The place after the last one; `None` where nothing is new.
    pub next: Option<Cursor>,
}

/// Where a payout goes. Personal data: it lives in the vault, never in an event or a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccount {
    /// Whose account it is.
    pub holder: String,
    /// The account number or IBAN.
    pub number: String,
}

impl BankAccount {
    /// What may be shown and logged: the last four characters of the number, and never more than are hidden.
    pub fn masked(&self) -> String {
        let digits: Vec<char> = self.number.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let tail: String =
            digits.iter().skip(digits.len().saturating_sub(4).max(digits.len().min(4))).collect();
        format!("…{tail}")
    }
}

impl std::fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BankAccount({})", self.masked())
    }
}

/// An order to pay out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutOrder {
    /// Names this payout for ever: the same key is the same payout.
    pub key: String,
    /// How much of what.
    pub money: Money,
    /// To whom.
    pub destination: BankAccount,
    /// What the receiver reads on the statement.
    pub reference: String,
}

/// How a payout stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayoutOutcome {
    /// Taken, not yet final.
    Submitted {
        /// The rail's id.
        id: String,
    },
    /// The money is at the receiver's bank.
    Paid {
        /// The rail's id.
        id: String,
        /// When.
        at: OffsetDateTime,
    },
    /// Not paid, for certain, and never will be under this key.
    Failed {
        /// The rail's code.
        code: String,
        /// In words that an operator understands.
        message: String,
    },
}
