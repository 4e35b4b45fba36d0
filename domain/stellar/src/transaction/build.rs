//! Building and signing a transaction.

use stellar_xdr::{self as xdr, WriteXdr};

use super::Operation;
use crate::{AccountId, Keypair, Memo, Network, Stroops, TransactionHash};

/// Why a transaction cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransactionError {
    /// None, or more than 100.
    #[error("a transaction has 1 to 100 operations, this one has {0}")]
    Operations(usize),
    /// The fees together do not fit into the field.
    #[error("{0} for each operation is more than a transaction's fee can be")]
    Fee(Stroops),
    /// It would stay valid for ever, so its fate could never be known.
    #[error("a transaction needs a time after which it can no longer be applied")]
    Unbounded,
    /// Text of more than 28 bytes.
    #[error("a text memo has at most 28 bytes, this one has {0}")]
    MemoTooLong(usize),
    /// More than 20.
    #[error("a transaction has at most 20 signatures, this one would have {0}")]
    Signatures(usize),
    /// The XDR cannot be written.
    #[error("the transaction cannot be written: {0}")]
    Encoding(String),
}

/// From when until when a transaction may be applied, in unix seconds of ledger time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeBounds {
    /// The earliest close time; 0 for any.
    pub min: u64,
    /// The latest close time; 0 for none.
    pub max: u64,
}

impl TimeBounds {
    /// From now on, until a ledger closes after `max`.
    pub const fn until(max: u64) -> Self {
        Self { min: 0, max }
    }
}

/// A transaction to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Whose sequence number it takes and who pays its fee.
    pub source: AccountId,
    /// The number which it takes: one more than the account's last.
    pub sequence: i64,
    /// The most that it pays for each operation.
    pub fee_per_operation: Stroops,
    /// When it may be applied.
    pub time_bounds: TimeBounds,
    /// Its memo.
    pub memo: Memo,
    /// What it does: 1 to 100 operations, all or nothing.
    pub operations: Vec<Operation>,
}

/// A signed transaction, and all that must be known of it before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedTransaction {
    /// The envelope, base64 XDR.
    pub envelope: String,
    /// Its hash, by which the ledger knows it.
    pub hash: TransactionHash,
    /// Its source account.
    pub source: AccountId,
    /// The sequence number it takes.
    pub sequence: i64,
    /// The latest close time, in unix seconds: after a ledger later than that it is dead.
    pub max_time: u64,
}

impl Transaction {
    /// Signs it with each of `keys` for `network`.
    ///
    /// # Errors
    /// [`TransactionError`] names the limit that it exceeds.
    pub fn sign(self, network: &Network, keys: &[&Keypair]) -> Result<SignedTransaction, TransactionError> {
        let (source, sequence, max_time) = (self.source, self.sequence, self.time_bounds.max);
        let tx = self.into_xdr()?;
        let hash = tx.hash(*network.id()).map(TransactionHash::from_bytes).map_err(encoding)?;
        let signatures: Vec<_> = keys.iter().map(|key| key.sign_hash(&hash)).collect();
        let signatures = signatures.try_into().map_err(|_| TransactionError::Signatures(keys.len()))?;
        let envelope = xdr::TransactionEnvelope::Tx(xdr::TransactionV1Envelope { tx, signatures })
            .to_xdr_base64(xdr::Limits::none())
            .map_err(encoding)?;
        Ok(SignedTransaction { envelope, hash, source, sequence, max_time })
    }

    fn into_xdr(self) -> Result<xdr::Transaction, TransactionError> {
        let count = self.operations.len();
        if count == 0 {
            return Err(TransactionError::Operations(0));
        }
        if self.time_bounds.max == 0 {
            return Err(TransactionError::Unbounded);
        }
        if let Memo::Text(text) = &self.memo
            && text.len() > 28
        {
            return Err(TransactionError::MemoTooLong(text.len()));
        }
        let operations: Vec<_> = self.operations.into_iter().map(Operation::into_xdr).collect();
        let operations = operations.try_into().map_err(|_| TransactionError::Operations(count))?;
        let fee = u32::try_from(self.fee_per_operation.get().saturating_mul(count as i64))
            .map_err(|_| TransactionError::Fee(self.fee_per_operation))?;
        Ok(xdr::Transaction {
            source_account: crate::MuxedAccount::from(self.source).to_xdr(),
            fee,
            seq_num: xdr::SequenceNumber(self.sequence),
            cond: xdr::Preconditions::Time(xdr::TimeBounds {
                min_time: xdr::TimePoint(self.time_bounds.min),
                max_time: xdr::TimePoint(self.time_bounds.max),
            }),
            memo: self.memo.to_xdr(),
            operations,
            ext: xdr::TransactionExt::V0,
        })
    }
}

fn encoding(error: xdr::Error) -> TransactionError {
    TransactionError::Encoding(error.to_string())
}
