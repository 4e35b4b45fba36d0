//! Accounts: what they have, who signs for them, and when there is none.

use serde_json::{Value, json};
use windlass_domain::ports::{Ledger, LedgerBalance, LedgerError, LedgerSigner, Thresholds};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

use crate::support::*;

async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path(format!("/accounts/{}", us()))).respond_with(answer).mount(&server).await;
    server
}

fn account() -> Value {
    json!({
        "id": us().to_string(), "account_id": us().to_string(), "sequence": "30064771077",
        "thresholds": {"low_threshold": 1, "med_threshold": 2, "high_threshold": 255},
        "balances": [
            {
                "asset_type": "credit_alphanum4", "asset_code": "USD", "asset_issuer": usd(), "balance": "12.5000000",
                "limit": "922337203685.4775807", "buying_liabilities": "1.0000000", "is_authorized": false,
            },
            {"asset_type": "liquidity_pool_shares", "liquidity_pool_id": "ab", "balance": "1.0000000", "limit": "2.0000000"},
            {"asset_type": "native", "balance": "9999.9999900", "buying_liabilities": "0.0000000"},
        ],
        "signers": [
            {"weight": 1, "key": us().to_string(), "type": "ed25519_public_key"},
            {"weight": 9, "key": "XDRPF6NZRR7EEVO7ESIWUDXHAOMM2QSKIQQBJK6I2FB7YKDZES5UCLWD", "type": "sha256_hash"},
            {"weight": 255, "key": them().to_string(), "type": "ed25519_public_key"},
        ],
        "data": {"config.memo_required": "MQ=="},
    })
}

/// SEP10-T07
#[tokio::test]
async fn an_account_is_read_as_of_its_ledger_with_its_balances_and_its_ed25519_signers() {
    let server = server(ok(account()).insert_header("Latest-Ledger", "77")).await;
    let account = horizon(&server.uri()).account(us()).await.unwrap().unwrap();
    assert_eq!((account.id, account.sequence, account.as_of), (us(), 30_064_771_077, Some(77)));
    assert_eq!(account.thresholds, Thresholds { low: 1, medium: 2, high: 255 });
    let signers = [LedgerSigner { key: us(), weight: 1 }, LedgerSigner { key: them(), weight: 255 }];
    assert_eq!(account.signers, signers);
    assert!(account.memo_required);
    let usd = LedgerBalance {
        asset: format!("USD:{}", usd()).parse().unwrap(),
        balance: "12.5".parse().unwrap(),
        limit: Some("922337203685.4775807".parse().unwrap()),
        buying_liabilities: "1".parse().unwrap(),
        authorized: false,
    };
    let xlm = LedgerBalance {
        asset: "native".parse().unwrap(),
        balance: "9999.99999".parse().unwrap(),
        limit: None,
        buying_liabilities: "0".parse().unwrap(),
        authorized: true,
    };
    assert_eq!(account.balances, [usd, xlm]);
}

#[tokio::test]
async fn an_account_whose_ledger_is_not_told_or_that_asks_for_no_memo_says_so() {
    let mut plain = account();
    plain["data"] = json!({"config.memo_required": "MA=="});
    let server = server(ok(plain)).await;
    let account = horizon(&server.uri()).account(us()).await.unwrap().unwrap();
    assert_eq!((account.as_of, account.memo_required), (None, false));
}

/// SEP10-T06
#[tokio::test]
async fn only_horizons_own_not_found_means_that_there_is_no_account() {
    let missing = server(not_found()).await;
    Mock::given(path("/")).respond_with(ok(root(1, 9))).mount(&missing).await;
    assert_eq!(horizon(&missing.uri()).account(us()).await, Ok(None));

    let same_body_as_json =
        ResponseTemplate::new(404).set_body_json(json!({"type": "not_found", "status": 404}));
    let problem_in_html = ResponseTemplate::new(404).set_body_raw("<html>", "application/problem+json");
    for other in [html(404), same_body_as_json, problem_in_html, ResponseTemplate::new(404)] {
        let server = server(other).await;
        let answer = horizon(&server.uri()).account(us()).await;
        assert!(matches!(answer, Err(LedgerError::Unavailable(_))), "{answer:?}");
    }
    // A problem that Horizon has with something else is no absence either.
    let server = server(problem(404, "still_ingesting", json!({}))).await;
    let answer = horizon(&server.uri()).account(us()).await;
    assert!(matches!(answer, Err(LedgerError::Refused(_))), "{answer:?}");
}

/// SEP10-T06
#[tokio::test]
async fn a_horizon_of_another_network_or_at_a_wrong_address_cannot_say_that_there_is_no_account() {
    let elsewhere = server(not_found()).await;
    let answer = horizon(&elsewhere.uri()).account(us()).await;
    assert!(matches!(answer, Err(LedgerError::Unavailable(_))), "{answer:?}");

    let other = server(not_found()).await;
    let of_another_network = with(root(1, 9), json!({"network_passphrase": "another"}));
    Mock::given(path("/")).respond_with(ok(of_another_network)).mount(&other).await;
    let answer = horizon(&other.uri()).account(us()).await;
    assert!(matches!(answer, Err(LedgerError::Refused(_))), "{answer:?}");
}

#[tokio::test]
async fn another_account_than_was_asked_for_is_refused() {
    let mut other = account();
    other["account_id"] = json!(them().to_string());
    let server = server(ok(other)).await;
    let answer = horizon(&server.uri()).account(us()).await;
    assert!(matches!(answer, Err(LedgerError::Malformed(_))), "{answer:?}");
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_refused() {
    let mut odd =
        vec![json!(null), json!([]), json!({}), json!("account"), json!({"account_id": us().to_string()})];
    let spoil = |pointer: &str, value: Value| {
        let mut account = account();
        *account.pointer_mut(pointer).unwrap() = value;
        account
    };
    for amount in
        [json!(12.5), json!("1e3"), json!("-1.0000000"), json!("1.00000001"), json!(""), json!(null)]
    {
        odd.push(spoil("/balances/0/balance", amount));
    }
    odd.push(spoil("/sequence", json!("9223372036854775808")));
    odd.push(spoil("/sequence", json!(1.5)));
    odd.push(spoil("/thresholds/med_threshold", json!(256)));
    odd.push(spoil("/signers/0/weight", json!(-1)));
    odd.push(spoil("/signers/0/key", json!("GABC")));
    for body in odd {
        let server = server(ok(body.clone())).await;
        let answer = horizon(&server.uri()).account(us()).await;
        assert!(matches!(answer, Err(LedgerError::Malformed(_))), "{body}: {answer:?}");
    }
}
