//! Assets as the ledger knows them: XLM, or a code with its issuer. A code without its issuer is no asset.

use std::{fmt, str::FromStr};

use stellar_xdr as xdr;

use crate::{AccountId, serde_as_string};

/// Why a text is no Stellar asset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssetError {
    /// Not 1 to 12 letters and digits.
    #[error("'{0}' is not an asset code: 1 to 12 letters and digits are needed")]
    Code(String),
    /// The issuer is no account.
    #[error("the issuer of '{code}' is not an account: {source}")]
    Issuer {
        /// The asset's code.
        code: String,
        /// What is wrong with the issuer.
        source: crate::AddressError,
    },
    /// Neither `native` nor `CODE:ISSUER`.
    #[error("'{0}' is not an asset: 'native' or 'CODE:ISSUER' is needed")]
    Malformed(String),
}

/// An asset code: 1 to 12 letters and digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AssetCode {
    bytes: [u8; 12],
    length: u8,
}

impl AssetCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        let used = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(used).unwrap_or_default()
    }
}

impl FromStr for AssetCode {
    type Err = AssetError;

    fn from_str(text: &str) -> Result<Self, AssetError> {
        let fits = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if !fits {
            return Err(AssetError::Code(text.chars().take(40).collect()));
        }
        let mut bytes = [0; 12];
        for (to, from) in bytes.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        Ok(Self { bytes, length: text.len() as u8 })
    }
}

impl fmt::Display for AssetCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AssetCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An asset on the ledger, written `native` or `CODE:ISSUER`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StellarAsset {
    /// XLM.
    Native,
    /// An issued asset.
    Issued {
        /// The code.
        code: AssetCode,
        /// The issuing account.
        issuer: AccountId,
    },
}

impl StellarAsset {
    /// The code by which people and SEPs call it: `XLM` or the asset's code.
    pub fn code(&self) -> &str {
        match self {
            Self::Native => "XLM",
            Self::Issued { code, .. } => code.as_str(),
        }
    }

    /// The issuer, unless this is XLM.
    pub fn issuer(&self) -> Option<AccountId> {
        match self {
            Self::Native => None,
            Self::Issued { issuer, .. } => Some(*issuer),
        }
    }

    /// As XDR.
    pub fn to_xdr(self) -> xdr::Asset {
        match self {
            Self::Native => xdr::Asset::Native,
            Self::Issued { code, issuer } => {
                let issuer = issuer.to_xdr();
                let [a, b, c, d, ..] = code.bytes;
                if code.length <= 4 {
                    let asset_code = xdr::AssetCode4([a, b, c, d]);
                    xdr::Asset::CreditAlphanum4(xdr::AlphaNum4 { asset_code, issuer })
                } else {
                    let asset_code = xdr::AssetCode12(code.bytes);
                    xdr::Asset::CreditAlphanum12(xdr::AlphaNum12 { asset_code, issuer })
                }
            }
        }
    }

    /// From XDR.
    ///
    /// # Errors
    /// [`AssetError::Code`] where the code is not 1 to 12 letters and digits.
    pub fn from_xdr(asset: &xdr::Asset) -> Result<Self, AssetError> {
        let (code, issuer) = match asset {
            xdr::Asset::Native => return Ok(Self::Native),
            xdr::Asset::CreditAlphanum4(a) => (&a.asset_code.0[..], &a.issuer),
            xdr::Asset::CreditAlphanum12(a) => (&a.asset_code.0[..], &a.issuer),
        };
        let text = String::from_utf8_lossy(code);
        Ok(Self::Issued { code: text.trim_end_matches('\0').parse()?, issuer: AccountId::from_xdr(issuer) })
    }
}

impl fmt::Display for StellarAsset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Native => f.write_str("native"),
            Self::Issued { code, issuer } => write!(f, "{code}:{issuer}"),
        }
    }
}

impl fmt::Debug for StellarAsset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for StellarAsset {
    type Err = AssetError;

    fn from_str(text: &str) -> Result<Self, AssetError> {
        if text == "native" {
            return Ok(Self::Native);
        }
        let (code, issuer) =
            text.split_once(':').ok_or_else(|| AssetError::Malformed(text.chars().take(80).collect()))?;
        let code: AssetCode = code.parse()?;
        let issuer =
            issuer.parse().map_err(|source| AssetError::Issuer { code: code.to_string(), source })?;
        Ok(Self::Issued { code, issuer })
    }
}

serde_as_string!(AssetCode, StellarAsset);

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ";

    #[test]
    fn assets_keep_their_text_and_their_xdr() {
        for text in ["native".to_string(), format!("USD:{ISSUER}"), format!("Windlass1234:{ISSUER}")] {
            let asset: StellarAsset = text.parse().unwrap();
            assert_eq!(asset.to_string(), text);
            assert_eq!(StellarAsset::from_xdr(&asset.to_xdr()).unwrap(), asset);
        }
    }

    #[test]
    fn a_code_without_its_issuer_is_no_asset() {
        for text in ["USD", "USD:", ":", "USD:GABC", "", "NATIVE", "THIRTEENCHARS:", "U-D:"] {
            assert!(text.parse::<StellarAsset>().is_err(), "{text}");
        }
    }
}
