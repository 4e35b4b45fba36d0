//! `/transactions/{hash}`

use serde::Deserialize;
use time::OffsetDateTime;
use windlass_domain::ports::{LedgerError, LedgerTransaction, ResultCodes};
use windlass_stellar::{ResultNames, Stroops, TransactionHash};

use crate::{Horizon, json::integer};

impl Horizon {
    pub(crate) async fn read_transaction(
        &self,
        hash: TransactionHash,
    ) -> Result<Option<LedgerTransaction>, LedgerError> {
        let answer = self.http.get(&format!("transactions/{hash}"), &[]).await?;
        answer.find::<Transaction>()?.map(|transaction| transaction.read(hash)).transpose()
    }
}

#[derive(Deserialize)]
pub(crate) struct Transaction {
    hash: TransactionHash,
    ledger: u32,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    successful: bool,
    #[serde(deserialize_with = "integer")]
    fee_charged: i64,
    result_xdr: String,
    #[serde(default)]
    inner_transaction: Option<Part>,
    #[serde(default)]
    fee_bump_transaction: Option<Part>,
}

/// A fee bump, or what is inside it.
#[derive(Deserialize)]
struct Part {
    hash: TransactionHash,
}

impl Transaction {
    /// Reads it, if it is the one that was `asked` for: by its own hash, or by that of the fee bump or of its inside.
    pub(crate) fn read(self, asked: TransactionHash) -> Result<LedgerTransaction, LedgerError> {
        let inner = self.inner_transaction.map(|part| part.hash);
        let bump = self.fee_bump_transaction.map(|part| part.hash);
        if ![Some(self.hash), inner, bump].contains(&Some(asked)) {
            return Err(LedgerError::Malformed(format!("{} where {asked} was asked for", self.hash)));
        }
        let codes = if self.successful { ResultCodes::default() } else { codes(&self.result_xdr)? };
        let fee_charged = Stroops::new(self.fee_charged)
            .ok_or_else(|| LedgerError::Malformed(format!("a fee of {}", self.fee_charged)))?;
        Ok(LedgerTransaction {
            hash: inner.unwrap_or(self.hash),
            ledger: self.ledger,
            closed_at: self.created_at,
            successful: self.successful,
            fee_charged,
            codes,
        })
    }
}

/// Of the inner transaction in a fee bump: that is the one with the operations.
fn codes(result_xdr: &str) -> Result<ResultCodes, LedgerError> {
    let names = ResultNames::read(result_xdr).map_err(|error| LedgerError::Malformed(error.to_string()))?;
    let transaction = names.inner_transaction.unwrap_or(names.transaction);
    Ok(ResultCodes { transaction, operations: names.operations })
}
