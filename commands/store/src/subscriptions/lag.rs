//! How far a subscription is behind the log.

use time::OffsetDateTime;

use super::{Subscriptions, sql};
use crate::timestamp::from_micros;
use crate::{LogPosition, Statement, StoreError};

/// How far behind a reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// Events that it has not read, those that are not final yet included; counted up to [`Lag::MOST`].
    pub events: u64,
    /// When the first of them was recorded.
    pub since: Option<OffsetDateTime>,
}

impl Lag {
    /// Events are counted up to this; there may be more.
    pub const MOST: u64 = 100_000;
}

impl Subscriptions {
    /// How far a reader who stands there is behind.
    ///
    /// # Errors
    /// The database's own.
    pub async fn lag(&self, at: LogPosition) -> Result<Lag, StoreError> {
        let texts = sql::texts(self.database.dialect());
        let after = |text| Statement::new(text).integer(at.tx).integer(at.position);
        let limit = i64::try_from(Lag::MOST).unwrap_or(i64::MAX);
        let count = self.database.read_one(after(texts.count_after).integer(limit)).await?;
        let next = self.database.read_one(after(texts.next_after)).await?;
        Ok(Lag {
            events: count.map(|row| row.count(0)).transpose()?.unwrap_or(0),
            since: next.map(|row| from_micros(row.get(0)?)).transpose()?,
        })
    }
}
