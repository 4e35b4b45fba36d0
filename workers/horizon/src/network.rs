//! `/ledgers` and `/fee_stats`

use serde::Deserialize;
use time::OffsetDateTime;
use windlass_domain::ports::{FeeStats, LedgerError, LedgerHeader};
use windlass_stellar::Stroops;

use crate::{
    Horizon,
    json::{Page, integer},
};

impl Horizon {
    pub(crate) async fn read_ledger(&self, sequence: Option<u32>) -> Result<LedgerHeader, LedgerError> {
        let header = match sequence {
            Some(sequence) => self
                .http
                .get(&format!("ledgers/{sequence}"), &[])
                .await?
                .find::<Header>()?
                .ok_or_else(|| LedgerError::Unavailable(format!("ledger {sequence} is not there")))?,
            None => {
                let latest = self.http.get("ledgers", &[("order", "desc"), ("limit", "1")]).await?;
                let mut records = latest.read::<Page<Header>>()?.into_records();
                records.pop().ok_or_else(|| LedgerError::Unavailable("there is no ledger yet".to_owned()))?
            }
        };
        Ok(LedgerHeader { sequence: header.sequence, closed_at: header.closed_at })
    }

    pub(crate) async fn read_fee_stats(&self) -> Result<FeeStats, LedgerError> {
        let stats: Stats = self.http.get("fee_stats", &[]).await?.read()?;
        let stroops = |count| {
            Stroops::new(count).ok_or_else(|| LedgerError::Malformed(format!("a fee of {count} stroops")))
        };
        Ok(FeeStats { base: stroops(stats.last_ledger_base_fee)?, p90: stroops(stats.max_fee.p90)? })
    }
}

#[derive(Deserialize)]
struct Header {
    sequence: u32,
    #[serde(with = "time::serde::rfc3339")]
    closed_at: OffsetDateTime,
}

#[derive(Deserialize)]
struct Stats {
    #[serde(deserialize_with = "integer")]
    last_ledger_base_fee: i64,
    max_fee: Percentiles,
}

#[derive(Deserialize)]
struct Percentiles {
    #[serde(deserialize_with = "integer")]
    p90: i64,
}
