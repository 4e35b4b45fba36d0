//! Which of our assets a request means.

use windlass_domain::{AnchoredAsset, Offer, StellarAsset, transfer::Kind};

use crate::{Api, error::ApiError, fields::Fields};

/// What SEP-24 calls an asset: XLM is `native` (SEP24-012).
pub(super) fn code(asset: &StellarAsset) -> &str {
    match asset {
        StellarAsset::Native => "native",
        issued => issued.code(),
    }
}

/// The offer in that direction, if there is one.
pub(super) fn offer(asset: &AnchoredAsset, kind: Kind) -> Option<&Offer> {
    match kind {
        Kind::Sep24Deposit => asset.sep24_deposit.as_ref(),
        Kind::Sep24Withdrawal => asset.sep24_withdrawal.as_ref(),
    }
}

/// The asset of `asset_code` and, if given, `asset_issuer`, among those that `wanted` lets through.
pub(super) fn requested<'a>(
    api: &'a Api,
    fields: &Fields,
    wanted: impl Fn(&AnchoredAsset) -> bool,
) -> Result<&'a AnchoredAsset, ApiError> {
    let asked = fields.get("asset_code").ok_or_else(|| ApiError::bad_request("asset_code is required"))?;
    let issuer = fields.get("asset_issuer");
    if asked == "native" && issuer.is_some() {
        return Err(ApiError::bad_request("asset_issuer: native has no issuer"));
    }
    let is_meant = |asset: &&AnchoredAsset| {
        let issuer_fits =
            issuer.is_none_or(|issuer| asset.stellar.issuer().is_some_and(|own| own.to_string() == issuer));
        code(&asset.stellar) == asked && issuer_fits && wanted(asset)
    };
    api.commands.assets().iter().find(is_meant).ok_or_else(|| {
        let asked: String = asked.chars().take(12).collect();
        ApiError::BadRequest(format!("asset_code: '{asked}' is not offered here; see /info"))
    })
}
