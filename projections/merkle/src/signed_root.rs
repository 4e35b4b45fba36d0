//! Signed roots: what somebody who holds a key said of a log at a time, each chained to the one before.

use serde::{Deserialize, Serialize};
use windlass_stellar::{AccountId, Keypair};

use crate::{Hash, LogName, Signature};

/// What every signed root begins with: what this is, and the version of its form.
const PREFIX: &str = "windlass signed root v1";

/// A tree's size and root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// How many leaves.
    pub size: u64,
    /// The root of these leaves.
    pub root: Hash,
}

/// A root with a signature. What was read from outside holds only after [`SignedRoot::verify`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedRoot {
    /// The log's name.
    pub log: LogName,
    /// How many leaves the tree has.
    pub size: u64,
    /// The tree's root.
    pub root: Hash,
    /// The [`SignedRoot::id`] of the root that was signed before; none for a log's first.
    pub previous: Option<Hash>,
    /// When it was signed, in microseconds since 1970, UTC, by the signer's clock.
    pub signed_at: i64,
    /// The public key, written `G…` as Stellar writes keys.
    pub key: AccountId,
    /// The key's signature over [`SignedRoot::signed_bytes`].
    pub signature: Signature,
}

/// The signature is not the key's, or over something else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the root of size {size} is not signed by {key}, as it says")]
pub struct UnverifiedSignature {
    /// The size that the root states.
    pub size: u64,
    /// The key that the root states.
    pub key: AccountId,
}

/// Why a signed root does not come right after another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// They are of two logs.
    #[error("the root is of log {found}, the one before it of {expected}")]
    OtherLog {
        /// The log of the earlier one.
        expected: LogName,
        /// The log of the later one.
        found: LogName,
    },
    /// It names another one as the one before it, or none.
    #[error("the root does not name {expected} as the one before it")]
    OtherPrevious {
        /// The earlier one's id.
        expected: Hash,
    },
    /// A log does not shrink.
    #[error("the root has {found} leaves, the one before it {expected}")]
    Shrinks {
        /// The earlier size.
        expected: u64,
        /// The later size.
        found: u64,
    },
    /// Of one size there is one root.
    #[error("two different roots of {size} leaves")]
    OtherRoot {
        /// The size of both.
        size: u64,
    },
    /// It says that it was signed before the one before it.
    #[error("the root was signed at {found}, the one before it at {expected}, which is later")]
    Earlier {
        /// When the earlier one was signed, in microseconds since 1970.
        expected: i64,
        /// When the later one was.
        found: i64,
    },
}

impl SignedRoot {
    /// Signs what the tree of `log` is at `signed_at` (microseconds since 1970). Where the clock stands before the
    /// `previous` root's time, that time is taken, so that a chain's times never go back.
    ///
    /// # Errors
    /// [`ChainError`] if this cannot come after `previous`: never sign two histories.
    pub fn sign(
        key: &Keypair,
        log: LogName,
        head: TreeHead,
        previous: Option<&Self>,
        signed_at: i64,
    ) -> Result<Self, ChainError> {
        let mut signed = Self {
            log,
            size: head.size,
            root: head.root,
            previous: previous.map(Self::id),
            signed_at: previous.map_or(signed_at, |previous| signed_at.max(previous.signed_at)),
            key: key.account_id(),
            signature: Signature::from_bytes([0; 64]),
        };
        if let Some(previous) = previous {
            signed.verify_chain(previous)?;
        }
        signed.signature = Signature::from_bytes(key.sign(&signed.signed_bytes()));
        Ok(signed)
    }

    /// The bytes that are signed: lines of ASCII, each ended by a line feed, the first one naming the form.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let Self { log, size, root, previous, signed_at, key, signature: _ } = self;
        let previous = previous.map_or("none".to_owned(), |previous| previous.to_string());
        format!(
            "{PREFIX}\nlog {log}\nsize {size}\nroot {root}\nprevious {previous}\nsigned_at {signed_at}\nkey {key}\n"
        )
        .into_bytes()
    }

    /// SHA-256 of the signed bytes: what the next root names as its previous one, and what is published.
    ///
    /// The signature is left out, since a key can make several over the same bytes.
    pub fn id(&self) -> Hash {
        Hash::of(&self.signed_bytes())
    }

    /// Whether the root was signed by the key that it states; whether that key is to be trusted, the caller knows.
    ///
    /// # Errors
    /// [`UnverifiedSignature`] if it was not.
    pub fn verify(&self) -> Result<(), UnverifiedSignature> {
        if self.key.verifies(&self.signed_bytes(), self.signature.as_bytes()) {
            Ok(())
        } else {
            Err(UnverifiedSignature { size: self.size, key: self.key })
        }
    }

    /// Whether this comes right after `previous` in a log's chain. Both signatures are checked by
    /// [`SignedRoot::verify`], and that the one tree is the beginning of the other by
    /// [`crate::verify_consistency`]. The keys may differ, since keys are replaced.
    ///
    /// # Errors
    /// [`ChainError`] if it does not.
    pub fn verify_chain(&self, previous: &Self) -> Result<(), ChainError> {
        if self.log != previous.log {
            return Err(ChainError::OtherLog { expected: previous.log.clone(), found: self.log.clone() });
        }
        let id = previous.id();
        if self.previous != Some(id) {
            return Err(ChainError::OtherPrevious { expected: id });
        }
        if self.size < previous.size {
            return Err(ChainError::Shrinks { expected: previous.size, found: self.size });
        }
        if self.size == previous.size && self.root != previous.root {
            return Err(ChainError::OtherRoot { size: self.size });
        }
        if self.signed_at < previous.signed_at {
            return Err(ChainError::Earlier { expected: previous.signed_at, found: self.signed_at });
        }
        Ok(())
    }
}
