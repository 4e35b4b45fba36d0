//! Assets: which codes are valid, who issues them, and the three XDR shapes of the same thing.

use stellar_xdr::{AccountId, Asset, AssetCode, ChangeTrustAsset, TrustLineAsset};
use stellar_xdr::{AlphaNum4, AlphaNum12};

/// Whether the code is made of letters and digits, padded with zeros only at its end.
pub(super) fn is_valid(asset: &Asset) -> bool {
    match asset {
        Asset::Native => true,
        Asset::CreditAlphanum4(a) => is_valid_code(&a.asset_code.0, 1),
        Asset::CreditAlphanum12(a) => is_valid_code(&a.asset_code.0, 5),
    }
}

fn is_valid_code(code: &[u8], min: usize) -> bool {
    let length = code.iter().position(|b| *b == 0).unwrap_or(code.len());
    let (name, padding) = code.split_at(length);
    length >= min && name.iter().all(u8::is_ascii_alphanumeric) && padding.iter().all(|b| *b == 0)
}

/// Who issues the asset; nobody issues lumens.
pub(super) fn issuer(asset: &Asset) -> Option<&AccountId> {
    match asset {
        Asset::Native => None,
        Asset::CreditAlphanum4(a) => Some(&a.issuer),
        Asset::CreditAlphanum12(a) => Some(&a.issuer),
    }
}

/// The asset as a trustline names it.
pub(super) fn line_asset(asset: &Asset) -> TrustLineAsset {
    match asset.clone() {
        Asset::Native => TrustLineAsset::Native,
        Asset::CreditAlphanum4(a) => TrustLineAsset::CreditAlphanum4(a),
        Asset::CreditAlphanum12(a) => TrustLineAsset::CreditAlphanum12(a),
    }
}

/// The asset that a change-trust operation names; none for a pool share.
pub(crate) fn trusted_asset(line: &ChangeTrustAsset) -> Option<Asset> {
    match line.clone() {
        ChangeTrustAsset::Native => Some(Asset::Native),
        ChangeTrustAsset::CreditAlphanum4(a) => Some(Asset::CreditAlphanum4(a)),
        ChangeTrustAsset::CreditAlphanum12(a) => Some(Asset::CreditAlphanum12(a)),
        ChangeTrustAsset::PoolShare(_) => None,
    }
}

/// The asset with this code that `issuer` issues.
pub(crate) fn issued_by(code: &AssetCode, issuer: &AccountId) -> Asset {
    let issuer = issuer.clone();
    match code.clone() {
        AssetCode::CreditAlphanum4(asset_code) => Asset::CreditAlphanum4(AlphaNum4 { asset_code, issuer }),
        AssetCode::CreditAlphanum12(asset_code) => Asset::CreditAlphanum12(AlphaNum12 { asset_code, issuer }),
    }
}
