//! A transaction that is in a ledger.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use stellar_xdr::{DecoratedSignature, Memo, Preconditions, PreconditionsV2, TransactionEnvelope};

use super::Links;
use super::values::{Fields, fields, put, put_account, timestamp};
use crate::engine::SignedTransaction;
use crate::horizon::problem::base64;
use crate::network::store::TransactionRecord;

/// The transaction under its own hash.
pub(in crate::horizon) fn render(record: &TransactionRecord, links: &Links<'_>) -> Value {
    render_as(record, record.tx.hash(), links)
}

/// The transaction under the hash by which it was asked for, which may be that of the one inside
/// a fee bump.
pub(in crate::horizon) fn render_as(record: &TransactionRecord, hash: [u8; 32], links: &Links<'_>) -> Value {
    let tx = &record.tx;
    let inner = tx.transaction();
    let asked_for_inner = hash != tx.hash();
    let hash = hex::encode(hash);
    let at = format!("/transactions/{hash}");
    let id = record.id;
    let signatures = match tx.fee_bump() {
        Some(bump) if !asked_for_inner => bump.signatures.as_slice(),
        _ => tx.signatures(),
    };
    let mut json = fields(json!({
        "_links": {
            "self": links.to(&at),
            "account": links.to(&format!("/accounts/{}", tx.source())),
            "ledger": links.to(&format!("/ledgers/{}", record.ledger())),
            "operations": links.paged(&format!("{at}/operations")),
            "effects": links.paged(&format!("{at}/effects")),
            "precedes": links.to(&format!("/transactions?order=asc&cursor={id}")),
            "succeeds": links.to(&format!("/transactions?order=desc&cursor={id}")),
            "transaction": links.to(&at),
        },
        "id": hash,
        "paging_token": id.to_string(),
        "successful": record.successful,
        "hash": hash,
        "ledger": record.ledger(),
        "created_at": timestamp(record.closed_at),
        "source_account_sequence": inner.seq_num.0.to_string(),
        "fee_charged": record.result.fee_charged.to_string(),
        "max_fee": tx.fee_bid().to_string(),
        "operation_count": tx.operations().len(),
        "envelope_xdr": base64(tx.envelope()),
        "result_xdr": base64(&record.result),
        "signatures": encode(signatures),
    }));
    put_account(&mut json, "source_account", &inner.source_account);
    put_fee(&mut json, tx);
    put_memo(&mut json, &inner.memo);
    put_preconditions(&mut json, &inner.cond);
    json.into()
}

fn put_fee(json: &mut Fields, tx: &SignedTransaction) {
    let (TransactionEnvelope::TxFeeBump(envelope), Some(bump)) = (tx.envelope(), tx.fee_bump()) else {
        put_account(json, "fee_account", &tx.transaction().source_account);
        return;
    };
    put_account(json, "fee_account", &envelope.tx.fee_source);
    let outer = json!({"hash": hex::encode(bump.hash), "signatures": encode(&bump.signatures)});
    put(json, "fee_bump_transaction", outer);
    let inner = json!({
        "hash": hex::encode(tx.inner_hash()),
        "signatures": encode(tx.signatures()),
        "max_fee": tx.transaction().fee.to_string(),
    });
    put(json, "inner_transaction", inner);
}

fn put_memo(json: &mut Fields, memo: &Memo) {
    let (kind, value) = match memo {
        Memo::None => ("none", None),
        Memo::Text(text) => {
            put(json, "memo_bytes", BASE64.encode(text.as_slice()));
            ("text", Some(text.to_utf8_string_lossy()))
        }
        Memo::Id(id) => ("id", Some(id.to_string())),
        Memo::Hash(hash) => ("hash", Some(BASE64.encode(hash.0))),
        Memo::Return(hash) => ("return", Some(BASE64.encode(hash.0))),
    };
    put(json, "memo_type", kind);
    if let Some(value) = value {
        put(json, "memo", value);
    }
}

fn put_preconditions(json: &mut Fields, conditions: &Preconditions) {
    let conditions = match conditions {
        Preconditions::None => return,
        Preconditions::Time(bounds) => {
            PreconditionsV2 { time_bounds: Some(bounds.clone()), ..PreconditionsV2::default() }
        }
        Preconditions::V2(v2) => v2.clone(),
    };
    let mut named = Fields::new();
    if let Some(bounds) = &conditions.time_bounds {
        let (min, max) = (bounds.min_time.0, bounds.max_time.0);
        let mut times = fields(json!({"min_time": min.to_string()}));
        put(json, "valid_after", timestamp(i64::try_from(min).unwrap_or(i64::MAX)));
        if max != 0 {
            put(&mut times, "max_time", max.to_string());
            put(json, "valid_before", timestamp(i64::try_from(max).unwrap_or(i64::MAX)));
        }
        put(&mut named, "timebounds", times);
    }
    if let Some(bounds) = &conditions.ledger_bounds {
        let bounds = json!({"min_ledger": bounds.min_ledger, "max_ledger": bounds.max_ledger});
        put(&mut named, "ledgerbounds", bounds);
    }
    if let Some(number) = &conditions.min_seq_num {
        put(&mut named, "min_account_sequence", number.0.to_string());
    }
    if conditions.min_seq_age.0 != 0 {
        let age = conditions.min_seq_age.0.to_string();
        put(&mut named, "min_account_sequence_age", age);
    }
    if conditions.min_seq_ledger_gap != 0 {
        let gap = conditions.min_seq_ledger_gap;
        put(&mut named, "min_account_sequence_ledger_gap", gap);
    }
    if !conditions.extra_signers.is_empty() {
        let signers = conditions.extra_signers.iter();
        let keys: Vec<String> = signers.map(ToString::to_string).collect();
        put(&mut named, "extra_signers", keys);
    }
    put(json, "preconditions", named);
}

fn encode(signatures: &[DecoratedSignature]) -> Vec<String> {
    signatures.iter().map(|signature| BASE64.encode(signature.signature.0.as_slice())).collect()
}
