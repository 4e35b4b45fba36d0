//! Which events an auditor wants: a range of the log, an asset, an account.

use std::str::FromStr;

use windlass_domain::{AssetCode, AssetError, StellarAsset, ports::ReceivedPayment};
use windlass_stellar::MuxedAccount;
use windlass_store::RecordedEvent;

use super::Moment;
use crate::TransferView;

/// Which events are wanted; everything, where nothing is said.
///
/// With an asset or an account, those of the transfers that have it, with their envelopes and payments; and the payments
/// on the ledger that have it and belong to no transfer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// From that moment on.
    pub from: Option<Moment>,
    /// Before that moment.
    pub to: Option<Moment>,
    /// Of that asset on Stellar.
    pub asset: Option<AssetFilter>,
    /// Of the user, or to or from the account, of that address: `G…` means all users of a shared account, `M…` that one.
    pub account: Option<MuxedAccount>,
}

/// An asset on Stellar, or all that have the code. Written `native`, `CODE:ISSUER` or `CODE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetFilter {
    /// That one.
    Asset(StellarAsset),
    /// Whoever issues it.
    Code(AssetCode),
}

impl LogFilter {
    /// Whether events are chosen by the transfers that they belong to.
    pub(super) fn goes_by_transfer(&self) -> bool {
        self.asset.is_some() || self.account.is_some()
    }

    /// Whether the event is in the range.
    pub(super) fn spans(&self, event: &RecordedEvent) -> bool {
        self.from.is_none_or(|from| !from.is_after(event)) && self.to.is_none_or(|to| to.is_after(event))
    }

    /// Whether a transfer has the asset and the account.
    pub(super) fn wants(&self, view: &TransferView) -> bool {
        view.initiated().is_some_and(|initiated| {
            let subject = initiated.subject;
            let of_user = |wanted: MuxedAccount| match wanted.id {
                None => subject.account() == wanted.account,
                Some(id) => subject.identity() == format!("{}:{id}", wanted.account),
            };
            self.asset.is_none_or(|asset| asset.is(&initiated.stellar_asset))
                && self
                    .account
                    .is_none_or(|wanted| of_user(wanted) || covers(wanted, initiated.stellar_account))
        })
    }

    /// Whether a payment has the asset and the account.
    pub(super) fn wants_payment(&self, payment: &ReceivedPayment) -> bool {
        self.asset.is_none_or(|asset| asset.is(&payment.asset))
            && self.account.is_none_or(|wanted| covers(wanted, payment.from) || covers(wanted, payment.to))
    }
}

fn covers(wanted: MuxedAccount, address: MuxedAccount) -> bool {
    wanted == address || (wanted.id.is_none() && wanted.account == address.account)
}

impl AssetFilter {
    fn is(&self, asset: &StellarAsset) -> bool {
        match (self, asset) {
            (Self::Asset(wanted), _) => wanted == asset,
            (Self::Code(wanted), StellarAsset::Issued { code, .. }) => wanted == code,
            (Self::Code(_), StellarAsset::Native) => false,
        }
    }
}

impl FromStr for AssetFilter {
    type Err = AssetError;

    fn from_str(text: &str) -> Result<Self, AssetError> {
        if text == "native" || text.contains(':') {
            return text.parse().map(Self::Asset);
        }
        text.parse().map(Self::Code)
    }
}
