//! Who is not let in to audit, and what is not understood.

use std::time::Duration;

use serde_json::json;

use crate::{
    auditors::{auditor, operator},
    support::{Anchor, user},
};

const ID: &str = "0190d6a0-0000-7000-8000-000000000000";

fn paths() -> [String; 3] {
    [format!("/audit/transfers/{ID}"), format!("/audit/transfers/{ID}/events"), "/audit/events".to_owned()]
}

#[tokio::test]
async fn without_an_operators_token_nothing_else_is_looked_at() {
    let anchor = Anchor::new().await;
    let session = anchor.login(&user()).await;
    let (id, link) = anchor.initiate(&session, "deposit", json!({ "asset_code": "USD" })).await;
    let link = link.split("token=").nth(1).unwrap().to_owned();
    let more_info = anchor.transaction(&session, &id).await["more_info_url"].as_str().unwrap().to_owned();
    let more_info = more_info.split("token=").nth(1).unwrap().to_owned();
    let as_session = operator(&anchor, Some("auditor"), "windlass:session");
    for token in ["", "x", "a.b.c", &session, &link, &more_info, &as_session] {
        for path in paths() {
            // Even what makes no sense is not answered.
            for query in ["", "?as_of=never&after=never"] {
                let answer = anchor.get_as(token, &format!("{path}{query}")).await;
                assert_eq!(answer.status, 401, "{path}{query} with {token}");
                assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"windlass\"");
                assert_eq!(answer.header("cache-control"), "no-store");
                answer.error();
            }
        }
    }
    assert_eq!(anchor.get("/audit/events").await.status, 401);
}

#[tokio::test]
async fn an_operators_token_without_the_role_is_sent_away() {
    let anchor = Anchor::new().await;
    for role in [None, Some("cashier"), Some("")] {
        let token = operator(&anchor, role, "windlass:operator");
        for path in paths() {
            let answer = anchor.get_as(&token, &path).await;
            assert_eq!(answer.status, 403, "{path} as {role:?}");
            assert!(answer.error().contains("auditor"));
        }
    }
    let good = operator(&anchor, Some("auditor"), "windlass:operator");
    assert_eq!(anchor.get_as(&good, "/audit/events").await.status, 200);
}

#[tokio::test]
async fn an_operators_token_is_no_session_and_ends() {
    let anchor = Anchor::new().await;
    let token = auditor(&anchor);
    assert_eq!(anchor.get_as(&token, "/sep24/transactions?asset_code=USD").await.status, 403);
    assert_eq!(anchor.get_as(&token, &format!("/transfers/{ID}/events")).await.status, 403);
    assert_eq!(anchor.get_as(&token, "/audit/events").await.status, 200);
    anchor.clock.pass(Duration::from_secs(3600));
    assert_eq!(anchor.get_as(&token, "/audit/events").await.status, 401);
}

#[tokio::test]
async fn where_no_secret_is_configured_there_is_nothing_to_read() {
    let anchor = Anchor::with(|config| config.operator_secret = None).await;
    for path in paths() {
        let answer = anchor.get_as(&auditor(&anchor), &path).await;
        assert_eq!(answer.status, 404);
        assert!(answer.error().contains("SECRET_OPERATOR_JWT_SECRET"));
    }
}

#[tokio::test]
async fn what_is_not_understood_is_told_with_its_field() {
    let anchor = Anchor::new().await;
    for (field, value) in [
        ("after", "yesterday"),
        ("after", "42"),
        ("limit", "0"),
        ("limit", "many"),
        ("from", "yesterday"),
        ("to", "2026-13-01"),
        ("asset", "no asset!"),
        ("asset", "USD:GABC"),
        ("account", "GABC"),
    ] {
        let value = value.replace(' ', "%20");
        let answer = anchor.get_as(&auditor(&anchor), &format!("/audit/events?{field}={value}")).await;
        assert_eq!(answer.status, 400, "{field}={value}");
        let error = answer.error();
        assert!(error.starts_with(&format!("{field}: ")), "{error}");
    }
    let answer = anchor.get_as(&auditor(&anchor), &format!("/audit/transfers/{ID}?as_of=now")).await;
    assert_eq!(answer.status, 400);
    assert!(answer.error().starts_with("as_of: "));
}

#[tokio::test]
async fn there_is_no_transfer_that_is_none() {
    let anchor = Anchor::new().await;
    for id in [ID, "7", "%00"] {
        for path in [format!("/audit/transfers/{id}"), format!("/audit/transfers/{id}/events")] {
            let answer = anchor.get_as(&auditor(&anchor), &path).await;
            assert_eq!(answer.status, 404, "{path}");
            assert_eq!(answer.error(), "there is no such transfer");
        }
    }
}
