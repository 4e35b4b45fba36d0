//! The one key that the operator keeps outside the database.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::cipher::Key;
use crate::{MasterKeyError, VaultError};

/// The key that wraps all others: 32 random bytes, written in base64. Wiped from memory when
/// dropped; `Debug` shows nothing of it.
#[derive(Debug, Clone)]
pub struct MasterKey(pub(crate) Key);

impl MasterKey {
    /// A new key.
    pub fn generate() -> Result<Self, VaultError> {
        Key::random().map(Self)
    }

    /// Reads a key from standard base64, white space around it allowed.
    pub fn parse(text: &SecretString) -> Result<Self, MasterKeyError> {
        let text = text.expose_secret().trim();
        let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| MasterKeyError::NotBase64)?);
        Key::from_slice(&bytes).map(Self).ok_or(MasterKeyError::Length(bytes.len()))
    }

    /// The key in base64, for the operator to keep.
    pub fn to_base64(&self) -> SecretString {
        STANDARD.encode(self.0.expose()).into()
    }
}

/// The master key that seals what is new, and those before it that may still be needed to open what is old.
#[derive(Debug, Clone)]
pub struct MasterKeys {
    pub(crate) current: MasterKey,
    pub(crate) previous: Vec<MasterKey>,
}

impl MasterKeys {
    /// The current key, and the ones that it replaces.
    pub fn new(current: MasterKey, previous: Vec<MasterKey>) -> Self {
        Self { current, previous }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

impl From<MasterKey> for MasterKeys {
    fn from(current: MasterKey) -> Self {
        Self { current, previous: Vec::new() }
    }
}
