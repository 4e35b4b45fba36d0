//! Shapes that several of Horizon's answers share.

use serde::{Deserialize, Deserializer, de};
use windlass_stellar::{AssetCode, StellarAsset};

/// An asset, as records carry it among their other fields.
#[derive(Debug, Deserialize)]
pub(crate) struct AssetFields {
    #[serde(default)]
    asset_type: String,
    #[serde(default)]
    asset_code: Option<String>,
    #[serde(default)]
    asset_issuer: Option<String>,
}

impl AssetFields {
    /// The asset; `None` for what is no asset of the classic kinds, such as pool shares.
    pub(crate) fn read(&self) -> Option<StellarAsset> {
        match self.asset_type.as_str() {
            "native" => Some(StellarAsset::Native),
            "credit_alphanum4" | "credit_alphanum12" => {
                let code: AssetCode = self.asset_code.as_deref()?.parse().ok()?;
                let issuer = self.asset_issuer.as_deref()?.parse().ok()?;
                Some(StellarAsset::Issued { code, issuer })
            }
            _ => None,
        }
    }
}

/// A whole number that some versions write as a number and others as text.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(i64),
        Text(String),
    }
    match Written::deserialize(deserializer)? {
        Written::Number(number) => Ok(number),
        Written::Text(text) => text.parse().map_err(de::Error::custom),
    }
}

/// A page of records.
#[derive(Debug, Deserialize)]
pub(crate) struct Page<T> {
    #[serde(rename = "_embedded")]
    embedded: Embedded<T>,
}

#[derive(Debug, Deserialize)]
struct Embedded<T> {
    records: Vec<T>,
}

impl<T> Page<T> {
    pub(crate) fn into_records(self) -> Vec<T> {
        self.embedded.records
    }
}
