//! An operation that is in a ledger; those that move money are payments.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use stellar_xdr::{MuxedAccount, Operation, OperationBody as Body, SetOptionsOp};

use super::values::{Fields, amount, fields, put, put_account, put_asset, put_flags, timestamp};
use super::{Links, transaction};
use crate::engine::{issued_by, trusted_asset};
use crate::network::store::OperationRecord;

/// The flags of an account, by Horizon's names.
const ACCOUNT_FLAGS: [(u32, &str); 4] =
    [(1, "auth_required"), (2, "auth_revocable"), (4, "auth_immutable"), (8, "auth_clawback_enabled")];
/// The flags of a trustline, by Horizon's names.
const LINE_FLAGS: [(u32, &str); 3] =
    [(1, "authorized"), (2, "authorized_to_maintain_liabilities"), (4, "clawback_enabled")];

/// The operation, with its transaction inside if that is asked for.
pub(in crate::horizon) fn render(
    record: &OperationRecord,
    links: &Links<'_>,
    join_transaction: bool,
) -> Value {
    let tx = &record.transaction.tx;
    let place = usize::try_from(record.id & 0xfff).unwrap_or(0);
    let Some(operation) = tx.operations().get(place.saturating_sub(1)) else {
        return Value::Null;
    };
    let inherited = &tx.transaction().source_account;
    let source = operation.source_account.as_ref().unwrap_or(inherited);
    let id = record.id;
    let at = format!("/operations/{id}");
    let hash = hex::encode(tx.hash());
    let mut json = fields(json!({
        "_links": {
            "self": links.to(&at),
            "transaction": links.to(&format!("/transactions/{hash}")),
            "effects": links.to(&format!("{at}/effects")),
            "succeeds": links.to(&format!("/effects?order=desc&cursor={id}")),
            "precedes": links.to(&format!("/effects?order=asc&cursor={id}")),
        },
        "id": id.to_string(),
        "paging_token": id.to_string(),
        "transaction_successful": record.transaction.successful,
        "type": kind(&operation.body),
        "type_i": operation.body.discriminant() as i32,
        "created_at": timestamp(record.transaction.closed_at),
        "transaction_hash": hash,
    }));
    put_account(&mut json, "source_account", source);
    put_details(&mut json, operation, source);
    if join_transaction {
        let transaction = transaction::render(&record.transaction, links);
        put(&mut json, "transaction", transaction);
    }
    json.into()
}

/// What the operation does, for those that the network carries out.
fn put_details(json: &mut Fields, operation: &Operation, source: &MuxedAccount) {
    match &operation.body {
        Body::CreateAccount(op) => {
            put(json, "starting_balance", amount(op.starting_balance));
            put_account(json, "funder", source);
            put(json, "account", op.destination.to_string());
        }
        Body::Payment(op) => {
            put_asset(json, &op.asset);
            put_account(json, "from", source);
            put_account(json, "to", &op.destination);
            put(json, "amount", amount(op.amount));
        }
        Body::AccountMerge(destination) => {
            put_account(json, "account", source);
            put_account(json, "into", destination);
        }
        Body::ChangeTrust(op) => {
            if let Some(asset) = trusted_asset(&op.line) {
                put_asset(json, &asset);
            }
            put(json, "limit", amount(op.limit));
            put_account(json, "trustor", source);
            let issuer = json.get("asset_issuer").cloned();
            put(json, "trustee", issuer);
        }
        Body::AllowTrust(op) => {
            put_asset(json, &issued_by(&op.asset, &source.clone().account_id()));
            put_account(json, "trustee", source);
            put(json, "trustor", op.trustor.to_string());
            put(json, "authorize", op.authorize == 1);
            put(json, "authorize_to_maintain_liabilities", op.authorize != 0);
        }
        Body::SetTrustLineFlags(op) => {
            put_asset(json, &op.asset);
            put(json, "trustor", op.trustor.to_string());
            put_flags(json, "set_flags", op.set_flags, &LINE_FLAGS);
            put_flags(json, "clear_flags", op.clear_flags, &LINE_FLAGS);
        }
        Body::ManageData(op) => {
            put(json, "name", op.data_name.0.to_utf8_string_lossy());
            let value = op.data_value.as_ref();
            let value = value.map(|value| BASE64.encode(value.0.as_slice()));
            put(json, "value", value.unwrap_or_default());
        }
        Body::BumpSequence(op) => put(json, "bump_to", op.bump_to.0.to_string()),
        Body::SetOptions(op) => put_options(json, op),
        _ => {}
    }
}

fn put_options(json: &mut Fields, op: &SetOptionsOp) {
    let numbers = [
        ("master_key_weight", op.master_weight),
        ("low_threshold", op.low_threshold),
        ("med_threshold", op.med_threshold),
        ("high_threshold", op.high_threshold),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            put(json, name, number);
        }
    }
    put_flags(json, "set_flags", op.set_flags.unwrap_or(0), &ACCOUNT_FLAGS);
    put_flags(json, "clear_flags", op.clear_flags.unwrap_or(0), &ACCOUNT_FLAGS);
    if let Some(domain) = &op.home_domain {
        put(json, "home_domain", domain.0.to_utf8_string_lossy());
    }
    if let Some(destination) = &op.inflation_dest {
        put(json, "inflation_dest", destination.to_string());
    }
    if let Some(signer) = &op.signer {
        put(json, "signer_key", signer.key.to_string());
        put(json, "signer_weight", signer.weight);
    }
}

fn kind(body: &Body) -> &'static str {
    match body {
        Body::CreateAccount(_) => "create_account",
        Body::Payment(_) => "payment",
        Body::PathPaymentStrictReceive(_) => "path_payment_strict_receive",
        Body::ManageSellOffer(_) => "manage_sell_offer",
        Body::CreatePassiveSellOffer(_) => "create_passive_sell_offer",
        Body::SetOptions(_) => "set_options",
        Body::ChangeTrust(_) => "change_trust",
        Body::AllowTrust(_) => "allow_trust",
        Body::AccountMerge(_) => "account_merge",
        Body::Inflation => "inflation",
        Body::ManageData(_) => "manage_data",
        Body::BumpSequence(_) => "bump_sequence",
        Body::ManageBuyOffer(_) => "manage_buy_offer",
        Body::PathPaymentStrictSend(_) => "path_payment_strict_send",
        Body::CreateClaimableBalance(_) => "create_claimable_balance",
        Body::ClaimClaimableBalance(_) => "claim_claimable_balance",
        Body::BeginSponsoringFutureReserves(_) => "begin_sponsoring_future_reserves",
        Body::EndSponsoringFutureReserves => "end_sponsoring_future_reserves",
        Body::RevokeSponsorship(_) => "revoke_sponsorship",
        Body::Clawback(_) => "clawback",
        Body::ClawbackClaimableBalance(_) => "clawback_claimable_balance",
        Body::SetTrustLineFlags(_) => "set_trust_line_flags",
        Body::LiquidityPoolDeposit(_) => "liquidity_pool_deposit",
        Body::LiquidityPoolWithdraw(_) => "liquidity_pool_withdraw",
        Body::InvokeHostFunction(_) => "invoke_host_function",
        Body::ExtendFootprintTtl(_) => "extend_footprint_ttl",
        Body::RestoreFootprint(_) => "restore_footprint",
    }
}
