//! An anchor with two assets, and a wallet's ways to talk to it.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tower::ServiceExt;
use windlass_api::{Api, ApiConfig, ChallengeRate, Organization, router};
use windlass_commands::{Commands, Context, Policy, Recorded};
use windlass_domain::{
    Actor, AnchoredAsset, AssetId, FeeSchedule, Money, Offer, StellarAsset,
    ports::{Clock, Credit},
};
use windlass_projections::{Backend, Queries, inline_projections};
use windlass_stellar::{Envelope, Keypair, Network};
use windlass_store::MemoryStore;
use windlass_vault::{MasterKey, Vault};

use crate::ports::{RandomIds, TestClock, TestLedger, TestRail};

pub const HOST: &str = "https://anchor.example";
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub const OPERATOR_SECRET: &str = "an operator secret of more than 32 characters";

/// The anchor's own keys, and some of users and wallets.
pub fn key(number: u8) -> Keypair {
    Keypair::from_seed_bytes([number; 32])
}

pub fn signing_key() -> Keypair {
    key(100)
}

pub fn user() -> Keypair {
    key(1)
}

pub fn usd() -> StellarAsset {
    StellarAsset::Issued { code: "USD".parse().unwrap(), issuer: key(101).account_id() }
}

pub fn network() -> Network {
    Network::new(Network::TESTNET)
}

/// The face under test and what is behind it.
pub struct Anchor {
    pub router: Router,
    pub clock: Arc<TestClock>,
    pub ledger: Arc<TestLedger>,
    pub rail: Arc<TestRail>,
    pub commands: Arc<Commands>,
    pub api: Arc<Api>,
    pub queries: Queries,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The text of `{"error": text}`, which is all there is.
    pub fn error(&self) -> String {
        let json = self.json();
        assert_eq!(json.as_object().unwrap().len(), 1, "{json}");
        assert_eq!(self.header("content-type"), "application/json");
        json["error"].as_str().unwrap_or_else(|| panic!("no error: {json}")).to_owned()
    }
}

impl Anchor {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut ApiConfig)) -> Self {
        let mut config = config();
        change(&mut config);
        let clock = Arc::new(TestClock::default());
        let (ledger, rail) = (Arc::new(TestLedger::default()), Arc::new(TestRail::default()));
        ledger.open(user().account_id(), 1, &[(user().account_id(), 1)]);
        let store = Arc::new(MemoryStore::new(inline_projections()));
        let vault = Arc::new(Vault::memory(MasterKey::generate().unwrap()).await.unwrap());
        let policy = Policy {
            assets: assets(),
            form_deadline: time::Duration::HOUR,
            funds_deadline: time::Duration::DAY,
        };
        let ids = Arc::new(RandomIds);
        let commands = Commands::new(store.clone(), vault, rail.clone(), clock.clone(), ids.clone(), policy);
        let commands = Arc::new(commands);
        let queries = Queries::new(Backend::Memory(store.clone()), store);
        let api =
            Api::new(config, commands.clone(), queries.clone(), ledger.clone(), clock.clone(), ids).unwrap();
        let api = Arc::new(api);
        Self { router: router(api.clone()), clock, ledger, rail, commands, api, queries }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.into()).unwrap() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn get_as(&self, token: &str, path: &str) -> Answer {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A POST with a body of that type, with a token if there is one.
    pub async fn post(&self, token: &str, path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
        let mut request =
            Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, content_type);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    pub async fn post_json(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.post(token, path, "application/json", body.to_string()).await
    }

    /// A challenge for what the query says, signed by these keys after the server.
    pub async fn challenge(&self, query: &str, signers: &[&Keypair]) -> String {
        let answer = self.get(&format!("/auth?{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        sign(answer.json()["transaction"].as_str().unwrap(), signers)
    }

    /// What comes of handing in a challenge.
    pub async fn redeem(&self, transaction: &str) -> Answer {
        self.post_json("", "/auth", &json!({ "transaction": transaction })).await
    }

    /// Logs in over HTTP, as a wallet does.
    pub async fn login_as(&self, query: &str, key: &Keypair) -> String {
        let transaction = self.challenge(query, &[key]).await;
        let answer = self.redeem(&transaction).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    pub async fn login(&self, key: &Keypair) -> String {
        self.login_as(&format!("account={}", key.account_id()), key).await
    }

    /// Opens a transfer and gives its id and its link, without the host.
    pub async fn initiate(&self, token: &str, direction: &str, fields: Value) -> (String, String) {
        let path = format!("/sep24/transactions/{direction}/interactive");
        let answer = self.post_json(token, &path, &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let json = answer.json();
        let url = json["url"].as_str().unwrap().strip_prefix(HOST).unwrap();
        (json["id"].as_str().unwrap().to_owned(), url.to_owned())
    }

    /// A transfer as its owner's wallet sees it.
    pub async fn transaction(&self, token: &str, id: &str) -> Value {
        let answer = self.get_as(token, &format!("/sep24/transaction?id={id}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["transaction"].clone()
    }

    /// The user's payment by the bank arrives.
    pub async fn pay_in(&self, reference: &str, amount: &str, id: &str) {
        let credit = Credit {
            id: id.to_owned(),
            money: Money::new(amount.parse().unwrap(), "iso4217:USD".parse::<AssetId>().unwrap()),
            reference: reference.to_owned(),
            booked_at: self.clock.now(),
        };
        let context = Context::of(Actor::Rail { provider: "test-bank".to_owned() });
        let recorded = self.commands.record_credit("test-bank", &credit, None, &context).await.unwrap();
        assert!(matches!(recorded, Recorded::Matched(_)), "{recorded:?}");
    }

    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }
}

pub fn sign(transaction: &str, signers: &[&Keypair]) -> String {
    signers.iter().fold(transaction.to_owned(), |text, key| {
        Envelope::read(&text, &network()).unwrap().sign(key).unwrap()
    })
}

pub fn config() -> ApiConfig {
    ApiConfig {
        host_url: HOST.to_owned(),
        home_domain: "anchor.example".to_owned(),
        web_auth_domain: "anchor.example".to_owned(),
        network: network(),
        signing_key: signing_key(),
        jwt_secret: SecretString::from(SECRET),
        operator_secret: Some(SecretString::from(OPERATOR_SECRET)),
        auth_timeout: Duration::from_secs(900),
        jwt_timeout: Duration::from_secs(24 * 3600),
        interactive_link_timeout: Duration::from_secs(600),
        session_timeout: Duration::from_secs(3600),
        more_info_timeout: Duration::from_secs(24 * 3600),
        challenge_rate: ChallengeRate::default(),
        organization: Organization {
            name: "Example Anchor Ltd".to_owned(),
            url: HOST.to_owned(),
            description: Some("Moves money".to_owned()),
            support_email: Some("help@anchor.example".to_owned()),
            accounts: vec![key(101).account_id()],
            ..Organization::default()
        },
        sandbox: None,
        horizon_url: None,
    }
}

/// USD both ways, and XLM for deposits only.
pub fn assets() -> Vec<AnchoredAsset> {
    let offer = Offer {
        minimum: "5".parse().unwrap(),
        maximum: "10000.5".parse().unwrap(),
        fee: FeeSchedule {
            fixed: "0.5".parse().unwrap(),
            percent: "1".parse().unwrap(),
            ..FeeSchedule::default()
        },
    };
    let anchored = |stellar, sep24_withdrawal| AnchoredAsset {
        stellar,
        currency: "USD".parse().unwrap(),
        currency_digits: 2,
        distribution: key(102).account_id(),
        sep24_deposit: Some(offer.clone()),
        sep24_withdrawal,
    };
    vec![anchored(usd(), Some(offer.clone())), anchored(StellarAsset::Native, None)]
}
