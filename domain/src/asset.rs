//! Assets of both worlds, in SEP-38's notation.

use std::{fmt, str::FromStr};

pub use windlass_stellar::{AssetCode, AssetError, StellarAsset};

/// An asset on Stellar or off it, written `stellar:USDC:G…`, `stellar:native` or `iso4217:USD` (SEP-38).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AssetId {
    /// On the Stellar ledger.
    Stellar(StellarAsset),
    /// A currency by its ISO 4217 code.
    Iso4217(CurrencyCode),
}

impl AssetId {
    /// The code that people know: `USD`, `XLM`.
    pub fn code(&self) -> &str {
        match self {
            Self::Stellar(asset) => asset.code(),
            Self::Iso4217(code) => code.as_str(),
        }
    }
}

/// Three upper-case letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CurrencyCode([u8; 3]);

impl CurrencyCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for CurrencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CurrencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CurrencyCode {
    type Err = AssetIdError;

    fn from_str(text: &str) -> Result<Self, AssetIdError> {
        let bytes: [u8; 3] = text
            .as_bytes()
            .try_into()
            .map_err(|_| AssetIdError::Malformed(text.chars().take(80).collect()))?;
        if !bytes.iter().all(u8::is_ascii_uppercase) {
            return Err(AssetIdError::Malformed(text.to_owned()));
        }
        Ok(Self(bytes))
    }
}

/// The text is no asset in SEP-38's notation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssetIdError {
    /// An unknown scheme, or nothing behind it.
    #[error("'{0}' is not an asset: stellar:CODE:ISSUER, stellar:native or iso4217:USD is needed")]
    Malformed(String),
    /// The part after `stellar:` is no asset.
    #[error(transparent)]
    Stellar(#[from] AssetError),
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stellar(asset) => write!(f, "stellar:{asset}"),
            Self::Iso4217(code) => write!(f, "iso4217:{}", code.as_str()),
        }
    }
}

impl fmt::Debug for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AssetId {
    type Err = AssetIdError;

    fn from_str(text: &str) -> Result<Self, AssetIdError> {
        match text.split_once(':') {
            Some(("stellar", asset)) => Ok(Self::Stellar(asset.parse()?)),
            Some(("iso4217", code)) => Ok(Self::Iso4217(code.parse()?)),
            _ => Err(AssetIdError::Malformed(text.chars().take(80).collect())),
        }
    }
}

windlass_stellar::serde_as_string!(AssetId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_read_and_write_the_same_text() {
        let issuer = "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ";
        for text in ["stellar:native".to_owned(), format!("stellar:USDC:{issuer}"), "iso4217:EUR".to_owned()]
        {
            assert_eq!(text.parse::<AssetId>().unwrap().to_string(), text);
        }
        for text in ["", "USD", "iso4217:usd", "iso4217:EURO", "stellar:USDC", "cash:USD", "native"] {
            assert!(text.parse::<AssetId>().is_err(), "{text}");
        }
    }
}
