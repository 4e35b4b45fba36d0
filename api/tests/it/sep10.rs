//! SEP-10 over HTTP: a challenge, and a token for it.

use axum::{body::Body, http::Request};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use windlass_stellar::{Envelope, MuxedAccount, xdr};

use crate::{
    browser::escape,
    support::{Anchor, HOST, key, network, sign, signing_key, user},
};

fn envelope(answer: &Value) -> Envelope {
    Envelope::read(answer["transaction"].as_str().unwrap(), &network()).unwrap()
}

/// The name and the value of an entry, and its source.
fn data(operation: &xdr::Operation) -> (String, Vec<u8>, MuxedAccount) {
    let xdr::OperationBody::ManageData(data) = &operation.body else { panic!("no manage_data") };
    let source = MuxedAccount::from_xdr(operation.source_account.as_ref().unwrap());
    (data.data_name.to_utf8_string_lossy(), data.data_value.as_ref().unwrap().to_vec(), source)
}

pub fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// SEP10-001, SEP10-023, SEP10-024, SEP10-025, SEP10-026, SEP10-027, SEP10-028, SEP10-029, SEP10-030, SEP10-031, SEP10-034
#[tokio::test]
async fn a_challenge_is_a_transaction_that_can_never_be_applied() {
    let anchor = Anchor::new().await;
    let answer = anchor.get(&format!("/auth?account={}", user().account_id())).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    let json = answer.json();
    assert_eq!(json.as_object().unwrap().len(), 2);
    assert_eq!(json["network_passphrase"], network().passphrase());
    let envelope = envelope(&json);
    assert_eq!(envelope.source(), signing_key().account_id().into());
    assert_eq!(envelope.sequence(), 0);
    let bounds = envelope.time_bounds().unwrap();
    let now = anchor.now().unix_timestamp() as u64;
    assert_eq!((bounds.min, bounds.max), (now, now + 900));
    assert_eq!(envelope.transaction.memo, xdr::Memo::None);
    assert_eq!(envelope.signatures().len(), 1);
    let operations = &envelope.transaction.operations;
    let (name, nonce, source) = data(&operations[0]);
    assert_eq!((name.as_str(), source), ("anchor.example auth", user().account_id().into()));
    assert_eq!(nonce.len(), 64);
    let (name, value, source) = data(&operations[1]);
    assert_eq!((name.as_str(), value.as_slice()), ("web_auth_domain", b"anchor.example".as_slice()));
    assert_eq!(source, signing_key().account_id().into());
    assert_eq!(operations.len(), 2);
}

/// SEP10-030, SEP10-T11
#[tokio::test]
async fn no_two_challenges_are_the_same() {
    let anchor = Anchor::new().await;
    let path = format!("/auth?account={}", user().account_id());
    let (one, two) = (anchor.get(&path).await.json(), anchor.get(&path).await.json());
    assert_ne!(one["transaction"], two["transaction"]);
}

/// SEP10-009, SEP10-010, SEP10-011
#[tokio::test]
async fn empty_domains_and_wallets_domains_are_passed_over() {
    let anchor = Anchor::new().await;
    let account = user().account_id();
    for query in ["home_domain=&client_domain=", "home_domain=anchor.example", "client_domain=wallet.example"]
    {
        let answer = anchor.get(&format!("/auth?account={account}&{query}&X-Client-Name=sdk")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        assert_eq!(envelope(&answer.json()).transaction.operations.len(), 2);
    }
}

/// SEP10-036, SEP10-059, SEP10-060, SEP10-061, SEP10-062, SEP10-063, SEP10-064, SEP10-065, SEP10-T16, SEP10-T19
#[tokio::test]
async fn a_signed_challenge_is_exchanged_for_a_token_that_says_who_logged_in() {
    let anchor = Anchor::new().await;
    let transaction = anchor.challenge(&format!("account={}", user().account_id()), &[&user()]).await;
    anchor.clock.pass(std::time::Duration::from_secs(100));
    let answer = anchor.redeem(&transaction).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json().as_object().unwrap().len(), 1);
    let claims = claims(answer.json()["token"].as_str().unwrap());
    assert_eq!(claims["iss"], HOST);
    assert_eq!(claims["sub"], user().account_id().to_string());
    let now = anchor.now().unix_timestamp();
    assert_eq!((claims["iat"].as_i64(), claims["exp"].as_i64()), (Some(now), Some(now + 24 * 3600)));
    assert_eq!(claims["home_domain"], "anchor.example");
    assert_eq!(claims["jti"], Envelope::read(&transaction, &network()).unwrap().hash.to_string());
    assert!(claims.get("client_domain").is_none());
}

/// SEP10-036, SEP10-T13
#[tokio::test]
async fn a_form_does_as_well_as_json() {
    let anchor = Anchor::new().await;
    let transaction = anchor.challenge(&format!("account={}", user().account_id()), &[&user()]).await;
    let body = format!("transaction={}", escape(&transaction));
    let answer = anchor.post("", "/auth", "application/x-www-form-urlencoded; charset=utf-8", body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// SEP10-007, SEP10-029, SEP10-061, SEP10-069, SEP10-T09
#[tokio::test]
async fn a_user_of_a_shared_account_logs_in_with_his_memo() {
    let anchor = Anchor::new().await;
    let account = user().account_id();
    let query = format!("account={account}&memo={}", u64::MAX);
    let answer = anchor.get(&format!("/auth?{query}")).await;
    assert_eq!(envelope(&answer.json()).transaction.memo, xdr::Memo::Id(u64::MAX));
    let token = anchor.login_as(&query, &user()).await;
    assert_eq!(claims(&token)["sub"], format!("{account}:{}", u64::MAX));
}

/// SEP10-005, SEP10-006, SEP10-061, SEP10-069, SEP10-T10
#[tokio::test]
async fn a_muxed_account_logs_in_by_the_account_under_it() {
    let anchor = Anchor::new().await;
    let muxed = MuxedAccount { account: user().account_id(), id: Some(7) };
    let token = anchor.login_as(&format!("account={muxed}"), &user()).await;
    assert_eq!(claims(&token)["sub"], muxed.to_string());
}

/// SEP10-045, SEP10-046, SEP10-047, SEP10-072, SEP10-075, SEP10-T05
#[tokio::test]
async fn an_accounts_signers_log_in_when_they_weigh_enough_for_its_medium_threshold() {
    let anchor = Anchor::new().await;
    let account = key(5).account_id();
    let signers = [(key(6).account_id(), 1), (key(7).account_id(), 1), (account, 0)];
    anchor.ledger.open(account, 2, &signers);
    let query = format!("account={account}");
    let both = anchor.challenge(&query, &[&key(6), &key(7)]).await;
    assert_eq!(anchor.redeem(&both).await.status, 200);
    for too_light in [&[&key(6)][..], &[&key(5)], &[&key(6), &key(5)], &[&key(6), &key(6)]] {
        let transaction = anchor.challenge(&query, too_light).await;
        let answer = anchor.redeem(&transaction).await;
        assert_eq!(answer.status, 400);
        answer.error();
    }
}

/// SEP10-049, SEP10-050
#[tokio::test]
async fn an_account_that_is_not_on_the_ledger_logs_in_by_its_own_key_alone() {
    let anchor = Anchor::new().await;
    anchor.login(&key(9)).await;
    let query = format!("account={}", key(9).account_id());
    let by_another = anchor.challenge(&query, &[&key(8)]).await;
    assert_eq!(anchor.redeem(&by_another).await.status, 400);
}

/// SEP10-002, SEP10-003
#[tokio::test]
async fn browsers_of_any_origin_may_call_it_and_see_its_errors() {
    let anchor = Anchor::new().await;
    let preflight = Request::options("/auth")
        .header("origin", "https://wallet.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type");
    let answer = anchor.send(preflight.body(Body::empty()).unwrap()).await;
    assert!(answer.status.is_success());
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let allowed = answer.header("access-control-allow-headers").to_ascii_lowercase();
    assert!(allowed.contains("authorization") && allowed.contains("content-type"));
    let methods = answer.header("access-control-allow-methods");
    assert!(methods.contains("GET") && methods.contains("POST"));
    let wrong_method = Request::delete("/auth").body(Body::empty()).unwrap();
    for answer in [anchor.get("/auth").await, anchor.redeem("x").await, anchor.send(wrong_method).await] {
        assert!(answer.status.is_client_error());
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        answer.error();
    }
}

/// SEP10-068, SEP10-071
#[tokio::test]
async fn a_token_for_one_memo_sees_nothing_of_another() {
    let anchor = Anchor::new().await;
    let account = user().account_id();
    let (one, two) = (
        anchor.login_as(&format!("account={account}&memo=1"), &user()).await,
        anchor.login_as(&format!("account={account}&memo=2"), &user()).await,
    );
    let (id, _) = anchor.initiate(&one, "deposit", json!({ "asset_code": "USD" })).await;
    let path = format!("/sep24/transaction?id={id}");
    assert_eq!(anchor.get_as(&one, &path).await.status, 200);
    assert_eq!(anchor.get_as(&two, &path).await.status, 404);
    let muxed = MuxedAccount { account, id: Some(1) };
    let same_user = anchor.login_as(&format!("account={muxed}"), &user()).await;
    assert_eq!(anchor.get_as(&same_user, &path).await.status, 200);
}

/// SEP10-077, SEP10-078
#[tokio::test]
async fn asking_for_challenges_leaves_nothing_behind() {
    let anchor = Anchor::new().await;
    for _ in 0..10 {
        anchor.get(&format!("/auth?account={}", user().account_id())).await;
    }
    anchor.clock.pass(std::time::Duration::from_secs(3600));
    assert_eq!(anchor.commands.forget_expired_reservations(100).await.unwrap(), 0);
    let transaction = anchor.challenge(&format!("account={}", user().account_id()), &[&user()]).await;
    assert_eq!(anchor.redeem(&transaction).await.status, 200);
    anchor.clock.pass(std::time::Duration::from_secs(3600));
    assert_eq!(anchor.commands.forget_expired_reservations(100).await.unwrap(), 1);
}

/// SEP10-044: an honest signature does not help a challenge that another server made.
#[tokio::test]
async fn a_challenge_of_another_server_is_refused() {
    let anchor = Anchor::new().await;
    let other = Anchor::with(|config| config.signing_key = key(99)).await;
    let foreign = other.get(&format!("/auth?account={}", user().account_id())).await.json();
    let signed = sign(foreign["transaction"].as_str().unwrap(), &[&user()]);
    assert_eq!(anchor.redeem(&signed).await.status, 400);
}
