//! An order to pay out: reading it, comparing it with what its key already names, and executing it once.

use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;
use windlass_domain::{Amount, Stroops};

use super::{
    BankError, EntryKind, NewPayout,
    account::{NUMBER_PREFIX, Role, StoredAccount},
    booking::Booking,
    currency::Currency,
    database::to_micros,
    input,
};

pub(super) const UNKNOWN_ACCOUNT: &str = "unknown_account";
const WRONG_CURRENCY: &str = "wrong_currency";

/// What was ordered. Two orders under one key have to be equal.
#[derive(PartialEq, Eq)]
pub(super) struct Order {
    key: String,
    payer: String,
    to_holder: String,
    to_number: String,
    amount: Stroops,
    currency: String,
    reference: String,
}

impl Order {
    /// Reads an order.
    pub async fn parse(db: &mut SqliteConnection, key: &str, new: &NewPayout) -> Result<Self, BankError> {
        let currency = Currency::find(db, &new.currency).await?;
        let amount = input::amount("amount", &new.amount, currency.digits)?;
        Ok(Self {
            key: input::key("Idempotency-Key", key)?,
            payer: input::number("from", &new.from)?,
            to_holder: input::holder("to.holder", &new.to.holder)?,
            to_number: input::number("to.number", &new.to.number)?,
            amount: amount.to_stroops().map_err(|error| BankError::invalid("amount", error.to_string()))?,
            currency: currency.code,
            reference: input::reference("reference", &new.reference)?,
        })
    }

    /// The order that this key names.
    pub async fn with_key(db: &mut SqliteConnection, key: &str) -> Result<Option<Self>, BankError> {
        let sql =
            "SELECT payer, to_holder, to_number, amount, currency, reference FROM payouts WHERE key = ?";
        let Some(row) = sqlx::query(sql).bind(key).fetch_optional(db).await? else { return Ok(None) };
        Ok(Some(Self {
            key: key.to_owned(),
            payer: row.try_get("payer")?,
            to_holder: row.try_get("to_holder")?,
            to_number: row.try_get("to_number")?,
            amount: Stroops::new(row.try_get("amount")?).ok_or(BankError::Corrupt("amount"))?,
            currency: row.try_get("currency")?,
            reference: row.try_get("reference")?,
        }))
    }

    /// Moves the money; or says why nobody can be paid by this order.
    pub async fn execute(
        &self,
        db: &mut SqliteConnection,
        now: OffsetDateTime,
    ) -> Result<Option<&'static str>, BankError> {
        let from = StoredAccount::find(db, "from", &self.payer).await?;
        if from.role != Role::Anchor {
            return Err(BankError::NotAllowed("from: only the anchor's account pays out"));
        }
        if from.currency != self.currency {
            return Err(BankError::invalid("currency", "the currency of the anchor's account is needed"));
        }
        let to = match StoredAccount::with_number(db, &self.to_number).await? {
            Some(account) if account.role != Role::Person => return Ok(Some(UNKNOWN_ACCOUNT)),
            Some(account) if account.currency != self.currency => return Ok(Some(WRONG_CURRENCY)),
            Some(account) => account,
            None if self.to_number.starts_with(NUMBER_PREFIX) => return Ok(Some(UNKNOWN_ACCOUNT)),
            None => self.elsewhere(db).await?,
        };
        let amount = Amount::from(self.amount);
        let booking = Booking {
            kind: EntryKind::Payout,
            from: &from,
            to: &to,
            amount,
            reference: &self.reference,
            at: now,
        };
        booking.book(db).await.map(|()| None)
    }

    /// Money for another bank leaves by this bank's own account, in the receiver's name.
    async fn elsewhere(&self, db: &mut SqliteConnection) -> Result<StoredAccount, BankError> {
        let own = StoredAccount::own(db, &self.currency).await?;
        Ok(StoredAccount { holder: self.to_holder.clone(), number: self.to_number.clone(), ..own })
    }

    /// Keeps the order under its key.
    pub async fn insert(
        &self,
        db: &mut SqliteConnection,
        failure: Option<&str>,
        created_at: OffsetDateTime,
        settles_at: OffsetDateTime,
    ) -> Result<(), BankError> {
        let sql =
            "INSERT INTO payouts (key, payer, to_holder, to_number, amount, currency, reference, failure,
                                        created_at, settles_at)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        sqlx::query(sql)
            .bind(&self.key)
            .bind(&self.payer)
            .bind(&self.to_holder)
            .bind(&self.to_number)
            .bind(self.amount.get())
            .bind(&self.currency)
            .bind(&self.reference)
            .bind(failure)
            .bind(to_micros(created_at))
            .bind(to_micros(settles_at))
            .execute(db)
            .await?;
        Ok(())
    }
}
