//! SEP-24's transaction object, as a wallet reads it, and the order in which its statuses may come.

use std::fmt;

use serde::{Deserialize, Serialize};
use windlass_domain::Amount;

/// Which way a transfer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// From the bank to the ledger.
    Deposit,
    /// From the ledger to the bank.
    Withdrawal,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
        })
    }
}

/// A transfer as the anchor shows it (SEP24-072 to SEP24-085).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Transaction {
    pub id: String,
    pub kind: Kind,
    pub status: String,
    pub more_info_url: Option<String>,
    pub amount_in: Option<Amount>,
    pub amount_in_asset: Option<String>,
    pub amount_out: Option<Amount>,
    pub amount_fee: Option<Amount>,
    pub fee_details: Option<FeeDetails>,
    pub completed_at: Option<String>,
    pub stellar_transaction_id: Option<String>,
    pub external_transaction_id: Option<String>,
    pub message: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub withdraw_anchor_account: Option<String>,
    pub withdraw_memo: Option<String>,
    pub withdraw_memo_type: Option<String>,
}

/// The fee (SEP24-077).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct FeeDetails {
    pub total: Amount,
}

impl Transaction {
    /// The fee, under its new name or its old one.
    pub fn fee(&self) -> Option<Amount> {
        self.fee_details.as_ref().map(|fee| fee.total).or(self.amount_fee)
    }

    /// The currency of the bank's side of a deposit, `USD` of `iso4217:USD`.
    pub fn currency_in(&self) -> Option<&str> {
        self.amount_in_asset.as_deref()?.strip_prefix("iso4217:")
    }

    /// Whether nothing more will happen.
    pub fn is_final(&self) -> bool {
        const FINAL: [&str; 7] =
            ["completed", "refunded", "expired", "no_market", "too_small", "too_large", "error"];
        FINAL.contains(&self.status.as_str())
    }
}

/// How far a status has got; `None` for those that may come at any time before the end (SEP24-094).
pub(super) fn stage(status: &str) -> Option<u8> {
    match status {
        "incomplete" => Some(0),
        "pending_user_transfer_start" => Some(1),
        "pending_trust" | "pending_stellar" | "pending_user_transfer_complete" => Some(2),
        "pending_anchor" | "pending_external" | "pending_user" | "on_hold" => None,
        _ => Some(3),
    }
}
