//! Writing a ledger: its state and its history in one transaction, one statement per table. The
//! rows go in as one JSON array (blobs in hex), which spares a call per row.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use stellar_xdr::{AccountId, Limits, PublicKey, TransactionResult, WriteXdr};

use super::Store;
use crate::engine::{Ledger, SignedTransaction, is_success};
use crate::network::{SandboxError, participants};

const PUT_ENTRIES: &str = "
    INSERT INTO entries (key, entry)
    SELECT unhex(value ->> 0), unhex(value ->> 1) FROM json_each(?1) WHERE true
    ON CONFLICT (key) DO UPDATE SET entry = excluded.entry";
const REMOVE_ENTRIES: &str = "
    DELETE FROM entries WHERE key IN (SELECT unhex(value) FROM json_each(?1))";
const PUT_LEDGER: &str = "
    INSERT INTO ledgers
        (sequence, hash, header, successful_transactions, failed_transactions,
         successful_operations, operations)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const PUT_TRANSACTIONS: &str = "
    INSERT INTO transactions
        (id, hash, inner_hash, successful, closed_at, fee_charged, fee_bid, fee_operations,
         envelope, result)
    SELECT value ->> 0, unhex(value ->> 1), unhex(value ->> 2), value ->> 3, value ->> 4,
           value ->> 5, value ->> 6, value ->> 7, unhex(value ->> 8), unhex(value ->> 9)
    FROM json_each(?1)";
const PUT_OPERATIONS: &str = "
    INSERT INTO operations (id, payment, successful)
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1)";
const PUT_TRANSACTION_ACCOUNTS: &str = "
    INSERT INTO transaction_accounts (account, id, successful)
    SELECT unhex(value ->> 0), value ->> 1, value ->> 2 FROM json_each(?1)";
const PUT_OPERATION_ACCOUNTS: &str = "
    INSERT INTO operation_accounts (account, id, payment, successful)
    SELECT unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1)";

/// One transaction of a closed ledger and what became of it.
pub(crate) type Applied<'a> = (&'a SignedTransaction, &'a TransactionResult);

/// The rows of one ledger.
#[derive(Default)]
struct Rows {
    put_entries: Vec<Value>,
    removed_entries: Vec<Value>,
    transactions: Vec<Value>,
    operations: Vec<Value>,
    transaction_accounts: Vec<Value>,
    operation_accounts: Vec<Value>,
    successful_transactions: i64,
    successful_operations: i64,
}

impl Store {
    /// Stores the ledger that just closed: all of it or nothing.
    pub(crate) async fn append(&self, ledger: &Ledger, applied: &[Applied<'_>]) -> Result<(), SandboxError> {
        let rows = Rows::of(ledger, applied)?;
        let header = ledger.header().to_xdr(Limits::none())?;
        let count = |rows: &Vec<Value>| i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let mut tx = self.writer.begin().await?;
        sqlx::query(PUT_LEDGER)
            .bind(ledger.sequence())
            .bind(Sha256::digest(&header).to_vec())
            .bind(header)
            .bind(rows.successful_transactions)
            .bind(count(&rows.transactions) - rows.successful_transactions)
            .bind(rows.successful_operations)
            .bind(count(&rows.operations))
            .execute(&mut *tx)
            .await?;
        for (statement, rows) in [
            (REMOVE_ENTRIES, rows.removed_entries),
            (PUT_ENTRIES, rows.put_entries),
            (PUT_TRANSACTIONS, rows.transactions),
            (PUT_OPERATIONS, rows.operations),
            (PUT_TRANSACTION_ACCOUNTS, rows.transaction_accounts),
            (PUT_OPERATION_ACCOUNTS, rows.operation_accounts),
        ] {
            if !rows.is_empty() {
                sqlx::query(statement).bind(Value::Array(rows).to_string()).execute(&mut *tx).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

impl Rows {
    fn of(ledger: &Ledger, applied: &[Applied<'_>]) -> Result<Self, SandboxError> {
        let mut rows = Self::default();
        for (key, entry) in ledger.changes() {
            let key = hex_xdr(key)?;
            match entry {
                Some(entry) => rows.put_entries.push(json!([key, hex_xdr(entry)?])),
                None => rows.removed_entries.push(Value::String(key)),
            }
        }
        for (place, (tx, result)) in (1_i64..).zip(applied) {
            let id = i64::from(ledger.sequence()) << 32 | place << 12;
            rows.add(id, ledger.close_time(), tx, result)?;
        }
        Ok(rows)
    }

    fn add(
        &mut self,
        id: i64,
        closed_at: u64,
        tx: &SignedTransaction,
        result: &TransactionResult,
    ) -> Result<(), SandboxError> {
        let successful = i64::from(is_success(result));
        self.successful_transactions += successful;
        self.transactions.push(json!([
            id,
            hex::encode(tx.hash()),
            hex::encode(tx.inner_hash()),
            successful,
            closed_at,
            result.fee_charged,
            tx.fee_bid(),
            tx.fee_operations(),
            hex_xdr(tx.envelope())?,
            hex_xdr(result)?,
        ]));
        for account in participants::of_transaction(tx) {
            let row = json!([hex_id(&account), id, successful]);
            self.transaction_accounts.push(row);
        }
        for (id, operation) in (id + 1..).zip(tx.operations()) {
            self.successful_operations += successful;
            let payment = i64::from(participants::is_payment(operation));
            self.operations.push(json!([id, payment, successful]));
            for account in participants::of_operation(operation, tx) {
                let row = json!([hex_id(&account), id, payment, successful]);
                self.operation_accounts.push(row);
            }
        }
        Ok(())
    }
}

fn hex_xdr(value: &impl WriteXdr) -> Result<String, SandboxError> {
    Ok(hex::encode(value.to_xdr(Limits::none())?))
}

fn hex_id(id: &AccountId) -> String {
    let PublicKey::PublicKeyTypeEd25519(key) = &id.0;
    hex::encode(key.0)
}
