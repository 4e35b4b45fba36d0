//! Servers that answer as they are told, and the shapes of Horizon's answers.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that cannot do its part fails the test that called it"
)]

use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use windlass_horizon::{Horizon, HorizonConfig};
use windlass_stellar::{AccountId, Keypair, Network};
use wiremock::ResponseTemplate;

pub fn network() -> Network {
    Network::new(Network::TESTNET)
}

pub fn horizon(url: &str) -> Horizon {
    Horizon::new(HorizonConfig::new(url, network())).unwrap()
}

/// For answers that never come.
pub fn impatient(url: &str) -> Horizon {
    let (read_timeout, submit_timeout) = (Duration::from_millis(300), Duration::from_millis(300));
    Horizon::new(HorizonConfig { read_timeout, submit_timeout, ..HorizonConfig::new(url, network()) })
        .unwrap()
}

pub fn key(seed: u8) -> Keypair {
    Keypair::from_seed_bytes([seed; 32])
}

/// The account in question.
pub fn us() -> AccountId {
    key(1).account_id()
}

/// Somebody else.
pub fn them() -> AccountId {
    key(2).account_id()
}

pub fn usd() -> String {
    key(4).account_id().to_string()
}

pub fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// Horizon's own words.
pub fn problem(status: u16, kind: &str, extras: Value) -> ResponseTemplate {
    let body = json!({
        "type": format!("https://stellar.org/horizon-errors/{kind}"),
        "title": kind, "status": status, "detail": "words", "extras": extras,
    });
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/problem+json; charset=utf-8")
}

pub fn not_found() -> ResponseTemplate {
    problem(404, "not_found", json!({}))
}

/// A proxy's words.
pub fn html(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw("<html><h1>oops</h1></html>", "text/html")
}

pub fn page(records: Vec<Value>) -> Value {
    json!({"_links": {}, "_embedded": {"records": records}})
}

pub fn root(oldest: u32, latest: u32) -> Value {
    json!({
        "history_elder_ledger": oldest, "history_latest_ledger": latest, "core_latest_ledger": latest,
        "network_passphrase": Network::TESTNET,
    })
}

pub fn transaction(hash: &str) -> Value {
    json!({
        "id": hash, "hash": hash, "ledger": 7, "created_at": "2026-11-20T10:00:00Z", "successful": true,
        "fee_charged": "100", "max_fee": "200", "memo_type": "none", "result_xdr": "AAAAAAAAAGQAAAAAAAAAAA==",
    })
}

/// `tx_failed` with `op_no_trust`.
pub fn failed_transaction(hash: &str) -> Value {
    let result = "AAAAAAAAAGT/////AAAAAQAAAAAAAAAB////+gAAAAA=";
    with(transaction(hash), json!({"successful": false, "result_xdr": result}))
}

/// The cursor of an operation.
pub fn place(ledger: u64, transaction: u64, operation: u64) -> String {
    (ledger << 32 | transaction << 12 | operation).to_string()
}

/// The same JSON with these fields.
pub fn with(mut value: Value, fields: Value) -> Value {
    for (name, field) in fields.as_object().unwrap() {
        value[name] = field.clone();
    }
    value
}

/// A record of `/payments` with what all of them have.
pub fn record(place: &str, kind: &str, fields: Value) -> Value {
    let record = json!({
        "id": place, "paging_token": place, "type": kind, "transaction_successful": true,
        "source_account": them().to_string(), "created_at": "2026-11-20T10:00:00Z",
        "transaction_hash": "ab".repeat(32), "transaction": {"memo_type": "none"},
    });
    with(record, fields)
}

/// A payment of `amount` USD from them to us.
pub fn payment(place: &str, amount: &str) -> Value {
    record(
        place,
        "payment",
        json!({
            "from": them().to_string(), "to": us().to_string(), "amount": amount,
            "asset_type": "credit_alphanum4", "asset_code": "USD", "asset_issuer": usd(),
        }),
    )
}

/// What a raw server does with one connection, once it has the request's head.
pub struct Scripted {
    pub bytes: Vec<u8>,
    /// Whether it then waits for ever instead of closing.
    pub hold: bool,
}

impl Scripted {
    /// Says this and closes.
    pub fn close(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), hold: false }
    }

    /// Says this and falls silent.
    pub fn hold(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), hold: true }
    }

    /// A complete answer in JSON.
    pub fn json(body: &Value) -> Self {
        let body = body.to_string();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
        Self::close(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()))
    }
}

/// A server on which each connection is handled by the next script; after the last it refuses.
pub async fn raw_server(scripts: Vec<Scripted>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut held = Vec::new();
        for script in scripts {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.windows(4).any(|window| window == b"\r\n\r\n") {
                if stream.read_buf(&mut head).await.unwrap() == 0 {
                    break;
                }
            }
            stream.write_all(&script.bytes).await.unwrap();
            if script.hold {
                held.push(stream);
            } else {
                stream.shutdown().await.unwrap();
            }
        }
        drop(listener);
        std::future::pending::<()>().await;
    });
    url
}

/// The address of a server that is not there.
pub async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
