//! A booking moves money from one account to another: the only way by which a balance changes.

use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;
use windlass_domain::Amount;

use super::{
    BankError, EntryKind, SandboxBank,
    account::{Role, StoredAccount},
    currency::Currency,
    database::to_micros,
};

/// An amount on its way from one account to another of the same currency. Each side's statement shows the other's
/// holder and number.
pub(super) struct Booking<'a> {
    pub kind: EntryKind,
    pub from: &'a StoredAccount,
    pub to: &'a StoredAccount,
    pub amount: Amount,
    pub reference: &'a str,
    pub at: OffsetDateTime,
}

impl Booking<'_> {
    /// Books both sides.
    ///
    /// # Errors
    /// [`BankError::InsufficientFunds`]; [`BankError::Invalid`] where a balance would grow out of range.
    pub async fn book(&self, db: &mut SqliteConnection) -> Result<(), BankError> {
        let too_large = || BankError::invalid("amount", "an account cannot hold that much");
        let units = self.amount.to_stroops().map_err(|_| too_large())?.get();
        let left = self.from.balance.checked_sub(units).ok_or_else(too_large)?;
        if left < 0 && self.from.role != Role::Bank {
            return Err(BankError::InsufficientFunds);
        }
        let grown = self.to.balance.checked_add(units).ok_or_else(too_large)?;
        self.enter(db, self.from, self.to, -units, left).await?;
        self.enter(db, self.to, self.from, units, grown).await
    }

    async fn enter(
        &self,
        db: &mut SqliteConnection,
        account: &StoredAccount,
        other: &StoredAccount,
        units: i64,
        balance: i64,
    ) -> Result<(), BankError> {
        sqlx::query("UPDATE accounts SET balance = ? WHERE id = ?")
            .bind(balance)
            .bind(account.id)
            .execute(&mut *db)
            .await?;
        let sql =
            "INSERT INTO entries (account, kind, amount, balance, counterparty_holder, counterparty_number,
                                        reference, booked_at)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        sqlx::query(sql)
            .bind(account.id)
            .bind(self.kind.name())
            .bind(units)
            .bind(balance)
            .bind(&other.holder)
            .bind(&other.number)
            .bind(self.reference)
            .bind(to_micros(self.at))
            .execute(db)
            .await?;
        Ok(())
    }
}

/// What a currency's accounts hold together. The two are always equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// What the bank owes: opening balances less what went to other banks.
    pub issued: String,
    /// What people and the anchor have on their accounts.
    pub held: String,
}

impl SandboxBank {
    /// What the bank issued of a currency, and what all accounts hold of it.
    ///
    /// # Errors
    /// [`BankError::Invalid`] for a currency that the bank does not keep.
    pub async fn totals(&self, currency: &str) -> Result<Totals, BankError> {
        let mut tx = self.begin().await?;
        let currency = Currency::find(&mut tx, currency).await?;
        let sql = "SELECT -coalesce(sum(balance) FILTER (WHERE role = 'bank'), 0),
                          coalesce(sum(balance) FILTER (WHERE role <> 'bank'), 0)
                   FROM accounts WHERE currency = ?";
        let row = sqlx::query(sql).bind(&currency.code).fetch_one(&mut *tx).await?;
        Ok(Totals { issued: currency.show(row.try_get(0)?)?, held: currency.show(row.try_get(1)?)? })
    }
}
