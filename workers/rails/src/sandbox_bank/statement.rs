//! An account's statement: what was booked, oldest first, paged by a cursor.

use std::time::Duration;

use serde::Serialize;
use sqlx::{Row, sqlite::SqliteRow};
use time::OffsetDateTime;
use tokio::time::{Instant, timeout_at};
use windlass_domain::ports::BankAccount;

use super::{BankError, SandboxBank, account::StoredAccount, currency::Currency, database::from_micros};

/// A page of a statement. Personal data, as [`Entry`] is.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// The cursor after the last of these entries; none where there are none.
    pub next: Option<String>,
}

/// One booked line. Personal data: no `Debug`, so that it cannot get into a log by accident.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The bank's id of it, which never changes.
    pub id: String,
    /// What it comes from.
    pub kind: EntryKind,
    /// With a minus sign where money left the account.
    pub amount: String,
    /// The account's currency.
    pub currency: String,
    /// The other side.
    pub counterparty: BankAccount,
    /// What the payer wrote.
    pub reference: String,
    /// What was on the account after this entry.
    pub balance: String,
    /// When it was booked.
    #[serde(with = "time::serde::rfc3339")]
    pub booked_at: OffsetDateTime,
}

/// What an entry comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// The account was opened with it.
    Opening,
    /// A person paid.
    Payment,
    /// The anchor paid out.
    Payout,
}

impl EntryKind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Payment => "payment",
            Self::Payout => "payout",
        }
    }
}

impl SandboxBank {
    /// The longest that a statement can be waited for.
    pub const MAX_WAIT: Duration = Duration::from_secs(30);
    /// The most entries in one answer.
    pub const MAX_ENTRIES: u32 = 200;

    /// At most `limit` entries after the cursor `after` (an entry's id; none is the beginning). Where there are none
    /// yet, waits for one, at most for `wait`. Limit and wait are cut to [`Self::MAX_ENTRIES`] and [`Self::MAX_WAIT`].
    ///
    /// # Errors
    /// [`BankError::UnknownAccount`], [`BankError::Invalid`], [`BankError::CursorAhead`].
    pub async fn statement(
        &self,
        number: &str,
        after: Option<&str>,
        limit: u32,
        wait: Duration,
    ) -> Result<Statement, BankError> {
        let after = after.map_or(Ok(0), cursor)?;
        let deadline = Instant::now() + wait.min(Self::MAX_WAIT);
        // Subscribed before the read: a booking in between is not slept through.
        let mut bookings = self.bookings();
        loop {
            let entries = self.entries(number, after, limit).await?;
            let waited =
                entries.is_empty() && matches!(timeout_at(deadline, bookings.changed()).await, Ok(Ok(())));
            if !waited {
                let next = entries.last().map(|entry| entry.id.clone());
                return Ok(Statement { entries, next });
            }
        }
    }

    async fn entries(&self, number: &str, after: i64, limit: u32) -> Result<Vec<Entry>, BankError> {
        let mut tx = self.begin().await?;
        let account = StoredAccount::find(&mut tx, "number", number).await?;
        let currency = Currency::find(&mut tx, &account.currency).await?;
        let newest: i64 =
            sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM entries").fetch_one(&mut *tx).await?;
        if after > newest {
            return Err(BankError::CursorAhead);
        }
        let sql =
            "SELECT id, kind, amount, balance, counterparty_holder, counterparty_number, reference, booked_at
                   FROM entries WHERE account = ? AND id > ? ORDER BY id LIMIT ?";
        let rows = sqlx::query(sql)
            .bind(account.id)
            .bind(after)
            .bind(limit.clamp(1, Self::MAX_ENTRIES))
            .fetch_all(&mut *tx)
            .await?;
        rows.iter().map(|row| read(row, &currency)).collect()
    }
}

fn cursor(text: &str) -> Result<i64, BankError> {
    let cursor = text.parse().ok().filter(|cursor: &i64| *cursor >= 0);
    cursor.ok_or_else(|| BankError::invalid("after", "a cursor from an earlier answer is needed"))
}

fn read(row: &SqliteRow, currency: &Currency) -> Result<Entry, BankError> {
    let kind = match row.try_get("kind")? {
        "opening" => EntryKind::Opening,
        "payment" => EntryKind::Payment,
        "payout" => EntryKind::Payout,
        _ => return Err(BankError::Corrupt("kind of entry")),
    };
    Ok(Entry {
        id: row.try_get::<i64, _>("id")?.to_string(),
        kind,
        amount: currency.show(row.try_get("amount")?)?,
        currency: currency.code.clone(),
        counterparty: BankAccount {
            holder: row.try_get("counterparty_holder")?,
            number: row.try_get("counterparty_number")?,
        },
        reference: row.try_get("reference")?,
        balance: currency.show(row.try_get("balance")?)?,
        booked_at: from_micros(row.try_get("booked_at")?)?,
    })
}
