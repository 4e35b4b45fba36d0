//! A transaction as it was sent, decoded once, with its hashes.

use sha2::{Digest, Sha256};
use stellar_xdr::{
    AccountId, DecoratedSignature, FeeBumpTransactionInnerTx, Limits, Operation, ReadXdr, Transaction,
    TransactionEnvelope, TransactionV1Envelope, WriteXdr,
};

use super::signatures::Verified;

/// No transaction of the network is longer or nested deeper than this.
const LIMITS: Limits = Limits { depth: 200, len: 256 * 1024 };

/// A signed transaction, plain or inside a fee bump.
#[derive(Debug)]
pub struct SignedTransaction {
    envelope: TransactionEnvelope,
    inner: TransactionV1Envelope,
    inner_hash: [u8; 32],
    fee_bump: Option<FeeBump>,
    envelope_hash: [u8; 32],
    pub(super) verified: Verified,
}

/// What a fee bump adds to the transaction inside it.
#[derive(Debug)]
pub struct FeeBump {
    /// Who pays the fee.
    pub source: AccountId,
    /// The fee bid for all operations and the bump itself, in stroops.
    pub fee: i64,
    /// The signatures over the fee bump.
    pub signatures: Vec<DecoratedSignature>,
    /// The hash of the fee bump.
    pub hash: [u8; 32],
}

impl SignedTransaction {
    /// Reads a base64 envelope for the network with this id. An envelope of the first version is
    /// taken as its successor: they hash alike.
    ///
    /// # Errors
    /// If it is no base64, no envelope, or longer than a transaction can be.
    pub fn from_base64(text: &str, network_id: [u8; 32]) -> Result<Self, stellar_xdr::Error> {
        Self::new(TransactionEnvelope::from_xdr_base64(text, LIMITS)?, network_id)
    }

    /// Takes an envelope for the network with this id.
    ///
    /// # Errors
    /// If it cannot be hashed, which a decoded envelope always can.
    pub fn new(envelope: TransactionEnvelope, network_id: [u8; 32]) -> Result<Self, stellar_xdr::Error> {
        let hash = envelope.hash(network_id)?;
        let mut fee_bump = None;
        let inner = match &envelope {
            TransactionEnvelope::Tx(v1) => v1.clone(),
            TransactionEnvelope::TxV0(v0) => {
                TransactionV1Envelope { tx: v0.tx.clone().into(), signatures: v0.signatures.clone() }
            }
            TransactionEnvelope::TxFeeBump(bump) => {
                fee_bump = Some(FeeBump {
                    source: bump.tx.fee_source.clone().account_id(),
                    fee: bump.tx.fee,
                    signatures: bump.signatures.to_vec(),
                    hash,
                });
                let FeeBumpTransactionInnerTx::Tx(inner) = &bump.tx.inner_tx;
                inner.clone()
            }
        };
        let envelope = match envelope {
            TransactionEnvelope::TxV0(_) => TransactionEnvelope::Tx(inner.clone()),
            other => other,
        };
        Ok(Self {
            inner_hash: inner.tx.hash(network_id)?,
            envelope_hash: Sha256::digest(envelope.to_xdr(Limits::none())?).into(),
            envelope,
            inner,
            fee_bump,
            verified: Verified::default(),
        })
    }

    /// The envelope.
    #[must_use]
    pub fn envelope(&self) -> &TransactionEnvelope {
        &self.envelope
    }

    /// What is to be done: the transaction itself, or the one inside the fee bump.
    #[must_use]
    pub fn transaction(&self) -> &Transaction {
        &self.inner.tx
    }

    /// The signatures over [`transaction`](Self::transaction).
    #[must_use]
    pub fn signatures(&self) -> &[DecoratedSignature] {
        &self.inner.signatures
    }

    /// The operations.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.inner.tx.operations
    }

    /// The fee bump around it, if there is one.
    #[must_use]
    pub fn fee_bump(&self) -> Option<&FeeBump> {
        self.fee_bump.as_ref()
    }

    /// The hash by which the network knows it (of the fee bump, if it is one).
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.fee_bump.as_ref().map_or(self.inner_hash, |bump| bump.hash)
    }

    /// The hash of the transaction inside the fee bump; of itself where there is none.
    #[must_use]
    pub fn inner_hash(&self) -> [u8; 32] {
        self.inner_hash
    }

    /// The hash of all its bytes, signatures included.
    #[must_use]
    pub fn envelope_hash(&self) -> [u8; 32] {
        self.envelope_hash
    }

    /// Whose sequence number it uses.
    #[must_use]
    pub fn source(&self) -> AccountId {
        self.inner.tx.source_account.clone().account_id()
    }

    /// Who pays the fee.
    #[must_use]
    pub fn fee_source(&self) -> AccountId {
        self.fee_bump.as_ref().map_or_else(|| self.source(), |bump| bump.source.clone())
    }

    /// The most it is willing to pay, in stroops.
    #[must_use]
    pub fn fee_bid(&self) -> i64 {
        self.fee_bump.as_ref().map_or_else(|| i64::from(self.inner.tx.fee), |bump| bump.fee)
    }

    /// For how many operations it pays: a fee bump counts as one more.
    #[must_use]
    pub fn fee_operations(&self) -> i64 {
        let operations = i64::try_from(self.operations().len()).unwrap_or(i64::MAX - 1);
        operations + i64::from(self.fee_bump.is_some())
    }
}

impl AsRef<SignedTransaction> for SignedTransaction {
    fn as_ref(&self) -> &Self {
        self
    }
}
