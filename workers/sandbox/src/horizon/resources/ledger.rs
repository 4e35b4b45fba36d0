//! A closed ledger.

use serde_json::{Value, json};

use super::Links;
use super::values::{amount, timestamp};
use crate::horizon::problem::base64;
use crate::network::store::LedgerRecord;

/// The ledger's paging token.
pub(in crate::horizon) fn token(record: &LedgerRecord) -> i64 {
    i64::from(record.header.ledger_seq) << 32
}

pub(in crate::horizon) fn render(record: &LedgerRecord, links: &Links<'_>) -> Value {
    let header = &record.header;
    let at = format!("/ledgers/{}", header.ledger_seq);
    let closed_at = i64::try_from(header.scp_value.close_time.0).unwrap_or(i64::MAX);
    let hash = hex::encode(&record.hash);
    json!({
        "_links": {
            "self": links.to(&at),
            "transactions": links.paged(&format!("{at}/transactions")),
            "operations": links.paged(&format!("{at}/operations")),
            "payments": links.paged(&format!("{at}/payments")),
            "effects": links.paged(&format!("{at}/effects")),
        },
        "id": hash,
        "paging_token": token(record).to_string(),
        "hash": hash,
        "prev_hash": hex::encode(header.previous_ledger_hash.0),
        "sequence": header.ledger_seq,
        "successful_transaction_count": record.successful_transactions,
        "failed_transaction_count": record.failed_transactions,
        "operation_count": record.successful_operations,
        "tx_set_operation_count": record.operations,
        "closed_at": timestamp(closed_at),
        "total_coins": amount(header.total_coins),
        "fee_pool": amount(header.fee_pool),
        "base_fee_in_stroops": header.base_fee,
        "base_reserve_in_stroops": header.base_reserve,
        "max_tx_set_size": header.max_tx_set_size,
        "protocol_version": header.ledger_version,
        "header_xdr": base64(header),
    })
}
