//! An account.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};
use stellar_xdr::{
    AccountEntry, AccountFlags, LedgerEntry, Liabilities, SignerKey, TrustLineEntry, TrustLineFlags,
};

use super::Links;
use super::values::{amount, fields, put, put_line_asset};
use crate::engine::{AccountView, Ledger, line_liabilities, sponsor};

/// The account as of the ledger.
pub(in crate::horizon) fn render(
    account: &AccountEntry,
    entry: &LedgerEntry,
    ledger: &Ledger,
    links: &Links<'_>,
) -> Value {
    let id = account.account_id.to_string();
    let at = format!("/accounts/{id}");
    let [_, low, medium, high] = account.thresholds.0;
    let data: Map<String, Value> = ledger
        .data_of(&account.account_id)
        .map(|data| {
            let value = BASE64.encode(data.data_value.0.as_slice());
            (data.data_name.0.to_utf8_string_lossy(), Value::from(value))
        })
        .collect();
    let mut balances: Vec<Value> =
        ledger.trustlines_of(&account.account_id).map(|(line, entry)| balance(line, entry)).collect();
    balances.push(native_balance(account));
    let mut json = fields(json!({
        "_links": {
            "self": links.to(&at),
            "transactions": links.paged(&format!("{at}/transactions")),
            "operations": links.paged(&format!("{at}/operations")),
            "payments": links.paged(&format!("{at}/payments")),
            "effects": links.paged(&format!("{at}/effects")),
            "offers": links.paged(&format!("{at}/offers")),
            "trades": links.paged(&format!("{at}/trades")),
            "data": links.template(&format!("{at}/data/{{key}}")),
        },
        "id": id,
        "account_id": id,
        "sequence": account.seq_num.0.to_string(),
        "subentry_count": account.num_sub_entries,
        "last_modified_ledger": entry.last_modified_ledger_seq,
        "thresholds": {
            "low_threshold": low,
            "med_threshold": medium,
            "high_threshold": high,
        },
        "flags": {
            "auth_required": account.has_flag(AccountFlags::RequiredFlag),
            "auth_revocable": account.has_flag(AccountFlags::RevocableFlag),
            "auth_immutable": account.has_flag(AccountFlags::ImmutableFlag),
            "auth_clawback_enabled": account.has_flag(AccountFlags::ClawbackEnabledFlag),
        },
        "balances": balances,
        "signers": signers(account),
        "data": data,
        "num_sponsoring": account.num_sponsoring(),
        "num_sponsored": account.num_sponsored(),
        "paging_token": id,
    }));
    if account.seq_ledger() != 0 {
        put(&mut json, "sequence_ledger", account.seq_ledger());
        put(&mut json, "sequence_time", account.seq_time().to_string());
    }
    if !account.home_domain.0.is_empty() {
        let domain = account.home_domain.0.to_utf8_string_lossy();
        put(&mut json, "home_domain", domain);
    }
    if let Some(destination) = &account.inflation_dest {
        put(&mut json, "inflation_destination", destination.to_string());
    }
    if let Some(sponsor) = sponsor(entry) {
        put(&mut json, "sponsor", sponsor.to_string());
    }
    json.into()
}

fn native_balance(account: &AccountEntry) -> Value {
    let Liabilities { buying, selling } = account.liabilities();
    json!({
        "balance": amount(account.balance),
        "buying_liabilities": amount(buying),
        "selling_liabilities": amount(selling),
        "asset_type": "native",
    })
}

fn balance(line: &TrustLineEntry, entry: &LedgerEntry) -> Value {
    let Liabilities { buying, selling } = line_liabilities(line);
    let has = |flag: TrustLineFlags| line.flags & flag as u32 != 0;
    let maintains = has(TrustLineFlags::AuthorizedToMaintainLiabilitiesFlag);
    let authorized = has(TrustLineFlags::AuthorizedFlag);
    let mut json = fields(json!({
        "balance": amount(line.balance),
        "limit": amount(line.limit),
        "buying_liabilities": amount(buying),
        "selling_liabilities": amount(selling),
        "last_modified_ledger": entry.last_modified_ledger_seq,
        "is_authorized": authorized,
        "is_authorized_to_maintain_liabilities": authorized || maintains,
        "is_clawback_enabled": has(TrustLineFlags::TrustlineClawbackEnabledFlag),
    }));
    put_line_asset(&mut json, &line.asset);
    if let Some(sponsor) = sponsor(entry) {
        put(&mut json, "sponsor", sponsor.to_string());
    }
    json.into()
}

/// All signers, the account's own key last.
fn signers(account: &AccountEntry) -> Vec<Value> {
    let others = account.signers.iter().enumerate().map(|(index, signer)| {
        let mut json = fields(json!({
            "weight": signer.weight,
            "key": signer.key.to_string(),
            "type": kind(&signer.key),
        }));
        if let Some(sponsor) = account.signer_sponsor(index) {
            put(&mut json, "sponsor", sponsor.to_string());
        }
        json.into()
    });
    let [master, ..] = account.thresholds.0;
    let master = json!({
        "weight": master,
        "key": account.account_id.to_string(),
        "type": "ed25519_public_key",
    });
    others.chain([master]).collect()
}

fn kind(key: &SignerKey) -> &'static str {
    match key {
        SignerKey::Ed25519(_) => "ed25519_public_key",
        SignerKey::PreAuthTx(_) => "preauth_tx",
        SignerKey::HashX(_) => "sha256_hash",
        SignerKey::Ed25519SignedPayload(_) => "ed25519_signed_payload",
    }
}
