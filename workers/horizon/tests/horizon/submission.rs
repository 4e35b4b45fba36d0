//! Handing in: an answer is taken for a transaction's fate only where it is one.

#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test that called it")]

use std::time::Duration;

use serde_json::{Value, json};
use windlass_domain::ports::{Ledger, LedgerError, ResultCodes, Submission};
use windlass_stellar::{Memo, Operation, SignedTransaction, StellarAsset, Stroops, TimeBounds, Transaction};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_string, method, path},
};

use crate::support::*;

fn signed() -> SignedTransaction {
    let transaction = Transaction {
        source: us(),
        sequence: 5,
        fee_per_operation: Stroops::BASE_FEE,
        time_bounds: TimeBounds::until(1_790_000_060),
        memo: Memo::None,
        operations: vec![Operation::payment(them().into(), StellarAsset::Native, Stroops::BASE_FEE)],
    };
    transaction.sign(&network(), &[&key(1)]).unwrap()
}

fn hash() -> String {
    signed().hash.to_string()
}

/// What comes of handing in, with that answer and what a look-up of the hash then finds.
async fn submit(answer: ResponseTemplate, found: ResponseTemplate) -> Result<Submission, LedgerError> {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(answer).expect(1).mount(&server).await;
    Mock::given(path(format!("/transactions/{}", hash()))).respond_with(found).mount(&server).await;
    horizon(&server.uri()).submit(&signed().envelope).await
}

fn failed(transaction: &str, operations: &[&str]) -> ResponseTemplate {
    let codes = json!({"transaction": transaction, "operations": operations});
    problem(
        400,
        "transaction_failed",
        json!({"result_codes": codes, "envelope_xdr": "AAAA", "result_xdr": "AAAA"}),
    )
}

fn unknown(result: &Result<Submission, LedgerError>) -> bool {
    matches!(result, Ok(Submission::Unknown(_)))
}

#[tokio::test]
async fn a_transaction_that_came_into_a_ledger_is_closed() {
    let result = submit(ok(transaction(&hash())), not_found()).await;
    let Ok(Submission::Closed(closed)) = result else { panic!("{result:?}") };
    assert!(closed.successful && closed.hash == signed().hash && closed.ledger == 7);
}

#[tokio::test]
async fn the_envelope_is_sent_once_as_a_form() {
    let server = MockServer::start().await;
    let envelope = signed().envelope;
    let form = envelope.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    Mock::given(method("POST"))
        .and(path("/transactions"))
        .and(body_string(format!("tx={form}")))
        .respond_with(ok(transaction(&hash())))
        .expect(1)
        .mount(&server)
        .await;
    let result = horizon(&server.uri()).submit(&envelope).await;
    assert!(matches!(result, Ok(Submission::Closed(_))), "{result:?}");
}

#[tokio::test]
async fn a_transaction_that_failed_in_a_ledger_is_closed_too() {
    for codes in [failed("tx_failed", &["op_no_trust"]), failed("tx_bad_seq", &[])] {
        let result = submit(codes, ok(failed_transaction(&hash()))).await;
        let Ok(Submission::Closed(closed)) = result else { panic!("{result:?}") };
        assert!(!closed.successful);
        assert_eq!(closed.codes.operations, ["op_no_trust"]);
    }
}

#[tokio::test]
async fn a_transaction_that_is_in_no_ledger_was_refused_at_the_door() {
    for (transaction, operations) in [
        ("tx_bad_seq", vec![]),
        ("tx_insufficient_fee", vec![]),
        ("tx_failed", vec!["op_success", "op_bad_auth"]),
    ] {
        let result = submit(failed(transaction, &operations), not_found()).await;
        let operations = operations.into_iter().map(str::to_owned).collect();
        let codes = ResultCodes { transaction: transaction.to_owned(), operations };
        assert_eq!(result, Ok(Submission::Refused(codes)));
    }
}

#[tokio::test]
async fn a_refused_fee_bump_tells_the_codes_of_the_transaction_inside() {
    let codes = json!({"transaction": "tx_fee_bump_inner_failed", "inner_transaction": "tx_bad_seq"});
    let answer = problem(400, "transaction_failed", json!({"result_codes": codes}));
    let codes = ResultCodes { transaction: "tx_bad_seq".into(), operations: vec![] };
    assert_eq!(submit(answer, not_found()).await, Ok(Submission::Refused(codes)));
}

#[tokio::test]
async fn operations_that_failed_in_a_ledger_which_this_replica_lacks_are_no_refusal() {
    assert!(unknown(&submit(failed("tx_failed", &["op_success", "op_underfunded"]), not_found()).await));
}

#[tokio::test]
async fn a_failure_that_cannot_be_looked_up_or_has_no_codes_is_unknown() {
    for found in [html(404), html(503), ok(json!({}))] {
        let result = submit(failed("tx_bad_seq", &[]), found).await;
        assert!(unknown(&result), "{result:?}");
    }
    let no_codes: [Value; 3] = [json!({}), json!(null), json!({"result_codes": null})];
    for extras in no_codes {
        let result = submit(problem(400, "transaction_failed", extras), not_found()).await;
        assert!(unknown(&result), "{result:?}");
    }
}

#[tokio::test]
async fn a_success_that_cannot_be_read_is_looked_up() {
    for odd in [html(200), ok(json!({"hash": hash()})), ok(transaction(&"00".repeat(32)))] {
        let result = submit(odd.clone(), ok(transaction(&hash()))).await;
        assert!(matches!(result, Ok(Submission::Closed(_))), "{result:?}");
        assert!(unknown(&submit(odd, not_found()).await));
    }
}

#[tokio::test]
async fn a_time_out_or_a_servers_fault_leaves_the_fate_unknown_and_is_not_tried_again() {
    let timeout = problem(504, "timeout", json!({"hash": hash()}));
    for answer in [timeout, problem(503, "stale_history", json!({})), html(500), html(502), html(504)] {
        let result = submit(answer, not_found()).await;
        assert!(unknown(&result), "{result:?}");
    }
}

#[tokio::test]
async fn what_a_proxy_refuses_may_have_been_sent_on() {
    for answer in [html(403), html(400), html(404), html(302)] {
        let result = submit(answer, not_found()).await;
        assert!(unknown(&result), "{result:?}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_leaves_the_fate_unknown() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"hash";
    for script in [Scripted::close(""), Scripted::close(cut), Scripted::hold(""), Scripted::hold(cut)] {
        let url = raw_server(vec![script]).await;
        let result = impatient(&url).submit(&signed().envelope).await;
        assert!(unknown(&result), "{result:?}");
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let result = horizon(&nobody().await).submit(&signed().envelope).await;
    assert!(matches!(result, Err(LedgerError::Unavailable(_))), "{result:?}");
}

#[tokio::test]
async fn horizons_own_refusals_are_errors() {
    let malformed = submit(problem(400, "transaction_malformed", json!({})), not_found()).await;
    assert!(matches!(malformed, Err(LedgerError::Refused(_))), "{malformed:?}");
    let disabled = submit(problem(403, "transaction_submission_disabled", json!({})), not_found()).await;
    assert!(matches!(disabled, Err(LedgerError::Refused(_))), "{disabled:?}");
    let limited = problem(429, "rate_limit_exceeded", json!({})).insert_header("Retry-After", "3");
    assert_eq!(submit(limited, not_found()).await, Err(LedgerError::RateLimited(Duration::from_secs(3))));
}

#[tokio::test]
async fn what_is_no_envelope_is_not_sent() {
    let server = MockServer::start().await;
    let result = horizon(&server.uri()).submit("no envelope").await;
    assert!(matches!(result, Err(LedgerError::Refused(_))), "{result:?}");
    assert_eq!(server.received_requests().await.unwrap_or_default().len(), 0);
}
