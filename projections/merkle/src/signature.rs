//! An Ed25519 signature as text.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_STANDARD};
use windlass_stellar::serde_as_string;

/// The text is not 64 bytes in base64.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no signature: 64 bytes in base64 (with its padding) are needed")]
pub struct SignatureError(String);

/// A signature, written in base64 with padding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// From its 64 bytes.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// Its 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Signature {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let bytes = BASE64_STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| SignatureError(text.to_owned()))
    }
}

serde_as_string!(Signature);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_reads_and_writes_one_text() {
        let signature = Signature::from_bytes([0xff; 64]);
        let text = signature.to_string();
        assert_eq!(text.parse(), Ok(signature));
        // The last letter has bits to spare, which must be zero.
        assert!(text.ends_with("w=="));
        let spare = format!("{}x==", &text[..85]);
        for refused in [spare.as_str(), &text[..86], "", &format!(" {text}"), &text.replace('/', "_")] {
            assert_eq!(refused.parse::<Signature>(), Err(SignatureError(refused.to_owned())));
        }
    }
}
