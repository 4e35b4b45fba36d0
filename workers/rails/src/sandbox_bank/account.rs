//! Accounts: opening one, and looking one up.

use serde::{Deserialize, Serialize};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::OffsetDateTime;
use windlass_domain::Amount;

use super::{
    BankError, EntryKind, SandboxBank, SandboxBankConfig, booking::Booking, currency::Currency, input,
};

/// Numbers that begin so are of this bank; all others belong to other banks.
pub(super) const NUMBER_PREFIX: &str = "SBX";

/// A wish to open an account.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Whose account it is.
    pub holder: String,
    /// An ISO 4217 code that the bank keeps.
    pub currency: String,
    /// What is on it from the beginning.
    pub opening_balance: String,
}

/// An account as the bank shows it. Personal data: no `Debug`, so that it cannot get into a log by accident.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The number by which others pay to it.
    pub number: String,
    /// Whose it is.
    pub holder: String,
    /// Its currency.
    pub currency: String,
    /// What is on it, with the currency's decimals.
    pub balance: String,
}

impl SandboxBank {
    /// Opens an account for somebody. The opening balance is drawn on the bank itself.
    ///
    /// # Errors
    /// [`BankError::Invalid`] by field.
    pub async fn open_account(&self, new: &NewAccount) -> Result<Account, BankError> {
        let holder = input::holder("holder", &new.holder)?;
        let mut tx = self.begin().await?;
        let currency = Currency::find(&mut tx, &new.currency).await?;
        let balance = input::amount_or_zero("opening_balance", &new.opening_balance, currency.digits)?;
        let next: i64 =
            sqlx::query_scalar("SELECT coalesce(max(id), 0) + 1 FROM accounts").fetch_one(&mut *tx).await?;
        let number = format!("{NUMBER_PREFIX}{next:09}");
        let opened = StoredAccount::create(&mut tx, &number, &holder, Role::Person, &currency.code).await?;
        opened.endow(&mut tx, balance, self.now()).await?;
        let account = StoredAccount::find(&mut tx, "number", &number).await?.show(&currency)?;
        self.commit(tx).await?;
        tracing::info!(currency = currency.code, opening_balance = %balance, "account opened");
        Ok(account)
    }

    /// The account with that number.
    ///
    /// # Errors
    /// [`BankError::UnknownAccount`], or [`BankError::Invalid`] where the text is no number.
    pub async fn account(&self, number: &str) -> Result<Account, BankError> {
        let mut tx = self.begin().await?;
        let account = StoredAccount::find(&mut tx, "number", number).await?;
        account.show(&Currency::find(&mut tx, &account.currency).await?)
    }

    /// Whether that account is the anchor's, so that its token is needed.
    pub(super) async fn is_anchors(&self, number: &str) -> Result<bool, BankError> {
        let mut tx = self.begin().await?;
        Ok(StoredAccount::find(&mut tx, "number", number).await?.role == Role::Anchor)
    }
}

/// Makes sure that the bank has its own account in each currency, and the anchor's as configured.
pub(super) async fn establish(
    db: &mut SqliteConnection,
    config: &SandboxBankConfig,
    now: OffsetDateTime,
) -> Result<(), BankError> {
    let holder = input::holder("anchor_holder", &config.anchor_holder)?;
    for wanted in &config.accounts {
        let (number, code) = (input::number("number", &wanted.number)?, wanted.currency.as_str());
        let currency = Currency::find(db, code).await?;
        wanted
            .opening_balance
            .within_digits(currency.digits)
            .map_err(|e| BankError::Config(e.to_string()))?;
        let own = format!("{NUMBER_PREFIX}BANK{code}");
        if StoredAccount::with_number(db, &own).await?.is_none() {
            StoredAccount::create(db, &own, SandboxBank::NAME, Role::Bank, code).await?;
        }
        match StoredAccount::with_number(db, &number).await? {
            None => {
                let opened = StoredAccount::create(db, &number, &holder, Role::Anchor, code).await?;
                opened.endow(db, wanted.opening_balance, now).await?;
            }
            Some(account) if account.role == Role::Anchor && account.currency == code => {
                sqlx::query("UPDATE accounts SET holder = ? WHERE id = ?")
                    .bind(&holder)
                    .bind(account.id)
                    .execute(&mut *db)
                    .await?;
            }
            Some(_) => {
                let why = format!("the number for the anchor's {code} account belongs to another account");
                return Err(BankError::Config(why));
            }
        }
    }
    Ok(())
}

/// Who may do what with an account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The bank's own: the only one that may be below zero.
    Bank,
    /// The anchor's: behind its token.
    Anchor,
    /// Anybody's.
    Person,
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Anchor => "anchor",
            Self::Person => "person",
        }
    }
}

/// An account as it is kept; the balance is in ten-millionths of the unit.
#[derive(Clone)]
pub(super) struct StoredAccount {
    pub id: i64,
    pub number: String,
    pub holder: String,
    pub role: Role,
    pub currency: String,
    pub balance: i64,
}

impl StoredAccount {
    /// The account with that number, however people write it. The bank's own accounts are not shown to anybody.
    pub async fn find(
        db: &mut SqliteConnection,
        field: &'static str,
        number: &str,
    ) -> Result<Self, BankError> {
        let account = Self::with_number(db, &input::number(field, number)?).await?;
        account.filter(|account| account.role != Role::Bank).ok_or(BankError::UnknownAccount { field })
    }

    /// The account with exactly that number.
    pub async fn with_number(db: &mut SqliteConnection, number: &str) -> Result<Option<Self>, BankError> {
        let sql = "SELECT id, number, holder, role, currency, balance FROM accounts WHERE number = ?";
        sqlx::query(sql).bind(number).fetch_optional(db).await?.as_ref().map(Self::read).transpose()
    }

    /// The bank's own account in that currency.
    pub async fn own(db: &mut SqliteConnection, currency: &str) -> Result<Self, BankError> {
        let sql = "SELECT id, number, holder, role, currency, balance FROM accounts
                   WHERE currency = ? AND role = 'bank'";
        Self::read(&sqlx::query(sql).bind(currency).fetch_one(db).await?)
    }

    async fn create(
        db: &mut SqliteConnection,
        number: &str,
        holder: &str,
        role: Role,
        currency: &str,
    ) -> Result<Self, BankError> {
        let sql = "INSERT INTO accounts (number, holder, role, currency) VALUES (?, ?, ?, ?)
                   RETURNING id, number, holder, role, currency, balance";
        let row =
            sqlx::query(sql).bind(number).bind(holder).bind(role.name()).bind(currency).fetch_one(db).await?;
        Self::read(&row)
    }

    /// Books the opening balance, if there is one.
    async fn endow(
        &self,
        db: &mut SqliteConnection,
        balance: Amount,
        now: OffsetDateTime,
    ) -> Result<(), BankError> {
        if balance.is_zero() {
            return Ok(());
        }
        let own = Self::own(db, &self.currency).await?;
        let opening = Booking {
            kind: EntryKind::Opening,
            from: &own,
            to: self,
            amount: balance,
            reference: "",
            at: now,
        };
        opening.book(db).await
    }

    fn show(&self, currency: &Currency) -> Result<Account, BankError> {
        Ok(Account {
            number: self.number.clone(),
            holder: self.holder.clone(),
            currency: self.currency.clone(),
            balance: currency.show(self.balance)?,
        })
    }

    fn read(row: &SqliteRow) -> Result<Self, BankError> {
        let role = match row.try_get("role")? {
            "bank" => Role::Bank,
            "anchor" => Role::Anchor,
            "person" => Role::Person,
            _ => return Err(BankError::Corrupt("role")),
        };
        Ok(Self {
            id: row.try_get("id")?,
            number: row.try_get("number")?,
            holder: row.try_get("holder")?,
            role,
            currency: row.try_get("currency")?,
            balance: row.try_get("balance")?,
        })
    }
}
