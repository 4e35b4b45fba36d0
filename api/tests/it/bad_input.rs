//! Requests that mean harm or nothing: each gets a clear answer of its kind, and none a 500.

use axum::{body::Body, http::Request};
use serde_json::json;

use crate::support::{Anchor, user};

#[tokio::test]
async fn no_nonsense_in_an_address_is_our_fault() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    for path in [
        "/auth?account=%ff%fe&memo=%00",
        "/auth?account=%F0%9F%92%B8",
        "/auth?&&&===&account",
        "/sep24/transaction?id=%00%ff",
        "/sep24/transaction?stellar_transaction_id=%00",
        "/sep24/transactions?asset_code=%00",
        "/sep24/transactions?asset_code=USD&no_older_than=%00",
        "/sep24/transactions?asset_code=USD&no_older_than=-9999-01-01T00:00:00Z",
        "/sep24/transactions?asset_code=USD&no_older_than=9999-12-31T23:59:59Z",
        "/sep24/interactive?transaction_id=%ff&token=%00",
        "/sep24/transaction/more_info?transaction_id=%ff&token=%00",
        "/transfers/%ff/events",
        "/transfers/%00/events",
        "/.well-known/stellar.toml?x=%ff",
        "/.well-known/../etc/passwd",
        "//",
    ] {
        let answer = anchor.get_as(&token, path).await;
        assert!(answer.status.as_u16() < 500, "{path}: {}", answer.status);
        assert!(!answer.body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn no_odd_header_is_our_fault() {
    let anchor = Anchor::new().await;
    for (name, value) in [
        ("authorization", b"Bearer".as_slice()),
        ("authorization", b"Basic dXNlcjpwYXNz"),
        ("authorization", b"Bearer \xff\xfe"),
        ("cookie", b"windlass_x=\xff; ;;=; windlass_"),
        ("accept", b"\xff"),
        ("content-type", b"\xff"),
    ] {
        for path in ["/sep24/transactions?asset_code=USD", "/sep24/interactive", "/none"] {
            let request = Request::get(path).header(name, value).body(Body::empty()).unwrap();
            let status = anchor.send(request).await.status;
            assert!(status.is_client_error(), "{name} {path}: {status}");
        }
    }
}

/// SEP24-003, SEP24-006
#[tokio::test]
async fn a_wrong_method_is_answered_as_its_readers_expect() {
    let anchor = Anchor::new().await;
    let delete = async |path: &str| anchor.send(Request::delete(path).body(Body::empty()).unwrap()).await;
    for path in [
        "/sep24/info",
        "/sep24/transactions",
        "/sep24/transactions/deposit/interactive",
        "/.well-known/stellar.toml",
    ] {
        let answer = delete(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("access-control-allow-origin")),
            (405, "*"),
            "{path}"
        );
        answer.error();
    }
    for path in ["/", "/sep24/interactive", "/sep24/transaction/more_info"] {
        let answer = delete(path).await;
        assert_eq!(answer.status, 405, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"));
    }
    for path in ["/health/live", "/health/ready", "/transfers/x/events"] {
        let answer = delete(path).await;
        assert_eq!(answer.status, 405, "{path}");
        answer.error();
    }
}

/// SEP24-009: nothing in a request but its token says who asks.
#[tokio::test]
async fn naming_another_account_opens_nothing_of_it() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (id, _) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    let other = anchor.login(&crate::support::key(9)).await;
    let query = format!("id={id}&account={0}&sub={0}", user().account_id());
    assert_eq!(anchor.get_as(&other, &format!("/sep24/transaction?{query}")).await.status, 404);
}
