//! SHA-256 hashes, and how leaves and nodes are hashed (RFC 9162, section 2.1.1).

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};
use windlass_stellar::serde_as_string;

/// Before a leaf's bytes, so that no leaf can pass for a node.
pub(crate) const LEAF_PREFIX: u8 = 0;
/// Before a node's two children.
const NODE_PREFIX: u8 = 1;

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no hash: 64 lower-case hexadecimal digits are needed")]
pub struct HashError(String);

/// A SHA-256 hash, written in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

impl Hash {
    /// From its 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// SHA-256 of `bytes`, with nothing before them.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The root of the tree that has no leaves: SHA-256 of nothing.
    pub fn of_empty_tree() -> Self {
        Self::of(&[])
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ bytes).
    pub fn of_leaf(bytes: &[u8]) -> Self {
        Self(Sha256::new().chain_update([LEAF_PREFIX]).chain_update(bytes).finalize().into())
    }

    /// The hash of a node: SHA-256(0x01 ‖ left ‖ right).
    pub fn of_node(left: &Self, right: &Self) -> Self {
        let hasher = Sha256::new().chain_update([NODE_PREFIX]);
        Self(hasher.chain_update(left.0).chain_update(right.0).finalize().into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        let refused = || HashError(text.to_owned());
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| refused())?;
        // One hash has one text, so that two documents that say the same are the same.
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(refused());
        }
        Ok(Self(bytes))
    }
}

serde_as_string!(Hash);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_and_writes_one_text() {
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let hash: Hash = text.parse().unwrap();
        assert_eq!(hash, Hash::of_empty_tree());
        assert_eq!(hash.to_string(), text);
        assert_eq!(serde_json::to_string(&hash).unwrap(), format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Hash>(&format!("\"{text}\"")).unwrap(), hash);
        for refused in [&text[1..], &text.to_uppercase(), &format!("{text}00"), "", &text.replace('e', "g")] {
            assert_eq!(refused.parse::<Hash>(), Err(HashError(refused.to_owned())));
        }
    }
}
