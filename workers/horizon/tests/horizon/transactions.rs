//! Transactions, ledgers and fees.

use serde_json::json;
use time::macros::datetime;
use windlass_domain::ports::{FeeStats, Ledger, LedgerError, LedgerHeader, LedgerTransaction, ResultCodes};
use windlass_stellar::{Stroops, TransactionHash};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{path, query_param},
};

use crate::support::*;

const HASH: TransactionHash = TransactionHash::from_bytes([7; 32]);
const OTHER: TransactionHash = TransactionHash::from_bytes([8; 32]);

async fn look_up(answer: ResponseTemplate) -> Result<Option<LedgerTransaction>, LedgerError> {
    let server = MockServer::start().await;
    Mock::given(path(format!("/transactions/{HASH}"))).respond_with(answer).mount(&server).await;
    horizon(&server.uri()).transaction(HASH).await
}

fn closed() -> LedgerTransaction {
    LedgerTransaction {
        hash: HASH,
        ledger: 7,
        closed_at: datetime!(2026-11-20 10:00 UTC),
        successful: true,
        fee_charged: Stroops::BASE_FEE,
        codes: ResultCodes::default(),
    }
}

#[tokio::test]
async fn a_transaction_in_a_ledger_is_found_by_its_hash() {
    assert_eq!(look_up(ok(transaction(&HASH.to_string()))).await, Ok(Some(closed())));
    let mut older = transaction(&HASH.to_string());
    older["fee_charged"] = json!(100);
    assert_eq!(look_up(ok(older)).await, Ok(Some(closed())));
}

#[tokio::test]
async fn a_failed_transaction_tells_the_codes_of_its_operations() {
    let codes = ResultCodes { transaction: "tx_failed".into(), operations: vec!["op_no_trust".into()] };
    let failed = LedgerTransaction { successful: false, codes, ..closed() };
    assert_eq!(look_up(ok(failed_transaction(&HASH.to_string()))).await, Ok(Some(failed)));
}

#[tokio::test]
async fn a_fee_bump_is_found_by_either_hash_and_tells_the_inner_one() {
    for (own, inner) in [(OTHER, HASH), (HASH, OTHER)] {
        let mut bump = transaction(&own.to_string());
        bump["inner_transaction"] = json!({"hash": inner.to_string(), "signatures": [], "max_fee": "100"});
        bump["fee_bump_transaction"] = json!({"hash": own.to_string(), "signatures": []});
        assert_eq!(look_up(ok(bump)).await, Ok(Some(LedgerTransaction { hash: inner, ..closed() })));
    }
}

#[tokio::test]
async fn a_failed_fee_bump_tells_the_codes_of_the_transaction_inside() {
    let mut bump = failed_transaction(&OTHER.to_string());
    bump["inner_transaction"] = json!({"hash": HASH.to_string()});
    bump["result_xdr"] = json!(
        "AAAAAAAAAMj////zKZKEazyWBlJeGUgDW5y9xQMIESpV49HPRryCUzelosQAAAAAAAAAAP////8AAAABAAAAAAAAAAH////7AAAAAAAAAAA="
    );
    let codes = ResultCodes { transaction: "tx_failed".into(), operations: vec!["op_no_destination".into()] };
    let failed = LedgerTransaction { successful: false, codes, ..closed() };
    assert_eq!(look_up(ok(bump)).await, Ok(Some(failed)));
}

#[tokio::test]
async fn a_transaction_is_absent_only_in_horizons_own_words() {
    assert_eq!(look_up(not_found()).await, Ok(None));
    assert!(matches!(look_up(html(404)).await, Err(LedgerError::Unavailable(_))));
}

#[tokio::test]
async fn another_transaction_or_one_without_a_readable_result_is_malformed() {
    let mut no_result = failed_transaction(&HASH.to_string());
    no_result["result_xdr"] = json!("AAAA");
    let mut no_fee = transaction(&HASH.to_string());
    no_fee["fee_charged"] = json!("-1");
    for answer in [transaction(&OTHER.to_string()), no_result, no_fee, json!({"hash": HASH.to_string()})] {
        let found = look_up(ok(answer)).await;
        assert!(matches!(found, Err(LedgerError::Malformed(_))), "{found:?}");
    }
}

#[tokio::test]
async fn ledgers_are_read_by_number_and_the_latest_first() {
    let server = MockServer::start().await;
    let header = |sequence: u32| json!({"sequence": sequence, "closed_at": "2026-11-20T10:00:00Z"});
    let latest =
        Mock::given(path("/ledgers")).and(query_param("order", "desc")).and(query_param("limit", "1"));
    latest.respond_with(ok(page(vec![header(9)]))).mount(&server).await;
    Mock::given(path("/ledgers/5")).respond_with(ok(header(5))).mount(&server).await;
    Mock::given(path("/ledgers/10")).respond_with(not_found()).mount(&server).await;
    let horizon = horizon(&server.uri());
    let expected = |sequence| LedgerHeader { sequence, closed_at: datetime!(2026-11-20 10:00 UTC) };
    assert_eq!(horizon.ledger(None).await, Ok(expected(9)));
    assert_eq!(horizon.ledger(Some(5)).await, Ok(expected(5)));
    assert!(matches!(horizon.ledger(Some(10)).await, Err(LedgerError::Unavailable(_))));
}

#[tokio::test]
async fn fees_are_read_as_texts_or_numbers() {
    for (base, p90) in [(json!("100"), json!("500")), (json!(100), json!(500))] {
        let server = MockServer::start().await;
        let stats = json!({"last_ledger_base_fee": base, "max_fee": {"p90": p90}});
        Mock::given(path("/fee_stats")).respond_with(ok(stats)).mount(&server).await;
        let expected = FeeStats { base: Stroops::BASE_FEE, p90: Stroops::new(500).unwrap() };
        assert_eq!(horizon(&server.uri()).fee_stats().await, Ok(expected));
    }
}
