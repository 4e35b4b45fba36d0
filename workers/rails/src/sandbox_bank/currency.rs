//! The currencies that the bank keeps, with their decimals.

use sqlx::{Row, SqliteConnection};
use windlass_domain::{Amount, Stroops};

use super::{BankError, SandboxBankConfig};

/// A currency of this bank.
pub(super) struct Currency {
    pub code: String,
    pub digits: u32,
}

impl Currency {
    /// The currency with that code.
    pub async fn find(db: &mut SqliteConnection, code: &str) -> Result<Self, BankError> {
        let row =
            sqlx::query("SELECT digits FROM currencies WHERE code = ?").bind(code).fetch_optional(db).await?;
        let row =
            row.ok_or_else(|| BankError::invalid("currency", "the bank does not keep this currency"))?;
        Ok(Self { code: code.to_owned(), digits: row.try_get(0)? })
    }

    /// Makes sure that the bank keeps the configured currencies with the configured decimals.
    pub async fn establish(db: &mut SqliteConnection, config: &SandboxBankConfig) -> Result<(), BankError> {
        for account in &config.accounts {
            let code = account.currency.as_str();
            if account.digits > Amount::MAX_DIGITS {
                return Err(BankError::Config(format!(
                    "{code} can have at most {} digits",
                    Amount::MAX_DIGITS
                )));
            }
            sqlx::query("INSERT INTO currencies (code, digits) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .bind(code)
                .bind(account.digits)
                .execute(&mut *db)
                .await?;
            let kept = Self::find(db, code).await?;
            if kept.digits != account.digits {
                return Err(BankError::Config(format!(
                    "{code} is kept with {} digits, and {} are configured: they cannot change",
                    kept.digits, account.digits
                )));
            }
        }
        Ok(())
    }

    /// A sum as it is shown: with the currency's decimals, and a minus sign below zero.
    pub fn show(&self, units: i64) -> Result<String, BankError> {
        let size = units.checked_abs().and_then(Stroops::new).ok_or(BankError::Corrupt("amount"))?;
        let sign = if units < 0 { "-" } else { "" };
        Ok(format!("{sign}{}", Amount::from(size).display_digits(self.digits)))
    }
}
