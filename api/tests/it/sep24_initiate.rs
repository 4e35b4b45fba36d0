//! SEP-24: a transfer begins.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use windlass_domain::transfer::TransferId;
use windlass_stellar::{Memo, MuxedAccount};

use crate::support::{Anchor, HOST, key, usd, user};

const DEPOSIT: &str = "/sep24/transactions/deposit/interactive";
const WITHDRAW: &str = "/sep24/transactions/withdraw/interactive";

/// What the log has of it.
async fn initiated(anchor: &Anchor, answer: &Value) -> windlass_domain::transfer::Initiated {
    let id: TransferId = answer["id"].as_str().unwrap().parse().unwrap();
    *anchor.commands.transfer(id).await.unwrap().initiated.unwrap()
}

/// SEP24-012, SEP24-026, SEP24-035, SEP24-036, SEP24-037, SEP24-074, SEP24-T11
#[tokio::test]
async fn the_wallet_gets_a_link_and_sees_the_transfer_at_once() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    for (path, kind) in [(DEPOSIT, "deposit"), (WITHDRAW, "withdrawal")] {
        let answer = anchor.post_json(&token, path, &json!({ "asset_code": "USD", "lang": "en-US" })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let json = answer.json();
        assert_eq!(json.as_object().unwrap().len(), 3);
        assert_eq!(json["type"], "interactive_customer_info_needed");
        let id = json["id"].as_str().unwrap();
        let url = json["url"].as_str().unwrap();
        assert!(url.starts_with(&format!("{HOST}/sep24/interactive?transaction_id={id}&token=")), "{url}");
        assert!(url.ends_with("&lang=en-US"));
        let transaction = anchor.transaction(&token, id).await;
        assert_eq!((&transaction["status"], &transaction["kind"]), (&json!("incomplete"), &json!(kind)));
    }
}

/// SEP24-007, SEP24-008, SEP24-022, SEP24-023, SEP24-T03
#[tokio::test]
async fn json_form_and_multipart_say_the_same() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let part =
        |head: &str, body: &str| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
    let multipart = [
        part("name=\"asset_code\"", "USD"),
        part("name=\"amount\"", "100.5"),
        part("name=\"claimable_balance_supported\"", "true"),
        part("name=\"first_name\"", "Jürgen"),
        part("name=\"photo_id_front\"; filename=\"id.jpg\"\r\nContent-Type: image/jpeg", "\u{fffd}binary"),
        "--b--\r\n".to_owned(),
    ];
    for (kind, body) in [
        (
            "application/json",
            r#"{"asset_code":"USD","amount":100.5,"claimable_balance_supported":true,"lang":null}"#
                .to_owned(),
        ),
        (
            "application/json",
            r#"{"asset_code":"USD","amount":"100.5","claimable_balance_supported":"True"}"#.to_owned(),
        ),
        (
            "application/x-www-form-urlencoded",
            "asset_code=USD&amount=100.5&claimable_balance_supported=true&wallet_name=W&wallet_url=x"
                .to_owned(),
        ),
        ("multipart/form-data; boundary=b", multipart.concat()),
    ] {
        let answer = anchor.post(&token, DEPOSIT, kind, body).await;
        assert_eq!(answer.status, 200, "{kind}: {}", answer.body);
        let initiated = initiated(&anchor, &answer.json()).await;
        assert_eq!(initiated.requested_amount, Some("100.5".parse().unwrap()), "{kind}");
        assert!(initiated.claimable_balance_supported, "{kind}");
    }
    let plain = anchor.post_json(&token, DEPOSIT, &json!({ "asset_code": "USD" })).await;
    assert!(!initiated(&anchor, &plain.json()).await.claimable_balance_supported);
}

/// SEP24-015, SEP24-T13: no amount goes through a float on its way.
#[tokio::test]
async fn an_amount_keeps_every_digit_it_was_written_with() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    // As a double this would be 9007.199254740993…, and its seventh decimal another.
    let answer = anchor
        .post(&token, WITHDRAW, "application/json", r#"{"asset_code":"USD","amount":9007.1992549}"#)
        .await;
    assert_eq!(
        initiated(&anchor, &answer.json()).await.requested_amount,
        Some("9007.1992549".parse().unwrap())
    );
}

/// SEP24-009, SEP24-010, SEP24-013, SEP24-017, SEP24-019, SEP24-021, SEP24-031, SEP24-T19
#[tokio::test]
async fn what_the_wallet_says_is_kept_with_the_transfer() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let other = MuxedAccount { account: key(2).account_id(), id: Some(5) };
    anchor.ledger.open(other.account, 0, &[]);
    let fields = json!({
        "asset_code": "USD", "asset_issuer": usd().issuer().unwrap().to_string(), "account": other.to_string(),
        "memo_type": "text", "memo": "order 7", "customer_id": "c-1", "lang": "de-CH", "source_asset": "iso4217:USD",
    });
    let kept = initiated(&anchor, &anchor.post_json(&token, DEPOSIT, &fields).await.json()).await;
    assert_eq!((kept.subject, kept.stellar_account), (user().account_id().into(), other));
    assert_eq!((kept.stellar_asset, kept.memo), (usd(), Memo::Text("order 7".into())));
    assert_eq!((kept.customer_id.as_deref(), kept.lang.as_deref()), (Some("c-1"), Some("de-CH")));
    let plain =
        initiated(&anchor, &anchor.post_json(&token, DEPOSIT, &json!({ "asset_code": "USD" })).await.json())
            .await;
    assert_eq!((plain.stellar_account, plain.memo), (user().account_id().into(), Memo::None));
}

/// SEP24-018
#[tokio::test]
async fn a_payment_to_a_shared_account_carries_the_memo_its_user_logged_in_with() {
    let anchor = Anchor::new().await;
    let account = user().account_id();
    let token = anchor.login_as(&format!("account={account}&memo=42"), &user()).await;
    anchor.ledger.open(key(2).account_id(), 0, &[]);
    let deposit = async |fields: Value| {
        let answer = anchor.post_json(&token, DEPOSIT, &fields).await;
        initiated(&anchor, &answer.json()).await.memo
    };
    assert_eq!(deposit(json!({ "asset_code": "USD" })).await, Memo::Id(42));
    let own = json!({ "asset_code": "USD", "memo": "7", "memo_type": "id" });
    assert_eq!(deposit(own).await, Memo::Id(7));
    let elsewhere = json!({ "asset_code": "USD", "account": key(2).account_id().to_string() });
    assert_eq!(deposit(elsewhere).await, Memo::None, "the memo means nothing on another account");
    let hash = json!({ "asset_code": "USD", "memo_type": "hash", "memo": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=" });
    assert_eq!(deposit(hash).await, Memo::Hash([1; 32]));
}

/// SEP24-028, SEP24-032, SEP24-033, SEP24-034
#[tokio::test]
async fn a_withdrawal_keeps_the_memo_for_refunds() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let fields = json!({
        "asset_code": "USD", "refund_memo": "back", "refund_memo_type": "text", "memo": "9", "memo_type": "id",
        "destination_asset": "iso4217:USD",
    });
    let kept = initiated(&anchor, &anchor.post_json(&token, WITHDRAW, &fields).await.json()).await;
    assert_eq!((kept.refund_memo, kept.memo), (Memo::Text("back".into()), Memo::None));
}

/// SEP24-012: `native` is XLM.
#[tokio::test]
async fn xlm_is_asked_for_as_native() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    assert_eq!(anchor.post_json(&token, DEPOSIT, &json!({ "asset_code": "native" })).await.status, 200);
    for fields in [
        json!({ "asset_code": "XLM" }),
        json!({ "asset_code": "native", "asset_issuer": key(101).account_id().to_string() }),
    ] {
        assert_eq!(anchor.post_json(&token, DEPOSIT, &fields).await.status, 400);
    }
}

/// SEP24-003
#[tokio::test]
async fn preflights_are_answered_without_a_token() {
    let anchor = Anchor::new().await;
    for path in ["/sep24/info", DEPOSIT, WITHDRAW, "/sep24/transaction", "/sep24/transactions"] {
        let request = Request::options(path)
            .header("origin", "https://wallet.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization");
        let answer = anchor.send(request.body(Body::empty()).unwrap()).await;
        assert!(answer.status.is_success(), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(answer.header("access-control-allow-headers").to_ascii_lowercase().contains("authorization"));
    }
}

/// The user stands behind every event that he caused.
#[tokio::test]
async fn the_timeline_shows_ones_own_transfer_and_who_asked() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (id, _) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    let path = format!("/transfers/{id}/events");
    let events = anchor.get_as(&token, &path).await.json()["events"].clone();
    assert_eq!(events.as_array().unwrap().len(), 1);
    assert_eq!(events[0]["event"], "Initiated");
    assert_eq!(events[0]["actor"], format!("client:{}", user().account_id()));
    let other = anchor.login(&key(9)).await;
    let foreign = anchor.get_as(&other, &path).await;
    let unknown = anchor.get_as(&other, "/transfers/nonsense/events").await;
    assert_eq!((foreign.status.as_u16(), foreign.body), (404, unknown.body));
}
