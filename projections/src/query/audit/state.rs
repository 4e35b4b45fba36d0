//! A transfer as it stood at a moment, folded from its events up to then.

use serde::Serialize;
use time::OffsetDateTime;
use windlass_domain::{
    Amounts, Money, StellarAsset, Subject,
    transfer::{Funding, Status, TransferId},
};
use windlass_stellar::MuxedAccount;

use crate::TransferView;

/// How a transfer stood.
#[derive(Clone, Debug, Serialize)]
pub struct TransferState {
    /// Its id.
    pub id: TransferId,
    /// `deposit` or `withdrawal`.
    pub kind: &'static str,
    /// What a wallet was shown.
    pub status: Status,
    /// Whose it is.
    pub subject: Subject,
    /// Where a deposit is delivered, or from where a withdrawal is paid.
    pub stellar_account: MuxedAccount,
    /// The asset on Stellar.
    pub asset: StellarAsset,
    /// What goes in, is kept and comes out, as last calculated.
    pub amounts: Option<Amounts>,
    /// What came in first.
    pub received: Option<Money>,
    /// Where a payout goes, as far as it may be shown.
    pub payout_destination: Option<String>,
    /// The payment on Stellar.
    pub stellar_transaction_id: Option<String>,
    /// The payment by the rail.
    pub external_transaction_id: Option<String>,
    /// How many payments or payouts were prepared.
    pub attempts: u32,
    /// By when the user had to act.
    #[serde(with = "time::serde::rfc3339::option")]
    pub deadline: Option<OffsetDateTime>,
    /// When it was begun.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// When the status was reached.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// When it was completed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub completed_at: Option<OffsetDateTime>,
    /// What the user was told last.
    pub message: Option<String>,
}

impl TransferState {
    /// Of what the events lead to.
    pub(super) fn of(view: TransferView) -> Option<Self> {
        let TransferView { id, transfer, status, started_at, updated_at, completed_at, .. } = view;
        let initiated = transfer.initiated?;
        Some(Self {
            id,
            kind: initiated.kind.as_str(),
            status,
            subject: initiated.subject,
            stellar_account: initiated.stellar_account,
            asset: initiated.stellar_asset,
            amounts: transfer.amounts,
            received: match transfer.funding {
                Funding::None => None,
                Funding::Received(receipt) => Some(receipt.money),
            },
            payout_destination: transfer.payout.map(|payout| payout.masked),
            stellar_transaction_id: view.stellar_transaction_id,
            external_transaction_id: view.external_transaction_id,
            attempts: transfer.attempts,
            deadline: transfer.deadline,
            started_at,
            updated_at,
            completed_at,
            message: view.message,
        })
    }
}
