//! The SEP-24 transaction object, built once, for answers and callbacks alike (SEP24-072 … SEP24-085).

use serde::Serialize;
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};
use windlass_domain::{
    Amount, Money,
    transfer::{Funding, Kind, ReceiptSource, TransferInstructions},
};

use crate::TransferView;

/// A transfer as SEP-24 shows it. Keys that a wallet looks for are null rather than missing (SEP24-T11).
#[derive(Clone, Debug, Serialize)]
pub struct Transaction {
    id: String,
    kind: &'static str,
    status: &'static str,
    more_info_url: String,
    amount_in: Option<String>,
    amount_in_asset: Option<String>,
    amount_out: Option<String>,
    amount_out_asset: Option<String>,
    amount_fee: Option<String>,
    amount_fee_asset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee_details: Option<FeeDetails>,
    started_at: String,
    updated_at: String,
    completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_action_required_by: Option<String>,
    stellar_transaction_id: Option<String>,
    external_transaction_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    from: String,
    to: String,
    #[serde(flatten)]
    direction: Direction,
}

/// The fee, with its parts under both names that the texts use (SEP24-077, SEP24-T01).
#[derive(Clone, Debug, Serialize)]
struct FeeDetails {
    total: String,
    asset: String,
    breakdown: Vec<FeePart>,
    details: Vec<FeePart>,
}

#[derive(Clone, Debug, Serialize)]
struct FeePart {
    name: &'static str,
    amount: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Direction {
    Deposit {
        deposit_memo: Option<String>,
        deposit_memo_type: Option<&'static str>,
    },
    Withdrawal {
        withdraw_anchor_account: Option<String>,
        withdraw_memo: Option<String>,
        withdraw_memo_type: Option<&'static str>,
    },
}

impl Transaction {
    /// The object for `view`; `more_info_url` comes from the caller, because it carries a token.
    pub fn new(view: &TransferView, more_info_url: String) -> Self {
        let transfer = &view.transfer;
        let received = match &transfer.funding {
            Funding::None => None,
            Funding::Received(receipt) => Some(receipt.money),
        };
        // What was promised for another amount is not what this one leads to.
        let amounts =
            transfer.amounts.filter(|amounts| received.is_none_or(|received| received == amounts.amount_in));
        let amount_in = received.or(amounts.map(|amounts| amounts.amount_in));
        let text = |money: Money| money.amount.to_string();
        let asset = |money: Money| money.asset.to_string();
        let (from, to) = parties(view);
        Self {
            id: view.id.to_string(),
            kind: view.initiated().map_or("", |initiated| initiated.kind.as_str()),
            status: view.status.as_str(),
            more_info_url,
            amount_in: amount_in.map(text),
            amount_in_asset: amount_in.map(asset),
            amount_out: amounts.map(|amounts| text(amounts.amount_out)),
            amount_out_asset: amounts.map(|amounts| asset(amounts.amount_out)),
            amount_fee: amounts.map(|amounts| text(amounts.fee)),
            amount_fee_asset: amounts.map(|amounts| asset(amounts.fee)),
            fee_details: amounts.map(|amounts| fee_details(amounts.fee)),
            started_at: timestamp(view.started_at),
            updated_at: timestamp(view.updated_at),
            completed_at: view.completed_at.map(timestamp),
            user_action_required_by: transfer.deadline.filter(|_| view.status.awaits_user()).map(timestamp),
            stellar_transaction_id: view.stellar_transaction_id.clone(),
            external_transaction_id: view.external_transaction_id.clone(),
            message: view.message.clone(),
            from,
            to,
            direction: direction(view),
        }
    }
}

/// A time as the SEPs write it: UTC, ISO 8601.
pub fn timestamp(time: OffsetDateTime) -> String {
    let time = time.to_offset(UtcOffset::UTC);
    time.replace_nanosecond(time.nanosecond() / 1_000_000 * 1_000_000)
        .unwrap_or(time)
        .format(&Rfc3339)
        .unwrap_or_default()
}

fn fee_details(fee: Money) -> FeeDetails {
    let parts = if fee.amount == Amount::ZERO {
        vec![]
    } else {
        vec![FeePart { name: "Service fee", amount: fee.amount.to_string() }]
    };
    FeeDetails {
        total: fee.amount.to_string(),
        asset: fee.asset.to_string(),
        breakdown: parts.clone(),
        details: parts,
    }
}

/// `from` and `to`, empty where not known yet: wallets read both as strings from the beginning (SEP24-T11).
fn parties(view: &TransferView) -> (String, String) {
    let Some(initiated) = view.initiated() else { return Default::default() };
    let account = initiated.stellar_account.to_string();
    if initiated.kind.is_deposit() {
        (String::new(), account)
    } else {
        let paid_by = match view.transfer.receipt_source() {
            Some(ReceiptSource::Stellar { from, .. }) => from.to_string(),
            _ => account,
        };
        let payout = view.transfer.payout.as_ref().map(|payout| payout.masked.clone());
        (paid_by, payout.unwrap_or_default())
    }
}

fn direction(view: &TransferView) -> Direction {
    let initiated = view.initiated();
    match initiated.map(|initiated| initiated.kind) {
        Some(Kind::Sep24Deposit) => {
            let memo = initiated.map(|initiated| &initiated.memo);
            Direction::Deposit {
                deposit_memo: memo.and_then(|memo| memo.value()),
                deposit_memo_type: memo.and_then(|memo| memo.kind()),
            }
        }
        // The memo is not revealed before the payment is due (SEP24-T04).
        _ => match &view.transfer.instructions {
            Some(TransferInstructions::Stellar { account, memo }) => Direction::Withdrawal {
                withdraw_anchor_account: Some(account.to_string()),
                withdraw_memo: memo.value(),
                withdraw_memo_type: memo.kind(),
            },
            _ => Direction::Withdrawal {
                withdraw_anchor_account: None,
                withdraw_memo: None,
                withdraw_memo_type: None,
            },
        },
    }
}
