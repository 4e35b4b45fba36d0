//! SEP-10: what is refused, and how.

use std::time::Duration;

use serde_json::json;
use windlass_api::ChallengeRate;
use windlass_stellar::MuxedAccount;

use crate::{
    ports::Mood,
    support::{Anchor, key, user},
};

/// SEP10-004, SEP10-005, SEP10-006, SEP10-007, SEP10-008, SEP10-009, SEP10-T09
#[tokio::test]
async fn a_challenge_for_nobody_is_refused_in_words() {
    let anchor = Anchor::new().await;
    let account = user().account_id();
    let muxed = MuxedAccount { account, id: Some(7) };
    let contract = "CA3D5KRYM6CB7OWQ6TWYRR3Z4T7GNZLKERYNZGGA5SOAOPIFY6YQGAXE";
    for query in [
        String::new(),
        "account=".into(),
        "account=GABC".into(),
        format!("account={contract}"),
        format!("account={}", account.to_string().to_lowercase()),
        format!("account={muxed}&memo=7"),
        format!("account={account}&home_domain=other.example"),
        format!("account={account}%20"),
        "account=%ff%00".into(),
    ] {
        let answer = anchor.get(&format!("/auth?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        answer.error();
    }
    for memo in ["text", "-1", "%2B1", "01", "1.0", "18446744073709551616", "1e3", "%201"] {
        let answer = anchor.get(&format!("/auth?account={account}&memo={memo}")).await;
        assert_eq!(answer.status, 400, "{memo}");
        assert!(answer.error().contains("memo"));
    }
}

/// SEP10-037, SEP10-058, SEP10-T20: all of them 400, garbage XDR included.
#[tokio::test]
async fn whatever_is_not_a_signed_challenge_is_refused() {
    let anchor = Anchor::new().await;
    let unsigned = anchor.challenge(&format!("account={}", user().account_id()), &[]).await;
    let mut changed = unsigned.clone();
    changed.replace_range(80..84, "AAAA");
    for transaction in [
        json!(unsigned),
        json!(changed),
        json!("AAAA"),
        json!("not base64!"),
        json!(""),
        json!(5),
        json!(true),
        json!(null),
    ] {
        let answer = anchor.post_json("", "/auth", &json!({ "transaction": transaction })).await;
        assert_eq!(answer.status, 400, "{transaction}");
        answer.error();
    }
    let long = "A".repeat(20_000);
    assert_eq!(anchor.redeem(&long).await.status, 400);
}

/// SEP10-037
#[tokio::test]
async fn a_body_of_another_kind_is_refused() {
    let anchor = Anchor::new().await;
    for (content_type, body) in [
        ("text/plain", "transaction=x"),
        ("", "transaction=x"),
        ("application/xml", "<transaction/>"),
        ("application/json", "transaction=x"),
        ("application/json", "[1]"),
        ("application/json", ""),
        ("application/json", "{\"transaction\":{\"xdr\":\"x\"}}"),
        ("application/json", "{\"transaction\":[\"x\"]}"),
        ("application/x-www-form-urlencoded", ""),
        ("application/x-www-form-urlencoded", "transaction="),
        ("multipart/form-data", "x"),
    ] {
        let answer = anchor.post("", "/auth", content_type, body).await;
        assert_eq!(answer.status, 400, "{content_type} {body}");
        answer.error();
    }
}

/// SEP10-056, SEP10-077, SEP10-T17
#[tokio::test]
async fn a_challenge_gives_one_token_and_no_second() {
    let anchor = Anchor::new().await;
    let transaction = anchor.challenge(&format!("account={}", user().account_id()), &[&user()]).await;
    assert_eq!(anchor.redeem(&transaction).await.status, 200);
    let again = anchor.redeem(&transaction).await;
    assert_eq!(again.status, 400);
    assert!(again.error().contains("already used"));
}

/// SEP10-077: a failed attempt must not cost the honest user his challenge.
#[tokio::test]
async fn a_refused_challenge_is_not_spent() {
    let anchor = Anchor::new().await;
    let unsigned = anchor.challenge(&format!("account={}", user().account_id()), &[]).await;
    let forged = crate::support::sign(&unsigned, &[&key(77)]);
    assert_eq!(anchor.redeem(&forged).await.status, 400);
    let signed = crate::support::sign(&unsigned, &[&user()]);
    assert_eq!(anchor.redeem(&signed).await.status, 200);
}

/// SEP10-040, SEP10-057
#[tokio::test]
async fn an_old_challenge_is_refused() {
    let anchor = Anchor::new().await;
    let transaction = anchor.challenge(&format!("account={}", user().account_id()), &[&user()]).await;
    anchor.clock.pass(Duration::from_secs(901));
    let answer = anchor.redeem(&transaction).await;
    assert_eq!(answer.status, 400);
    assert!(answer.error().contains("expired"));
}

/// SEP10-045, SEP10-074, SEP10-T06: an outage never opens the way of the account's own key, and spends nothing.
#[tokio::test(start_paused = true)]
async fn while_the_ledger_does_not_answer_nobody_logs_in() {
    let anchor = Anchor::new().await;
    let transaction = anchor.challenge(&format!("account={}", user().account_id()), &[&user()]).await;
    for mood in [Mood::Down, Mood::Silent] {
        anchor.ledger.feel(mood);
        let answer = anchor.redeem(&transaction).await;
        assert_eq!(answer.status, 503);
        assert!(!answer.error().contains("internal"), "nothing internal leaks");
    }
    anchor.ledger.feel(Mood::Well);
    assert_eq!(anchor.redeem(&transaction).await.status, 200);
}

/// SEP10-037: junk costs no question to the ledger.
#[tokio::test]
async fn what_is_wrong_in_itself_is_refused_even_while_the_ledger_is_down() {
    let anchor = Anchor::new().await;
    let unsigned = anchor.challenge(&format!("account={}", user().account_id()), &[]).await;
    anchor.ledger.feel(Mood::Down);
    assert_eq!(anchor.redeem(&unsigned).await.status, 400);
}

/// SEP10-013
#[tokio::test]
async fn too_many_challenges_are_refused_until_the_minute_is_over() {
    let rate = ChallengeRate { per_account: 2, per_address: 100 };
    let anchor = Anchor::with(|config| config.challenge_rate = rate).await;
    let path = format!("/auth?account={}", user().account_id());
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(anchor.get(&path).await);
    }
    assert_eq!(answers.iter().map(|answer| answer.status.as_u16()).collect::<Vec<_>>(), [200, 200, 429]);
    assert!(answers[2].error().contains("too many challenges"));
    assert_eq!(answers[2].header("access-control-allow-origin"), "*");
    assert_eq!(anchor.get(&format!("/auth?account={}", key(9).account_id())).await.status, 200);
    anchor.clock.pass(Duration::from_secs(60));
    assert_eq!(anchor.get(&path).await.status, 200);
}
