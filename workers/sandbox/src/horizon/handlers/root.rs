//! What this server is, and how far its history reaches.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::Sandbox;
use crate::engine::PROTOCOL;
use crate::horizon::resources::{Links, timestamp};

const VERSION: &str = concat!("windlass-sandbox ", env!("CARGO_PKG_VERSION"));

pub(in crate::horizon) async fn show(State(sandbox): State<Sandbox>) -> Json<Value> {
    let (latest, closed_at) = {
        let ledger = sandbox.ledger().await;
        (ledger.sequence(), ledger.close_time())
    };
    let closed_at = i64::try_from(closed_at).unwrap_or(i64::MAX);
    let links = Links::of(&sandbox);
    Json(json!({
        "_links": {
            "self": links.to("/"),
            "account": links.template("/accounts/{account_id}"),
            "account_transactions": links.paged("/accounts/{account_id}/transactions"),
            "fee_stats": links.to("/fee_stats"),
            "friendbot": links.template("/friendbot{?addr}"),
            "ledger": links.template("/ledgers/{sequence}"),
            "ledgers": links.paged("/ledgers"),
            "operation": links.template("/operations/{id}"),
            "operations": links.paged("/operations"),
            "payments": links.paged("/payments"),
            "transaction": links.template("/transactions/{hash}"),
            "transactions": links.paged("/transactions"),
        },
        "horizon_version": VERSION,
        "core_version": VERSION,
        "ingest_latest_ledger": latest,
        "history_latest_ledger": latest,
        "history_latest_ledger_closed_at": timestamp(closed_at),
        "history_elder_ledger": 1,
        "core_latest_ledger": latest,
        "network_passphrase": sandbox.config().passphrase,
        "current_protocol_version": PROTOCOL,
        "supported_protocol_version": PROTOCOL,
        "core_supported_protocol_version": PROTOCOL,
    }))
}
