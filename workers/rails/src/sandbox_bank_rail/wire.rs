//! The bank's JSON, read with suspicion: what does not add up is an unknown outcome, never a guess.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use time::OffsetDateTime;
use windlass_domain::{
    Amount, AssetId, CurrencyCode, Money,
    ports::{BankAccount, Credit, CreditPage, Cursor, PayoutOutcome, RailError},
};

/// The body of `POST /payouts`. Personal data: no `Debug`.
#[derive(Serialize)]
pub(super) struct PayoutRequest {
    pub from: String,
    pub to: BankAccount,
    pub amount: Amount,
    pub currency: String,
    pub reference: String,
}

/// A payout.
#[derive(Deserialize)]
pub(super) struct PayoutResponse {
    id: String,
    key: String,
    #[serde(flatten)]
    status: PayoutStatus,
}

#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum PayoutStatus {
    Submitted,
    Paid {
        #[serde(with = "time::serde::rfc3339")]
        paid_at: OffsetDateTime,
    },
    Failed {
        code: String,
    },
}

impl PayoutResponse {
    pub fn parse(body: &[u8]) -> Result<Self, RailError> {
        parse(body, "payout")
    }

    /// How the payout with that key stands.
    pub fn outcome(self, key: &str) -> Result<PayoutOutcome, RailError> {
        if self.key != key {
            return Err(RailError::Unknown("the bank answered about another payout".to_owned()));
        }
        let id = short(self.id)?;
        Ok(match self.status {
            PayoutStatus::Submitted => PayoutOutcome::Submitted { id },
            PayoutStatus::Paid { paid_at } => PayoutOutcome::Paid { id, at: paid_at },
            PayoutStatus::Failed { code } if is_code(&code) => {
                PayoutOutcome::Failed { message: words(&code).to_owned(), code }
            }
            PayoutStatus::Failed { .. } => {
                return Err(RailError::Unknown("the bank's answer holds no proper code".to_owned()));
            }
        })
    }
}

/// A page of the anchor's statement.
#[derive(Deserialize)]
pub(super) struct StatementResponse {
    entries: Vec<Entry>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    kind: String,
    amount: String,
    currency: String,
    reference: String,
    #[serde(with = "time::serde::rfc3339")]
    booked_at: OffsetDateTime,
}

impl StatementResponse {
    pub fn parse(body: &[u8]) -> Result<Self, RailError> {
        parse(body, "statement")
    }

    /// What people paid in, and where to go on. One entry that cannot be read stops the page: money is not skipped.
    pub fn credits(self, currency: CurrencyCode, after: Option<&str>) -> Result<CreditPage, RailError> {
        let stuck = self.next.is_none() || self.next.as_deref() == after;
        if !self.entries.is_empty() && stuck {
            return Err(RailError::Unknown("the bank's statement does not go on".to_owned()));
        }
        let credits: Result<Vec<Credit>, RailError> =
            self.entries.into_iter().filter_map(|entry| entry.credit(currency).transpose()).collect();
        Ok(CreditPage { credits: credits?, next: self.next.map(short).transpose()?.map(Cursor) })
    }
}

impl Entry {
    /// The credit that this entry is; none where it is an opening balance or money that left.
    fn credit(self, currency: CurrencyCode) -> Result<Option<Credit>, RailError> {
        if self.currency != currency.as_str() {
            return Err(RailError::Unknown(
                "an entry of the bank's statement is in another currency".to_owned(),
            ));
        }
        let (size, is_credit) = match self.amount.strip_prefix('-') {
            Some(size) => (size, false),
            None => (self.amount.as_str(), self.kind == "payment"),
        };
        let amount: Amount = size
            .parse()
            .map_err(|_| RailError::Unknown("an entry of the bank's statement has no amount".to_owned()))?;
        if !is_credit {
            return Ok(None);
        }
        Ok(Some(Credit {
            id: short(self.id)?,
            money: Money::new(amount, AssetId::Iso4217(currency)),
            reference: self.reference,
            booked_at: self.booked_at,
        }))
    }
}

/// Whether this is a code as the bank writes them, and so fit for a log.
pub(super) fn is_code(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (1..=40).contains(&text.len()) && text.bytes().all(plain)
}

/// A failure in our words: the bank's are not known to be free of personal data.
fn words(code: &str) -> &'static str {
    match code {
        "unknown_account" => "the receiver's bank has no account with that number",
        "wrong_currency" => "the receiver's account is in another currency",
        _ => "the bank did not pay",
    }
}

fn parse<T: DeserializeOwned>(body: &[u8], what: &str) -> Result<T, RailError> {
    // Not the parser's words: they can quote the answer, and so personal data.
    serde_json::from_slice(body).map_err(|_| RailError::Unknown(format!("the bank's answer is no {what}")))
}

/// An id, cursor or code of a sane size.
fn short(text: String) -> Result<String, RailError> {
    if text.is_empty() || text.len() > 100 {
        return Err(RailError::Unknown("the bank's answer holds an id of no sane size".to_owned()));
    }
    Ok(text)
}
