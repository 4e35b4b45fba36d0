//! Reading history, page by page: everything is ordered by its id, which is its paging token.

use std::sync::Arc;

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use stellar_xdr::{AccountId, LedgerHeader, PublicKey, ReadXdr, TransactionEnvelope, TransactionResult};

use super::{LIMITS, Store};
use crate::engine::SignedTransaction;
use crate::network::SandboxError;

const LEDGERS_ASC: &str = "
    SELECT * FROM ledgers WHERE sequence > ?1 AND sequence < ?2
    ORDER BY sequence ASC LIMIT ?3";
const LEDGERS_DESC: &str = "
    SELECT * FROM ledgers WHERE sequence > ?1 AND sequence < ?2
    ORDER BY sequence DESC LIMIT ?3";
const TRANSACTIONS_ASC: &str = "
    SELECT * FROM transactions WHERE id > ?1 AND id < ?2 AND (?4 OR successful)
    ORDER BY id ASC LIMIT ?3";
const TRANSACTIONS_DESC: &str = "
    SELECT * FROM transactions WHERE id > ?1 AND id < ?2 AND (?4 OR successful)
    ORDER BY id DESC LIMIT ?3";
const ACCOUNT_TRANSACTIONS_ASC: &str = "
    SELECT t.* FROM transaction_accounts a JOIN transactions t ON t.id = a.id
    WHERE a.account = ?5 AND a.id > ?1 AND a.id < ?2 AND (?4 OR a.successful)
    ORDER BY a.id ASC LIMIT ?3";
const ACCOUNT_TRANSACTIONS_DESC: &str = "
    SELECT t.* FROM transaction_accounts a JOIN transactions t ON t.id = a.id
    WHERE a.account = ?5 AND a.id > ?1 AND a.id < ?2 AND (?4 OR a.successful)
    ORDER BY a.id DESC LIMIT ?3";
const OPERATIONS_ASC: &str = "
    SELECT id FROM operations
    WHERE id > ?1 AND id < ?2 AND (?4 OR successful) AND payment >= ?5
    ORDER BY id ASC LIMIT ?3";
const OPERATIONS_DESC: &str = "
    SELECT id FROM operations
    WHERE id > ?1 AND id < ?2 AND (?4 OR successful) AND payment >= ?5
    ORDER BY id DESC LIMIT ?3";
const ACCOUNT_OPERATIONS_ASC: &str = "
    SELECT id FROM operation_accounts
    WHERE account = ?6 AND id > ?1 AND id < ?2 AND (?4 OR successful) AND payment >= ?5
    ORDER BY id ASC LIMIT ?3";
const ACCOUNT_OPERATIONS_DESC: &str = "
    SELECT id FROM operation_accounts
    WHERE account = ?6 AND id > ?1 AND id < ?2 AND (?4 OR successful) AND payment >= ?5
    ORDER BY id DESC LIMIT ?3";
const BY_HASH: &str = "SELECT * FROM transactions WHERE hash = ?1
    UNION ALL SELECT * FROM transactions WHERE inner_hash = ?1 LIMIT 1";
const BY_ID: &str = "SELECT * FROM transactions WHERE id = ?1";
const HAS_HISTORY: &str = "SELECT EXISTS (SELECT 1 FROM transaction_accounts WHERE account = ?1)";

const FEES: &str = "
    SELECT id, fee_charged, fee_bid, fee_operations FROM transactions WHERE id > ?1";

/// The part of history that a page is cut from, both ends exclusive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    /// Only ids above this.
    pub after: i64,
    /// Only ids below this.
    pub before: i64,
    /// Oldest or newest first.
    pub direction: Direction,
    /// How many at most.
    pub limit: i64,
}

/// Which end of a range comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    OldestFirst,
    NewestFirst,
}

/// A closed ledger.
#[derive(Debug)]
pub(crate) struct LedgerRecord {
    pub hash: Vec<u8>,
    pub header: LedgerHeader,
    pub successful_transactions: i64,
    pub failed_transactions: i64,
    pub successful_operations: i64,
    pub operations: i64,
}

/// A transaction that is in a ledger.
#[derive(Debug)]
pub(crate) struct TransactionRecord {
    pub id: i64,
    pub successful: bool,
    /// Unix seconds.
    pub closed_at: i64,
    pub tx: SignedTransaction,
    pub result: TransactionResult,
}

/// An operation of such a transaction.
#[derive(Debug)]
pub(crate) struct OperationRecord {
    pub id: i64,
    pub transaction: Arc<TransactionRecord>,
}

/// What a transaction bid and paid.
#[derive(Debug)]
pub(crate) struct Fee {
    pub ledger: i64,
    /// Stroops.
    pub charged: i64,
    /// Stroops.
    pub bid: i64,
    /// For how many operations, a fee bump counting as one more.
    pub operations: i64,
}

impl Store {
    /// The fees of all transactions from this ledger on.
    pub(crate) async fn fees(&self, from_ledger: u32) -> Result<Vec<Fee>, SandboxError> {
        let rows: Vec<(i64, i64, i64, i64)> =
            sqlx::query_as(FEES).bind(i64::from(from_ledger) << 32).fetch_all(&self.reader).await?;
        let fee = |(id, charged, bid, operations)| Fee { ledger: id >> 32, charged, bid, operations };
        Ok(rows.into_iter().map(fee).collect())
    }

    /// Closed ledgers; their ids here are their numbers.
    pub(crate) async fn ledgers(&self, range: Range) -> Result<Vec<LedgerRecord>, SandboxError> {
        let rows = sqlx::query(range.pick(LEDGERS_ASC, LEDGERS_DESC))
            .bind(range.after)
            .bind(range.before)
            .bind(range.limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(LedgerRecord::read).collect()
    }

    /// Transactions, of one account or of all.
    pub(crate) async fn transactions(
        &self,
        network_id: [u8; 32],
        range: Range,
        failed_too: bool,
        account: Option<&AccountId>,
    ) -> Result<Vec<TransactionRecord>, SandboxError> {
        let statement = match account {
            None => range.pick(TRANSACTIONS_ASC, TRANSACTIONS_DESC),
            Some(_) => range.pick(ACCOUNT_TRANSACTIONS_ASC, ACCOUNT_TRANSACTIONS_DESC),
        };
        let mut query =
            sqlx::query(statement).bind(range.after).bind(range.before).bind(range.limit).bind(failed_too);
        if let Some(account) = account {
            query = query.bind(key(account));
        }
        let rows = query.fetch_all(&self.reader).await?;
        rows.iter().map(|row| TransactionRecord::read(row, network_id)).collect()
    }

    /// Operations, all or only payments, of one account or of all.
    pub(crate) async fn operations(
        &self,
        network_id: [u8; 32],
        range: Range,
        failed_too: bool,
        payments_only: bool,
        account: Option<&AccountId>,
    ) -> Result<Vec<OperationRecord>, SandboxError> {
        let statement = match account {
            None => range.pick(OPERATIONS_ASC, OPERATIONS_DESC),
            Some(_) => range.pick(ACCOUNT_OPERATIONS_ASC, ACCOUNT_OPERATIONS_DESC),
        };
        let mut query = sqlx::query_scalar(statement)
            .bind(range.after)
            .bind(range.before)
            .bind(range.limit)
            .bind(failed_too)
            .bind(payments_only);
        if let Some(account) = account {
            query = query.bind(key(account));
        }
        let ids: Vec<i64> = query.fetch_all(&self.reader).await?;
        self.with_transactions(ids, network_id).await
    }

    /// Reads each transaction once, however many of its operations are asked for.
    async fn with_transactions(
        &self,
        ids: Vec<i64>,
        network_id: [u8; 32],
    ) -> Result<Vec<OperationRecord>, SandboxError> {
        let mut records: Vec<OperationRecord> = Vec::with_capacity(ids.len());
        for id in ids {
            let transaction_id = id & !0xfff;
            let transaction = match records.last() {
                Some(last) if last.transaction.id == transaction_id => Arc::clone(&last.transaction),
                _ => {
                    let row = sqlx::query(BY_ID).bind(transaction_id).fetch_one(&self.reader).await?;
                    Arc::new(TransactionRecord::read(&row, network_id)?)
                }
            };
            records.push(OperationRecord { id, transaction });
        }
        Ok(records)
    }

    /// The transaction with this hash, its own or that of the transaction inside a fee bump.
    pub(crate) async fn transaction(
        &self,
        network_id: [u8; 32],
        hash: &[u8],
    ) -> Result<Option<TransactionRecord>, SandboxError> {
        sqlx::query(BY_HASH)
            .bind(hash)
            .fetch_optional(&self.reader)
            .await?
            .map(|row| TransactionRecord::read(&row, network_id))
            .transpose()
    }

    /// Whether the account was ever part of a transaction.
    pub(crate) async fn has_history(&self, account: &AccountId) -> Result<bool, SandboxError> {
        Ok(sqlx::query_scalar(HAS_HISTORY).bind(key(account)).fetch_one(&self.reader).await?)
    }
}

impl Range {
    fn pick(self, ascending: &'static str, descending: &'static str) -> &'static str {
        match self.direction {
            Direction::OldestFirst => ascending,
            Direction::NewestFirst => descending,
        }
    }
}

impl LedgerRecord {
    fn read(row: &SqliteRow) -> Result<Self, SandboxError> {
        let header: Vec<u8> = row.try_get("header")?;
        Ok(Self {
            hash: row.try_get("hash")?,
            header: LedgerHeader::from_xdr(header, LIMITS)?,
            successful_transactions: row.try_get("successful_transactions")?,
            failed_transactions: row.try_get("failed_transactions")?,
            successful_operations: row.try_get("successful_operations")?,
            operations: row.try_get("operations")?,
        })
    }
}

impl TransactionRecord {
    fn read(row: &SqliteRow, network_id: [u8; 32]) -> Result<Self, SandboxError> {
        let envelope: Vec<u8> = row.try_get("envelope")?;
        let result: Vec<u8> = row.try_get("result")?;
        let envelope = TransactionEnvelope::from_xdr(envelope, LIMITS)?;
        Ok(Self {
            id: row.try_get("id")?,
            successful: row.try_get("successful")?,
            closed_at: row.try_get("closed_at")?,
            tx: SignedTransaction::new(envelope, network_id)?,
            result: TransactionResult::from_xdr(result, LIMITS)?,
        })
    }

    /// The ledger that holds it.
    pub(crate) fn ledger(&self) -> i64 {
        self.id >> 32
    }
}

fn key(account: &AccountId) -> Vec<u8> {
    let PublicKey::PublicKeyTypeEd25519(key) = &account.0;
    key.0.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SandboxConfig;

    #[tokio::test]
    async fn every_page_is_read_along_an_index_without_sorting() {
        let store = Store::open(&SandboxConfig::default()).await.unwrap();
        for statement in [
            LEDGERS_ASC,
            LEDGERS_DESC,
            TRANSACTIONS_ASC,
            TRANSACTIONS_DESC,
            ACCOUNT_TRANSACTIONS_ASC,
            ACCOUNT_TRANSACTIONS_DESC,
            OPERATIONS_ASC,
            OPERATIONS_DESC,
            ACCOUNT_OPERATIONS_ASC,
            ACCOUNT_OPERATIONS_DESC,
            BY_HASH,
            BY_ID,
            HAS_HISTORY,
            FEES,
        ] {
            let plan = format!("EXPLAIN QUERY PLAN {statement}");
            let steps = sqlx::query(&plan).fetch_all(&store.reader).await.unwrap();
            for step in steps {
                let detail: String = step.get("detail");
                assert!(!detail.contains("TEMP B-TREE"), "{statement}: {detail}");
                let whole_table = detail.starts_with("SCAN") && !detail.contains("CONSTANT ROW");
                assert!(!whole_table, "{statement}: {detail}");
            }
        }
    }
}
