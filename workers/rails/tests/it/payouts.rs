//! Payouts: one key is one payout.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::task::JoinSet;
use windlass_rails::{NewPayout, PayoutStatus};

use crate::support::{ANCHOR, Face, TOKEN, payout};

#[tokio::test]
async fn a_payout_arrives_and_can_be_looked_up() {
    let face = Face::start().await;
    let ada = face.person("0").await;
    let (status, paid) = face.order("key-1", payout(&ada, "12.5")).await;
    assert_eq!((status, &paid["status"]), (StatusCode::OK, &json!("paid")), "{paid}");
    assert_eq!((&paid["amount"], &paid["paid_at"]), (&json!("12.50"), &json!("2026-01-02T03:04:05Z")));
    assert_eq!(face.balance(&ada).await, "12.50");
    assert_eq!(face.anchor(Method::GET, "/payouts/key-1", None).await, (StatusCode::OK, paid));
    let (status, answer) = face.anchor(Method::GET, "/payouts/key-2", None).await;
    assert_eq!((status, &answer["code"]), (StatusCode::NOT_FOUND, &json!("unknown_payout")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_pays_once_however_often_and_at_once_it_is_sent() {
    let face = Face::start().await;
    let ada = face.person("0").await;
    let mut orders = JoinSet::new();
    for _ in 0..16 {
        let request = face.http.post(face.url("/payouts")).bearer_auth(TOKEN);
        let request = request.header("Idempotency-Key", "key").json(&payout(&ada, "10"));
        orders.spawn(async move { request.send().await.unwrap().text().await.unwrap() });
    }
    let mut answers = orders.join_all().await;
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(face.balance(&ada).await, "10.00");
    assert_eq!(face.balance(ANCHOR).await, "990.00");
}

#[tokio::test]
async fn the_same_key_with_another_body_is_a_conflict() {
    let face = Face::start().await;
    let (ada, bob) = (face.person("0").await, face.person("0").await);
    face.order("key", payout(&ada, "10")).await;
    let mut other_reference = payout(&ada, "10");
    other_reference["reference"] = json!("another");
    for body in [payout(&ada, "11"), payout(&bob, "10"), other_reference] {
        let (status, answer) = face.order("key", body).await;
        assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("key_reused")), "{answer}");
    }
    let (status, _) = face.order("key", payout(&ada.to_lowercase(), "10.00")).await;
    assert_eq!(status, StatusCode::OK, "the same order, written otherwise");
    assert_eq!(face.balance(ANCHOR).await, "990.00");
}

#[tokio::test]
async fn a_receiver_whom_the_bank_would_have_to_know_makes_the_payout_fail_for_ever() {
    let face = Face::start().await;
    let body = json!({ "holder": "Jun", "currency": "JPY", "opening_balance": "0" });
    let (_, yen) = face.call(Method::POST, "/accounts", Some(body)).await;
    let yen = yen["number"].as_str().unwrap();
    for (key, number, code) in [
        ("a", "SBX999999999", "unknown_account"),
        ("b", ANCHOR, "unknown_account"),
        ("c", "SBXBANKUSD", "unknown_account"),
        ("d", yen, "wrong_currency"),
    ] {
        for _ in 0..2 {
            let (status, failed) = face.order(key, payout(number, "10")).await;
            assert_eq!((status, &failed["status"]), (StatusCode::OK, &json!("failed")), "{failed}");
            assert_eq!(failed["code"], code);
        }
    }
    assert_eq!(face.balance(ANCHOR).await, "1000.00");
}

#[tokio::test]
async fn money_for_another_bank_leaves_this_one() {
    let face = Face::start().await;
    let (_, paid) = face.order("key", payout("DE89 3704 0044 0532 0130 00", "100")).await;
    assert_eq!(paid["status"], "paid");
    let (_, page) = face.anchor(Method::GET, &format!("/accounts/{ANCHOR}/entries"), None).await;
    assert_eq!(page["entries"][1]["counterparty"]["number"], "DE89370400440532013000");
    let totals = face.bank.totals("USD").await.unwrap();
    assert_eq!((totals.issued.as_str(), totals.held.as_str()), ("900.00", "900.00"));
}

#[tokio::test]
async fn after_a_refusal_for_lack_of_money_the_same_key_can_pay() {
    let face = Face::start().await;
    let ada = face.person("5000").await;
    let (status, answer) = face.order("key", payout(&ada, "1500")).await;
    assert_eq!((status.as_u16(), &answer["code"]), (422, &json!("insufficient_funds")), "{answer}");
    assert_eq!(face.anchor(Method::GET, "/payouts/key", None).await.0, StatusCode::NOT_FOUND);
    face.pay_in(&ada, "500", "float").await;
    assert_eq!(face.order("key", payout(&ada, "1500")).await.1["status"], "paid");
}

#[tokio::test]
async fn a_bad_order_is_refused_by_its_field() {
    let face = Face::start().await;
    let ada = face.person("0").await;
    let with = |pointer: &str, value: &str| {
        let mut body = payout(&ada, "1");
        *body.pointer_mut(pointer).unwrap() = json!(value);
        body
    };
    for (body, status, field) in [
        (with("/amount", "0"), 400, "amount"),
        (with("/amount", "1.001"), 400, "amount"),
        (with("/currency", "EUR"), 400, "currency"),
        (with("/currency", "JPY"), 400, "currency"),
        (with("/to/holder", ""), 400, "to.holder"),
        (with("/to/number", "!"), 400, "to.number"),
        (with("/from", "SBX999"), 404, "from"),
    ] {
        let (answered, answer) = face.order("key", body).await;
        assert_eq!((answered.as_u16(), &answer["field"]), (status, &json!(field)), "{answer}");
    }
    assert_eq!(face.order("key", with("/from", &ada)).await.0, StatusCode::FORBIDDEN);
    let (status, answer) = face.order("../key", payout(&ada, "1")).await;
    assert_eq!((status.as_u16(), &answer["field"]), (400, &json!("Idempotency-Key")));
    let (status, answer) = face.anchor(Method::POST, "/payouts", Some(payout(&ada, "1"))).await;
    assert_eq!((status.as_u16(), &answer["field"]), (400, &json!("Idempotency-Key")));
}

#[tokio::test]
async fn a_payout_that_settled_stays_settled_when_the_clock_is_set_back() {
    let face = Face::start().await;
    let ada = face.person("0").await;
    face.clock.advance(Duration::from_secs(60));
    let new: NewPayout = serde_json::from_value(payout(&ada, "1")).unwrap();
    let payout = face.bank.pay_out("key", &new).await.unwrap();
    face.clock.set_back(Duration::from_secs(60));
    assert!(matches!(payout.status, PayoutStatus::Paid { .. }));
    assert_eq!(face.bank.payout("key").await.unwrap(), payout);
}
