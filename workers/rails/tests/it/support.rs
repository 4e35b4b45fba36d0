//! A bank on a free port, a client for its face, and a rail to it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's set-up has nobody to report to")]

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::datetime};
use tokio::net::TcpListener;
use windlass_domain::{
    AssetId, Money,
    ports::{BankAccount, Clock, PayoutOrder},
};
use windlass_rails::{
    AnchorAccount, Fault, FaultRule, Faulty, SandboxBank, SandboxBankConfig, SandboxBankRail,
    SandboxBankRailConfig,
};

pub const TOKEN: &str = "the-anchors-token";
pub const ANCHOR: &str = "SBXANCHORUSD";
/// Longer than any answer takes.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A clock that stands still until it is told to go on.
pub struct StoppedClock(Mutex<OffsetDateTime>);

impl StoppedClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(datetime!(2026-01-02 03:04:05 UTC))))
    }

    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }

    pub fn set_back(&self, by: Duration) {
        *self.0.lock().unwrap() -= by;
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}

pub fn config(file: Option<PathBuf>) -> SandboxBankConfig {
    SandboxBankConfig {
        file,
        base_url: "http://bank.test/bank/".to_owned(),
        anchor_holder: "Example Anchor".to_owned(),
        anchor_token: TOKEN.into(),
        accounts: vec![
            anchor_account(ANCHOR, "USD", 2, "1000"),
            anchor_account("SBXANCHORJPY", "JPY", 0, "0"),
        ],
        clock: StoppedClock::new(),
    }
}

pub fn anchor_account(number: &str, currency: &str, digits: u32, balance: &str) -> AnchorAccount {
    AnchorAccount {
        number: number.to_owned(),
        currency: currency.parse().unwrap(),
        digits,
        opening_balance: balance.parse().unwrap(),
    }
}

/// A bank under the prefix `/bank`, and somebody who speaks to it.
pub struct Face {
    pub bank: SandboxBank,
    pub clock: Arc<StoppedClock>,
    pub base: String,
    pub http: Client,
}

impl Face {
    pub async fn start() -> Self {
        let clock = StoppedClock::new();
        let bank =
            SandboxBank::open(SandboxBankConfig { clock: clock.clone(), ..config(None) }).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/bank", listener.local_addr().unwrap());
        let app = axum::Router::new().nest("/bank", bank.router());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { bank, clock, base, http: Client::builder().no_proxy().build().unwrap() }
    }

    /// As anybody.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        self.send(self.http.request(method, self.url(path)), body).await
    }

    /// As the anchor.
    pub async fn anchor(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        self.send(self.http.request(method, self.url(path)).bearer_auth(TOKEN), body).await
    }

    pub async fn order(&self, key: &str, body: Value) -> (StatusCode, Value) {
        let request = self.http.post(self.url("/payouts")).bearer_auth(TOKEN).header("Idempotency-Key", key);
        self.send(request, Some(body)).await
    }

    pub async fn send(&self, request: reqwest::RequestBuilder, body: Option<Value>) -> (StatusCode, Value) {
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let response = request.send().await.unwrap();
        let status = response.status();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null))
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A person's account with that much on it.
    pub async fn person(&self, balance: &str) -> String {
        let body = json!({ "holder": "Ada Lovelace", "currency": "USD", "opening_balance": balance });
        let (status, account) = self.call(Method::POST, "/accounts", Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{account}");
        account["number"].as_str().unwrap().to_owned()
    }

    /// What is on the account.
    pub async fn balance(&self, number: &str) -> String {
        self.bank.account(number).await.unwrap().balance
    }

    /// That person pays in.
    pub async fn pay_in(&self, from: &str, amount: &str, reference: &str) {
        let (status, answer) =
            self.call(Method::POST, "/payments", Some(payment(from, amount, reference))).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{answer}");
    }

    pub fn fault(&self, on: Faulty, fault: Fault) {
        self.bank.faults().add(FaultRule { on, fault, times: 1 }).unwrap();
    }

    /// Waits until every fault has struck: the one who asked may have given up before the bank had read the request.
    pub async fn struck(&self) {
        for _ in 0..500 {
            if self.bank.faults().list().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.bank.faults().clear();
    }

    pub fn rail(&self) -> SandboxBankRail {
        rail(&self.base)
    }

    /// A rail that soon gives up on a bank that hangs.
    pub fn impatient_rail(&self) -> SandboxBankRail {
        rail_with(&self.base, TOKEN, Duration::from_millis(500))
    }
}

pub fn rail(base_url: &str) -> SandboxBankRail {
    rail_with(base_url, TOKEN, PATIENCE)
}

pub fn rail_with(base_url: &str, token: &str, timeout: Duration) -> SandboxBankRail {
    SandboxBankRail::new(SandboxBankRailConfig {
        base_url: base_url.to_owned(),
        token: token.into(),
        account_number: ANCHOR.to_owned(),
        account_holder: "Example Anchor".to_owned(),
        currency: "USD".parse().unwrap(),
        timeout,
        credits_wait: Duration::ZERO,
    })
    .unwrap()
}

pub fn payment(from: &str, amount: &str, reference: &str) -> Value {
    json!({ "from": from, "to": ANCHOR, "amount": amount, "currency": "USD", "reference": reference })
}

pub fn payout(to: &str, amount: &str) -> Value {
    let to = json!({ "holder": "Ada Lovelace", "number": to });
    json!({ "from": ANCHOR, "to": to, "amount": amount, "currency": "USD", "reference": "withdrawal" })
}

pub fn order(key: &str, to: &str, amount: &str) -> PayoutOrder {
    PayoutOrder {
        key: key.to_owned(),
        money: Money::new(amount.parse().unwrap(), AssetId::Iso4217("USD".parse().unwrap())),
        destination: BankAccount { holder: "Ada Lovelace".to_owned(), number: to.to_owned() },
        reference: "withdrawal".to_owned(),
    }
}
