//! A payout: the anchor pays to an account here or at another bank. The same key is the same payout, for ever.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;
use windlass_domain::ports::BankAccount;

use super::{
    BankError, Fault, Faulty, SandboxBank,
    currency::Currency,
    database::{from_micros, to_micros},
    payout_order::{Order, UNKNOWN_ACCOUNT},
};

/// How late a payout settles under [`Fault::SettleLate`].
const LATE: Duration = Duration::from_secs(5);

/// The anchor's order to pay out.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPayout {
    /// The anchor's account.
    pub from: String,
    /// Who gets it. A number of this bank must exist; any other number is taken to be at another bank.
    pub to: BankAccount,
    /// How much.
    pub amount: String,
    /// The currency of the anchor's account.
    pub currency: String,
    /// What the receiver reads.
    #[serde(default)]
    pub reference: String,
}

/// A payout as the bank shows it: nothing personal in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Payout {
    /// The bank's id of it.
    pub id: String,
    /// The anchor's key of it.
    pub key: String,
    /// How much.
    pub amount: String,
    /// Of what.
    pub currency: String,
    /// How it stands.
    #[serde(flatten)]
    pub status: PayoutStatus,
}

/// How a payout stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum PayoutStatus {
    /// Debited, not yet confirmed.
    Submitted,
    /// Arrived.
    Paid {
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        paid_at: OffsetDateTime,
    },
    /// Not paid, and never will be under this key.
    Failed {
        /// `unknown_account` or `wrong_currency`.
        code: String,
        /// The same in words.
        message: &'static str,
    },
}

impl SandboxBank {
    /// Pays out, or gives the payout that this key already names. A receiver whom this bank would have to know and
    /// does not is a payout that failed, not an error.
    ///
    /// # Errors
    /// [`BankError::KeyReused`]; [`BankError::UnknownAccount`] and [`BankError::Invalid`] by field;
    /// [`BankError::InsufficientFunds`], after which the same key can be tried again.
    pub async fn pay_out(&self, key: &str, new: &NewPayout) -> Result<Payout, BankError> {
        let mut tx = self.begin().await?;
        let order = Order::parse(&mut tx, key, new).await?;
        if let Some(known) = Order::with_key(&mut tx, key).await? {
            if known != order {
                return Err(BankError::KeyReused);
            }
            return self.show(&mut tx, key).await;
        }
        let now = self.now();
        let failure = order.execute(&mut tx, now).await?;
        let late = self.faults().take(Faulty::Payout, |fault| fault == Fault::SettleLate).is_some();
        order.insert(&mut tx, failure, now, if late { now + LATE } else { now }).await?;
        let payout = self.show(&mut tx, key).await?;
        self.commit(tx).await?;
        tracing::info!(
            payout = payout.id,
            key,
            amount = payout.amount,
            currency = payout.currency,
            failure,
            "payout taken"
        );
        Ok(payout)
    }

    /// What became of the payout with that key.
    ///
    /// # Errors
    /// [`BankError::UnknownPayout`] where the bank for certain never took one.
    pub async fn payout(&self, key: &str) -> Result<Payout, BankError> {
        self.show(&mut *self.begin().await?, key).await
    }

    async fn show(&self, db: &mut SqliteConnection, key: &str) -> Result<Payout, BankError> {
        let sql = "SELECT id, amount, currency, failure, created_at, settles_at FROM payouts WHERE key = ?";
        let row =
            sqlx::query(sql).bind(key).fetch_optional(&mut *db).await?.ok_or(BankError::UnknownPayout)?;
        let currency = Currency::find(db, row.try_get("currency")?).await?;
        let settles_at: i64 = row.try_get("settles_at")?;
        let status = match row.try_get::<Option<String>, _>("failure")? {
            Some(code) => PayoutStatus::Failed { message: words(&code), code },
            // One that settled at once stays so, even if the clock is set back.
            None if settles_at > row.try_get("created_at")? && settles_at > to_micros(self.now()) => {
                PayoutStatus::Submitted
            }
            None => PayoutStatus::Paid { paid_at: from_micros(settles_at)? },
        };
        Ok(Payout {
            id: format!("payout-{}", row.try_get::<i64, _>("id")?),
            key: key.to_owned(),
            amount: currency.show(row.try_get("amount")?)?,
            currency: currency.code,
            status,
        })
    }
}

fn words(failure: &str) -> &'static str {
    match failure {
        UNKNOWN_ACCOUNT => "the receiver's bank has no account with that number",
        _ => "the receiver's account is in another currency",
    }
}
