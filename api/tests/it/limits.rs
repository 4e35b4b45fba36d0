//! What stands around every handler, and configurations that are refused.

use std::sync::Arc;

use axum::{body::Body, http::Request};
use futures::{StreamExt, stream};
use serde_json::json;
use windlass_api::{Api, ApiConfig, ConfigError};
use windlass_commands::{Commands, Policy};
use windlass_projections::{Backend, Queries};
use windlass_store::MemoryStore;
use windlass_vault::{MasterKey, Vault};

use crate::{
    ports::{Mood, RandomIds, TestClock, TestLedger, TestRail},
    support::{Anchor, assets, config, user},
};

const DEPOSIT: &str = "/sep24/transactions/deposit/interactive";

/// A body that begins and never ends.
fn slow() -> Body {
    let begin = stream::once(async { Ok::<_, std::io::Error>("{\"asset_code\":") });
    Body::from_stream(begin.chain(stream::pending()))
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_cut() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    for kind in ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let answer = anchor.post(&token, DEPOSIT, kind, slow()).await;
        assert_eq!(answer.status, 408, "{kind}");
        answer.error();
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    assert_eq!(anchor.post("", "/auth", "application/json", slow()).await.status, 408);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let json = json!({ "asset_code": "USD", "note": "x".repeat(64 * 1024) }).to_string();
    let form = format!("asset_code=USD&note={}", "x".repeat(64 * 1024));
    let part = |name: &str, file: &str, body: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{body}\r\n")
    };
    let text = part("note", "", &"x".repeat(64 * 1024 + 1)) + "--x--\r\n";
    let file = part("photo", "; filename=\"a.jpg\"", &"x".repeat(2 * 1024 * 1024)) + "--x--\r\n";
    let parts = part("a", "", "b").repeat(300) + "--x--\r\n";
    for (kind, body) in [
        ("application/json", json),
        ("application/x-www-form-urlencoded", form),
        ("multipart/form-data; boundary=x", text),
        ("multipart/form-data; boundary=x", file),
        ("multipart/form-data; boundary=x", parts),
    ] {
        let answer = anchor.post(&token, DEPOSIT, kind, body).await;
        assert_eq!(answer.status, 413, "{kind}");
        answer.error();
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
}

#[tokio::test]
async fn a_body_that_is_too_deep_is_refused() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let depth = 30_000;
    let deep = format!("{{\"asset_code\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
    let answer = anchor.post(&token, DEPOSIT, "application/json", deep).await;
    assert_eq!(answer.status, 400);
    answer.error();
}

#[tokio::test]
async fn a_panic_is_answered_in_general_words() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    anchor.ledger.feel(Mood::Panics);
    let answer = anchor.post_json(&token, DEPOSIT, &json!({ "asset_code": "USD" })).await;
    assert_eq!(answer.status, 500);
    assert!(!answer.error().contains("broke"));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn every_answer_forbids_guessing_its_type_and_private_ones_being_kept() {
    let anchor = Anchor::new().await;
    for path in ["/", "/sep24/info", "/health/live", "/.well-known/stellar.toml", "/none", "/auth"] {
        let answer = anchor.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
    }
    for path in
        ["/auth", "/sep24/transactions?asset_code=USD", "/sep24/interactive", "/sep24/transaction/more_info"]
    {
        assert_eq!(anchor.get(path).await.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn more_requests_than_can_be_worked_on_are_sent_away() {
    let anchor = Arc::new(Anchor::new().await);
    let token = anchor.login(&user()).await;
    anchor.ledger.feel(Mood::Silent);
    let before = anchor.ledger.asked();
    let mut waiting = Vec::new();
    for _ in 0..1024 {
        let (anchor, token) = (anchor.clone(), token.clone());
        waiting.push(tokio::spawn(async move {
            anchor.post_json(&token, DEPOSIT, &json!({ "asset_code": "USD" })).await
        }));
    }
    while anchor.ledger.asked() < before + 1024 {
        tokio::task::yield_now().await;
    }
    let refused = anchor.get("/sep24/info").await;
    assert_eq!(refused.status, 503);
    refused.error();
    assert_eq!(anchor.get("/health/live").await.status, 200, "health is not counted");
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}

/// SEP01-004, SEP10-T12
#[tokio::test]
async fn a_configuration_with_which_no_wallet_could_work_is_refused() {
    assert!(matches!(
        refused(|config| config.jwt_secret = "short".into()).await,
        ConfigError::SecretTooShort(5)
    ));
    assert!(matches!(
        refused(|config| config.home_domain = "a".repeat(60)).await,
        ConfigError::HomeDomain(_)
    ));
    assert!(matches!(refused(|config| config.home_domain = String::new()).await, ConfigError::HomeDomain(_)));
    assert!(matches!(
        refused(|config| config.web_auth_domain = "a".repeat(65)).await,
        ConfigError::WebAuthDomain(_)
    ));
    for url in ["", "anchor.example", "https://", "https://anchor.example/", "ftp://anchor.example"] {
        assert!(
            matches!(refused(|config| config.host_url = url.into()).await, ConfigError::HostUrl(_)),
            "{url}"
        );
    }
    let long = Some("x".repeat(110_000));
    let too_large = refused(|config| config.organization.description = long).await;
    assert!(matches!(too_large, ConfigError::StellarTomlTooLarge(_)));
}

async fn refused(change: impl FnOnce(&mut ApiConfig)) -> ConfigError {
    let mut config = config();
    change(&mut config);
    let store = Arc::new(MemoryStore::new(vec![]));
    let vault = Arc::new(Vault::memory(MasterKey::generate().unwrap()).await.unwrap());
    let (clock, ids, ledger) =
        (Arc::new(TestClock::default()), Arc::new(RandomIds), Arc::new(TestLedger::default()));
    let (form_deadline, funds_deadline) = (time::Duration::HOUR, time::Duration::DAY);
    let policy = Policy { assets: assets(), form_deadline, funds_deadline };
    let rail = Arc::new(TestRail::default());
    let commands = Arc::new(Commands::new(store.clone(), vault, rail, clock.clone(), ids.clone(), policy));
    let queries = Queries::new(Backend::Memory(store.clone()), store);
    Api::new(config, commands, queries, ledger, clock, ids).err().unwrap()
}

#[tokio::test]
async fn a_proxys_prefix_stands_before_every_path_of_the_pages() {
    let anchor = Anchor::with(|config| config.host_url = "https://bank.example/anchor".into()).await;
    let home = anchor.get("/").await;
    assert!(home.body.contains("href=\"/anchor/sep24/info\""));
    let token = anchor.login(&user()).await;
    let answer = anchor.post_json(&token, DEPOSIT, &json!({ "asset_code": "USD" })).await;
    let url = answer.json()["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix("https://bank.example/anchor").unwrap();
    let page = anchor.send(Request::get(path).body(Body::empty()).unwrap()).await;
    assert!(page.body.contains("action=\"/anchor/sep24/interactive?transaction_id="), "{}", page.body);
}
