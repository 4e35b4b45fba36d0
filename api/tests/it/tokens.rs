//! No token but a SEP-10 session of this anchor opens SEP-24, and each kind opens only its own door.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use crate::{
    sep10::claims,
    support::{Anchor, SECRET, user},
};

const GUARDED: [&str; 3] =
    ["/sep24/transactions?asset_code=USD", "/sep24/transaction?id=x", "/transfers/x/events"];

/// SEP24-004, SEP24-005, SEP24-T14
#[tokio::test]
async fn without_a_token_everything_but_info_answers_authentication_required() {
    let anchor = Anchor::new().await;
    for path in GUARDED {
        let answer = anchor.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (403, json!({ "type": "authentication_required" }))
        );
    }
    for direction in ["deposit", "withdraw"] {
        let path = format!("/sep24/transactions/{direction}/interactive");
        // The token comes first: the body's type does not matter yet.
        let answer = anchor.post("", &path, "text/plain", "asset_code=USD").await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (403, json!({ "type": "authentication_required" }))
        );
    }
}

/// SEP24-005, SEP10-066
#[tokio::test]
async fn broken_foreign_and_unsigned_tokens_do_not_count() {
    let anchor = Anchor::new().await;
    let good = anchor.login(&user()).await;
    let other = Anchor::with(|config| config.jwt_secret = "another secret of thirty-two bytes".into()).await;
    let foreign = other.login(&user()).await;
    let parts: Vec<&str> = good.split('.').collect();
    let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#), parts[1]);
    let mut claims = claims(&good);
    claims["sub"] = json!("GDQP2KPQGKIHYJGXNUIYOMHARUARCA7DJT5FO2FFOOKY3B2WSQHG4W37");
    let changed = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()), parts[2]);
    let other_algorithm =
        format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS512","typ":"JWT"}"#), parts[1], parts[2]);
    for token in ["", "x", "a.b.c", &foreign, &none, &changed, &other_algorithm, SECRET, &"x".repeat(5000)] {
        assert_eq!(anchor.get_as(token, GUARDED[0]).await.status, 403, "{token}");
    }
    assert_eq!(anchor.get_as(&good, GUARDED[0]).await.status, 200);
}

/// SEP10-063, SEP10-067
#[tokio::test]
async fn a_token_ends() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    anchor.clock.pass(Duration::from_secs(24 * 3600 - 1));
    assert_eq!(anchor.get_as(&token, GUARDED[0]).await.status, 200);
    anchor.clock.pass(Duration::from_secs(1));
    assert_eq!(anchor.get_as(&token, GUARDED[0]).await.status, 403);
}

/// SEP10-T19
#[tokio::test]
async fn a_token_of_another_home_domain_does_not_count() {
    let anchor = Anchor::new().await;
    let other = Anchor::with(|config| config.home_domain = "other.example".into()).await;
    let token = other.login(&user()).await;
    assert_eq!(anchor.get_as(&token, GUARDED[0]).await.status, 403);
}

/// SEP24-038, SEP10-T18: link, session and status tokens are no SEP-10 tokens, nor each other.
#[tokio::test]
async fn no_kind_of_token_is_taken_for_another() {
    let anchor = Anchor::new().await;
    let session = anchor.login(&user()).await;
    let (id, link) = anchor.initiate(&session, "deposit", json!({ "asset_code": "USD" })).await;
    let link_token = link.split("token=").nth(1).unwrap();
    let more_info = anchor.transaction(&session, &id).await["more_info_url"].as_str().unwrap().to_owned();
    let more_info_token = more_info.split("token=").nth(1).unwrap();
    assert!(!link.contains(&session) && !more_info.contains(&session));
    for token in [link_token, more_info_token] {
        assert_eq!(anchor.get_as(token, GUARDED[0]).await.status, 403);
    }
    let page = |path: &str, token: &str| format!("{path}?transaction_id={id}&token={token}");
    for (path, wrong) in [
        ("/sep24/interactive", [session.as_str(), more_info_token]),
        ("/sep24/transaction/more_info", [session.as_str(), link_token]),
    ] {
        for token in wrong {
            assert_eq!(anchor.get(&page(path, token)).await.status, 403, "{path}");
        }
    }
    assert_eq!(anchor.get(&page("/sep24/interactive", link_token)).await.status, 200);
    assert_eq!(anchor.get(&page("/sep24/transaction/more_info", more_info_token)).await.status, 200);
}
