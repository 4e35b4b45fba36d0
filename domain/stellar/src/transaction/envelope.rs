//! Reading an envelope that somebody hands in, and adding a signature to it.

use base64::{Engine, engine::general_purpose::STANDARD};
use stellar_xdr::{self as xdr, ReadXdr, WriteXdr};

use super::TimeBounds;
use crate::{Keypair, MuxedAccount, Network, TransactionHash};

/// Why a text is no transaction envelope, or cannot take a signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Longer than any envelope of the network's.
    #[error("the envelope has {length} characters, where at most {max} are read")]
    TooLong {
        /// How many it has.
        length: usize,
        /// How many there may be.
        max: usize,
    },
    /// Not base64: spaces where a form lost its plus signs, for example (SEP10-T13).
    #[error("the envelope is not base64: {0}")]
    Base64(String),
    /// Base64, but of something else.
    #[error("the envelope is not the XDR of a transaction: {0}")]
    Xdr(String),
    /// It has 20 signatures already.
    #[error("the envelope has all the signatures that it can have")]
    Signatures,
}

/// An envelope that was read: v0, v1 or fee bump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// What its signatures sign, and by which the ledger knows it; of the fee bump if it is one.
    pub hash: TransactionHash,
    /// The transaction, v0 read as v1; the inner one of a fee bump.
    pub transaction: xdr::Transaction,
    /// What is around the transaction, if this is a fee bump.
    pub fee_bump: Option<FeeBump>,
    raw: xdr::TransactionEnvelope,
}

/// What a fee bump adds to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeBump {
    /// The hash of the transaction inside.
    pub inner_hash: TransactionHash,
    /// Who pays the fee.
    pub fee_source: MuxedAccount,
}

impl Envelope {
    /// The longest text that is read, in characters: well above a classic transaction's 100 operations.
    pub const MAX_LENGTH: usize = 256 * 1024;

    /// Reads base64 XDR. Strict: no spaces, nothing after the end.
    ///
    /// # Errors
    /// [`EnvelopeError`] says what it is instead.
    pub fn read(text: &str, network: &Network) -> Result<Self, EnvelopeError> {
        if text.len() > Self::MAX_LENGTH {
            return Err(EnvelopeError::TooLong { length: text.len(), max: Self::MAX_LENGTH });
        }
        let bytes = STANDARD.decode(text).map_err(|error| EnvelopeError::Base64(error.to_string()))?;
        // Depth: classic transactions nest a dozen levels; the limit keeps the stack safe from others.
        let limits = xdr::Limits { depth: 200, len: bytes.len() };
        let raw = xdr::TransactionEnvelope::from_xdr(&bytes, limits).map_err(unreadable)?;
        let hash =
            |hash: Result<[u8; 32], xdr::Error>| hash.map(TransactionHash::from_bytes).map_err(unreadable);
        let (transaction, fee_bump) = match &raw {
            xdr::TransactionEnvelope::TxV0(envelope) => ((&envelope.tx).into(), None),
            xdr::TransactionEnvelope::Tx(envelope) => (envelope.tx.clone(), None),
            xdr::TransactionEnvelope::TxFeeBump(envelope) => {
                let xdr::FeeBumpTransactionInnerTx::Tx(inner) = &envelope.tx.inner_tx;
                let inner_hash = hash(inner.hash(*network.id()))?;
                let fee_source = MuxedAccount::from_xdr(&envelope.tx.fee_source);
                (inner.tx.clone(), Some(FeeBump { inner_hash, fee_source }))
            }
        };
        Ok(Self { hash: hash(raw.hash(*network.id()))?, transaction, fee_bump, raw })
    }

    /// Whose sequence number it takes.
    pub fn source(&self) -> MuxedAccount {
        MuxedAccount::from_xdr(&self.transaction.source_account)
    }

    /// The sequence number it takes.
    pub fn sequence(&self) -> i64 {
        self.transaction.seq_num.0
    }

    /// When it may be applied; `None` for always.
    pub fn time_bounds(&self) -> Option<TimeBounds> {
        let bounds = match &self.transaction.cond {
            xdr::Preconditions::None => None,
            xdr::Preconditions::Time(bounds) => Some(bounds),
            xdr::Preconditions::V2(conditions) => conditions.time_bounds.as_ref(),
        };
        bounds.map(|bounds| TimeBounds { min: bounds.min_time.0, max: bounds.max_time.0 })
    }

    /// The signatures over [`Envelope::hash`].
    pub fn signatures(&self) -> &[xdr::DecoratedSignature] {
        match &self.raw {
            xdr::TransactionEnvelope::TxV0(envelope) => &envelope.signatures,
            xdr::TransactionEnvelope::Tx(envelope) => &envelope.signatures,
            xdr::TransactionEnvelope::TxFeeBump(envelope) => &envelope.signatures,
        }
    }

    /// The same envelope with one more signature, as base64 XDR: so a wallet signs a challenge.
    ///
    /// # Errors
    /// [`EnvelopeError::Signatures`] if it is full.
    pub fn sign(mut self, key: &Keypair) -> Result<String, EnvelopeError> {
        let mut signatures = self.signatures().to_vec();
        signatures.push(key.sign_hash(&self.hash));
        let signatures = signatures.try_into().map_err(|_| EnvelopeError::Signatures)?;
        match &mut self.raw {
            xdr::TransactionEnvelope::TxV0(envelope) => envelope.signatures = signatures,
            xdr::TransactionEnvelope::Tx(envelope) => envelope.signatures = signatures,
            xdr::TransactionEnvelope::TxFeeBump(envelope) => envelope.signatures = signatures,
        }
        self.raw.to_xdr_base64(xdr::Limits::none()).map_err(unreadable)
    }
}

fn unreadable(error: xdr::Error) -> EnvelopeError {
    EnvelopeError::Xdr(error.to_string())
}
