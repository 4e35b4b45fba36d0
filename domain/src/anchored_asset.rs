//! An asset that this anchor takes and gives: what the configuration says of it.

use windlass_stellar::AccountId;

use crate::{Amount, AssetId, CurrencyCode, FeeSchedule, StellarAsset, Terms};

/// One asset of this anchor, at par with its counterpart off the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchoredAsset {
    /// On Stellar.
    pub stellar: StellarAsset,
    /// Off it.
    pub currency: CurrencyCode,
    /// The decimals that the currency has; on Stellar it is always seven.
    pub currency_digits: u32,
    /// The account that pays deposits and receives withdrawals.
    pub distribution: AccountId,
    /// Deposits by SEP-24; `None`: switched off.
    pub sep24_deposit: Option<Offer>,
    /// Withdrawals by SEP-24; `None`: switched off.
    pub sep24_withdrawal: Option<Offer>,
}

/// Limits and fees in one direction, in what the user gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The least.
    pub minimum: Amount,
    /// The most.
    pub maximum: Amount,
    /// The fee.
    pub fee: FeeSchedule,
}

impl AnchoredAsset {
    /// The decimals of every amount on Stellar.
    pub const STELLAR_DIGITS: u32 = 7;

    /// The terms of a deposit: currency in, Stellar asset out.
    pub fn deposit_terms(&self, offer: &Offer) -> Terms {
        Terms {
            asset_in: AssetId::Iso4217(self.currency),
            digits_in: self.currency_digits,
            asset_out: AssetId::Stellar(self.stellar),
            digits_out: Self::STELLAR_DIGITS,
            minimum: offer.minimum,
            maximum: offer.maximum,
            fee: offer.fee.clone(),
        }
    }

    /// The terms of a withdrawal: Stellar asset in, currency out.
    pub fn withdrawal_terms(&self, offer: &Offer) -> Terms {
        Terms {
            asset_in: AssetId::Stellar(self.stellar),
            digits_in: Self::STELLAR_DIGITS,
            asset_out: AssetId::Iso4217(self.currency),
            digits_out: self.currency_digits,
            minimum: offer.minimum,
            maximum: offer.maximum,
            fee: offer.fee.clone(),
        }
    }
}
