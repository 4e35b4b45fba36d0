//! What the demo found, to be read by programs.

use serde::{Deserialize, Serialize};
use windlass_domain::Amount;

pub use super::transaction::Kind;

/// All that was done and found, as far as it got.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DemoReport {
    /// The anchor's address.
    pub anchor: String,
    /// The network's passphrase.
    pub network: Option<String>,
    /// The Horizon that was used.
    pub horizon: Option<String>,
    /// The bank that was used.
    pub bank: Option<String>,
    /// The wallet's account, `G…`.
    pub account: Option<String>,
    /// The asset, `CODE:ISSUER`.
    pub asset: Option<String>,
    /// The deposit.
    pub deposit: Option<TransferReport>,
    /// The withdrawal.
    pub withdrawal: Option<TransferReport>,
    /// What network and bank say at the end.
    pub balances: Vec<Balance>,
    /// All that is not as it should be.
    pub differences: Vec<String>,
    /// Why it ended early.
    pub error: Option<String>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// One transfer, as it went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TransferReport {
    /// The anchor's id of it.
    pub id: String,
    /// Which way.
    pub kind: Kind,
    /// Each status that was seen, in order.
    pub statuses: Vec<SeenStatus>,
    /// What went in.
    pub amount_in: Option<Amount>,
    /// What the anchor kept.
    pub amount_fee: Option<Amount>,
    /// What came out.
    pub amount_out: Option<Amount>,
    /// The payment on the ledger: 64 hexadecimal digits.
    pub stellar_transaction_id: Option<String>,
    /// The payment on the rail, by the rail's name for it.
    pub external_transaction_id: Option<String>,
    /// The anchor's own record; `None` where it does not show one.
    pub timeline: Option<Vec<TimelineEvent>>,
}

impl TransferReport {
    /// Of a transfer that was just opened.
    pub(super) fn new(id: &str, kind: Kind) -> Self {
        Self {
            id: id.to_owned(),
            kind,
            statuses: vec![],
            amount_in: None,
            amount_fee: None,
            amount_out: None,
            stellar_transaction_id: None,
            external_transaction_id: None,
            timeline: None,
        }
    }
}

/// A status, and when it was first seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeenStatus {
    /// As SEP-24 names it.
    pub status: String,
    /// Since the demo began, in seconds.
    pub at: f64,
}

/// One event of the anchor's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// Its number, from 1.
    pub sequence: u64,
    /// Its name, such as `FundsReceived`.
    pub event: String,
    /// When it happened: RFC 3339.
    pub occurred_at: String,
    /// On whose order.
    pub actor: String,
}

/// A balance, before the transfers and after them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Whose and where: `network` or `bank`, and the account.
    pub account: String,
    /// In what.
    pub asset: String,
    /// Before.
    pub before: Amount,
    /// What it should be after.
    pub expected: Amount,
    /// What it is.
    pub after: Amount,
}
