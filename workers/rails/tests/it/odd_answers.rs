//! The rail against a bank, or something in its place, that talks nonsense.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use windlass_domain::ports::{Cursor, Rail, RailError};
use windlass_rails::{SandboxBankRail, SandboxBankRailConfig, SandboxBankRailError};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{ANCHOR, PATIENCE, order, rail};

/// A rail to somebody who always answers that.
async fn answered_by(answer: ResponseTemplate) -> (MockServer, SandboxBankRail) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let rail = rail(&server.uri());
    (server, rail)
}

fn is_unknown<T>(result: Result<T, RailError>) -> bool {
    matches!(result, Err(RailError::Unknown(_)))
}

fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

#[tokio::test]
async fn an_answer_that_is_not_the_banks_leaves_everything_unknown() {
    let code = |status: u16, code: Value| {
        ResponseTemplate::new(status).set_body_json(json!({ "error": "?", "code": code }))
    };
    for answer in [
        ResponseTemplate::new(200),
        ResponseTemplate::new(200).set_body_string("<html>hello</html>"),
        ResponseTemplate::new(200).set_body_bytes([0xff; 40]),
        ResponseTemplate::new(200).set_body_string("[".repeat(100_000)),
        ResponseTemplate::new(200).set_body_string(" ".repeat(2_000_000)),
        ok(json!([])),
        ok(json!({})),
        ResponseTemplate::new(204),
        ResponseTemplate::new(302).insert_header("location", "/elsewhere"),
        ResponseTemplate::new(404).set_body_string("not found"),
        ResponseTemplate::new(403).set_body_string("<html>blocked</html>"),
        ResponseTemplate::new(400).set_body_json(json!({ "error": "bad request" })),
        code(404, json!("Robert'); DROP TABLE")),
        code(404, json!(404)),
        code(408, json!("invalid")),
        code(429, json!("invalid")),
        code(500, json!("unknown_payout")),
        code(502, json!("insufficient_funds")),
        code(503, json!("unavailable")),
    ] {
        let (_server, rail) = answered_by(answer.clone()).await;
        assert!(is_unknown(rail.pay_out(&order("k", "SBX000000001", "1")).await), "{answer:?}");
        assert!(is_unknown(rail.payout("k").await), "{answer:?}");
        assert!(is_unknown(rail.credits(None, 10).await), "{answer:?}");
    }
}

#[tokio::test]
async fn a_payout_that_does_not_add_up_is_unknown() {
    for answer in [
        json!({ "id": "1", "key": "other", "status": "paid", "paid_at": "2026-01-02T03:04:05Z" }),
        json!({ "id": "1", "key": "k", "status": "paid" }),
        json!({ "id": "1", "key": "k", "status": "paid", "paid_at": "yesterday" }),
        json!({ "id": "1", "key": "k", "status": "eaten" }),
        json!({ "id": "", "key": "k", "status": "submitted" }),
        json!({ "id": "x".repeat(101), "key": "k", "status": "submitted" }),
        json!({ "id": 1, "key": "k", "status": "submitted" }),
        json!({ "id": "1", "key": "k", "status": "failed" }),
        json!({ "id": "1", "key": "k", "status": "failed", "code": "Ada Lovelace" }),
    ] {
        let (_server, rail) = answered_by(ok(answer.clone())).await;
        assert!(is_unknown(rail.pay_out(&order("k", "SBX000000001", "1")).await), "{answer}");
        assert!(is_unknown(rail.payout("k").await), "{answer}");
    }
}

#[tokio::test]
async fn a_statement_that_does_not_add_up_is_unknown_as_a_whole() {
    let good = json!({
        "id": "8", "kind": "payment", "amount": "1.00", "currency": "USD", "reference": "REF",
        "booked_at": "2026-01-02T03:04:05Z",
    });
    let with = |field: &str, value: Value| {
        let mut entry = good.clone();
        entry[field] = value;
        json!({ "entries": [good, entry], "next": "9" })
    };
    let (_server, rail) = answered_by(ok(with("id", json!("9")))).await;
    assert_eq!(rail.credits(None, 10).await.unwrap().credits.len(), 2, "as it should be");
    for answer in [
        with("amount", json!("1e9")),
        with("amount", json!("NaN")),
        with("amount", json!("--1")),
        with("amount", json!(1.5)),
        with("currency", json!("EUR")),
        with("id", json!("")),
        with("booked_at", json!("2026-13-02T03:04:05Z")),
        with("kind", Value::Null),
        json!({ "entries": [good], "next": null }),
        json!({ "entries": [good], "next": "7" }),
        json!({ "entries": [], "next": "x".repeat(101) }),
    ] {
        let (_server, rail) = answered_by(ok(answer.clone())).await;
        assert!(is_unknown(rail.credits(Some(&Cursor("7".to_owned())), 10).await), "{answer}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_unknown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            let cut = r#"{"id":"1","key":"k","status":"submitted"}"#;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n";
            let _ = socket.write_all(format!("{head}{cut}").as_bytes()).await;
        }
    });
    let rail = rail(&address);
    assert!(is_unknown(rail.pay_out(&order("k", "SBX000000001", "1")).await));
    assert!(is_unknown(rail.payout("k").await));
}

#[tokio::test]
async fn a_bank_that_is_not_there_is_unknown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let rail = rail(&address);
    assert!(is_unknown(rail.pay_out(&order("k", "SBX000000001", "1")).await));
    assert!(is_unknown(rail.credits(None, 10).await));
}

#[tokio::test]
async fn a_configuration_that_cannot_work_is_refused_without_telling_the_token() {
    let config = |base_url: &str, token: &str, account_number: &str| SandboxBankRailConfig {
        base_url: base_url.to_owned(),
        token: token.into(),
        account_number: account_number.to_owned(),
        account_holder: "Example Anchor".to_owned(),
        currency: "USD".parse().unwrap(),
        timeout: PATIENCE,
        credits_wait: Duration::ZERO,
    };
    for (config, is_expected) in [
        (config("bank", "t", ANCHOR), SandboxBankRailError::Address(String::new())),
        (config("ftp://bank", "t", ANCHOR), SandboxBankRailError::Address(String::new())),
        (config("http://bank", "line\nbreak", ANCHOR), SandboxBankRailError::Token),
        (config("http://bank", "t", ".."), SandboxBankRailError::AccountNumber),
    ] {
        let Err(error) = SandboxBankRail::new(config) else { panic!("it was taken") };
        assert_eq!(std::mem::discriminant(&error), std::mem::discriminant(&is_expected));
        assert!(!error.to_string().contains("line"), "{error}");
    }
}
