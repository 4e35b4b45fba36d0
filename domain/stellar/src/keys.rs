//! Signing keys. A seed is shown only where it is asked for by name, never by `Debug`.

use std::fmt;

use ed25519_dalek::{Signer, SigningKey};
use stellar_strkey::ed25519::PrivateKey;
use stellar_xdr as xdr;
use zeroize::Zeroizing;

use crate::{AccountId, TransactionHash};

/// The text is not a secret seed (`S…`). The message never repeats what was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Stellar secret seed: 56 characters that begin with S are needed")]
pub struct SeedError;

/// The last four bytes of a public key, by which a signature says whose it is.
pub type SignatureHint = [u8; 4];

/// A key that can sign. The seed is wiped from memory when this is dropped.
#[derive(Clone)]
pub struct Keypair {
    key: SigningKey,
}

impl Keypair {
    /// From 32 random bytes.
    pub fn from_seed_bytes(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        Self { key: SigningKey::from_bytes(&bytes) }
    }

    /// From a secret seed, `S…`.
    ///
    /// # Errors
    /// [`SeedError`] for anything else; it never repeats the text.
    pub fn from_seed(seed: &str) -> Result<Self, SeedError> {
        let key = PrivateKey::from_string(seed).map_err(|_| SeedError)?;
        Ok(Self::from_seed_bytes(key.0))
    }

    /// The account of which this is the master key.
    pub fn account_id(&self) -> AccountId {
        AccountId::from_bytes(self.key.verifying_key().to_bytes())
    }

    /// The secret seed, `S…`: only for showing it once to its owner, or for sealing it.
    pub fn seed(&self) -> Zeroizing<String> {
        let key = PrivateKey(self.key.to_bytes());
        Zeroizing::new(key.as_unredacted().to_string().as_str().to_owned())
    }

    /// The signature (64 bytes) over `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    /// The signature over a transaction, with its hint, as envelopes carry it.
    pub fn sign_hash(&self, hash: &TransactionHash) -> xdr::DecoratedSignature {
        xdr::DecoratedSignature {
            hint: xdr::SignatureHint(self.hint()),
            // 64 bytes are what the field holds, so this cannot fail.
            signature: xdr::Signature(self.sign(hash.as_bytes()).try_into().unwrap_or_default()),
        }
    }

    /// The hint that goes with this key's signatures.
    pub fn hint(&self) -> SignatureHint {
        signature_hint(&self.account_id())
    }
}

impl fmt::Debug for Keypair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keypair({})", self.account_id())
    }
}

/// The hint that goes with signatures by `account`'s master key.
pub(crate) fn signature_hint(account: &AccountId) -> SignatureHint {
    let [.., a, b, c, d] = *account.as_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_signs_what_its_account_verifies() {
        let key = Keypair::from_seed_bytes([7; 32]);
        let signature = key.sign(b"message");
        assert!(key.account_id().verifies(b"message", &signature));
        assert!(!key.account_id().verifies(b"another", &signature));
        assert!(!key.account_id().verifies(b"message", &signature[..63]));
    }

    #[test]
    fn a_seed_reads_and_writes_the_same_text_and_hides_from_debug() {
        let key = Keypair::from_seed_bytes([7; 32]);
        let seed = key.seed();
        assert!(seed.starts_with('S'));
        assert_eq!(Keypair::from_seed(&seed).unwrap().account_id(), key.account_id());
        assert!(!format!("{key:?}").contains(seed.as_str()));
        assert_eq!(Keypair::from_seed("SABC").unwrap_err(), SeedError);
    }
}
