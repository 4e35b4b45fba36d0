//! AES-256-GCM with a random nonce for each seal, bound to the place where the ciphertext belongs.

use std::fmt;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use zeroize::Zeroizing;

use crate::VaultError;

const KEY: usize = 32;
const NONCE: usize = 12;

/// A key, wiped from memory when dropped.
#[derive(Clone)]
pub(crate) struct Key(Zeroizing<[u8; KEY]>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key([REDACTED])")
    }
}

impl Key {
    pub(crate) fn random() -> Result<Self, VaultError> {
        let mut key = Self(Zeroizing::default());
        random(key.0.as_mut_slice())?;
        Ok(key)
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        // Filled in place, so that no copy stays on the stack.
        let mut key = Self(Zeroizing::default());
        let fits = bytes.len() == KEY;
        fits.then(|| {
            key.0.copy_from_slice(bytes);
            key
        })
    }

    pub(crate) fn expose(&self) -> &[u8; KEY] {
        &self.0
    }

    /// Seals for one place; the result is nonce and ciphertext.
    pub(crate) fn seal(&self, place: &Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut sealed = vec![0; NONCE];
        random(&mut sealed)?;
        let (nonce, aad) = (nonce(&sealed), place.bytes());
        let payload = Payload { msg: plaintext, aad: &aad };
        let ciphertext = nonce.and_then(|nonce| self.cipher().encrypt(&nonce, payload).ok());
        sealed.extend(ciphertext.ok_or(VaultError::TooLarge)?);
        Ok(sealed)
    }

    /// Opens what was sealed for this place with this key, and nothing else.
    pub(crate) fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let aad = place.bytes();
        let opened = sealed.split_at_checked(NONCE).and_then(|(head, ciphertext)| {
            let payload = Payload { msg: ciphertext, aad: &aad };
            self.cipher().decrypt(&nonce(head)?, payload).ok()
        });
        opened.map(Zeroizing::new).ok_or(VaultError::Tampered(place.what))
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(self.expose().into())
    }
}

/// Where a ciphertext belongs. It is authenticated with the ciphertext, which therefore cannot be
/// moved to another row.
pub(crate) struct Place<'a> {
    /// What it is, in words.
    pub(crate) what: &'static str,
    /// The row's identifiers.
    pub(crate) row: &'a [&'a str],
}

impl Place<'_> {
    /// Each part with its length before it, so that no two places have the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in std::iter::once(&self.what).chain(self.row) {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        bytes
    }
}

fn nonce(bytes: &[u8]) -> Option<aes_gcm::Nonce<<Aes256Gcm as aes_gcm::AeadCore>::NonceSize>> {
    bytes.try_into().ok()
}

fn random(bytes: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(bytes).map_err(|error| VaultError::NoRandomness(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place<'static> = Place { what: "a test", row: &["a", "b"] };

    #[test]
    fn what_is_sealed_for_one_place_opens_only_there_and_with_its_key() {
        let key = Key::random().unwrap();
        let sealed = key.seal(&HERE, b"secret").unwrap();
        assert_eq!(key.open(&HERE, &sealed).unwrap().as_slice(), b"secret");
        for row in [&["ab", ""][..], &["a"], &["a", "b", ""], &["b", "a"]] {
            let elsewhere = Place { what: "a test", row };
            assert_eq!(key.open(&elsewhere, &sealed), Err(VaultError::Tampered("a test")));
        }
        assert!(Key::random().unwrap().open(&HERE, &sealed).is_err());
    }

    #[test]
    fn every_changed_or_missing_byte_is_noticed() {
        let key = Key::random().unwrap();
        let sealed = key.seal(&HERE, b"secret").unwrap();
        for n in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[n] ^= 1;
            assert!(key.open(&HERE, &changed).is_err());
            assert!(key.open(&HERE, &sealed[..n]).is_err());
        }
    }

    #[test]
    fn the_same_text_is_never_sealed_alike() {
        let key = Key::random().unwrap();
        assert_ne!(key.seal(&HERE, b"secret"), key.seal(&HERE, b"secret"));
    }

    #[test]
    fn debug_shows_nothing_of_a_key() {
        let key = Key::from_slice(&[0xab; 32]).unwrap();
        let shown = format!("{key:?}");
        assert!(shown.contains("REDACTED") && !shown.contains("171") && !shown.contains("ab, "));
    }
}
