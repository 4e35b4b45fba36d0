//! What auditors read: a transfer in words, and the log.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use windlass_projections::{
    LogPosition,
    audit::{LogFilter, csv_line},
};

use crate::{
    auditors::auditor,
    browser::Browser,
    sep24_transactions::funded,
    support::{Anchor, key, usd, user},
};

/// The events of an answer.
async fn events(anchor: &Anchor, query: &str) -> Vec<Value> {
    let answer = anchor.get_as(&auditor(anchor), &format!("/audit/events?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["events"].as_array().unwrap().clone()
}

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event_type"].as_str().unwrap()).collect()
}

const FUNDED: [&str; 8] = [
    "Initiated",
    "InteractiveSessionOpened",
    "FormSubmitted",
    "AmountsCalculated",
    "TransferInstructionsIssued",
    "PaymentObserved",
    "PaymentMatched",
    "FundsReceived",
];

#[tokio::test]
async fn a_transfer_is_told_in_words_with_its_state() {
    let anchor = Anchor::new().await;
    let id = funded(&anchor, &anchor.login(&user()).await, "credit-1").await;
    let answer = anchor.get_as(&auditor(&anchor), &format!("/audit/transfers/{id}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let json = answer.json();
    assert_eq!(json["state"]["status"], "pending_anchor");
    assert_eq!(json["state"]["amounts"]["amount_out"]["amount"], "98.5");
    let timeline = json["timeline"].as_array().unwrap();
    let mut told = names(timeline);
    told.sort_unstable();
    let mut expected = FUNDED;
    expected.sort_unstable();
    assert_eq!(told, expected);
    let came = timeline.iter().find(|entry| entry["event_type"] == "FundsReceived").unwrap();
    assert!(
        came["what"].as_str().unwrap().starts_with("The user's money came: 100 USD, paid at 2026-11-16T")
    );
    assert_eq!(came["who"], "the rail test-bank");
    assert_eq!(
        came["rail"],
        json!({"rail": "test-bank", "payout_key": null, "external_id": "credit-1", "reference": null})
    );
    assert_eq!(timeline[0]["on_order_of"], format!("the user {}", user().account_id()));
}

#[tokio::test]
async fn a_transfer_is_told_as_of_a_moment() {
    let anchor = Anchor::new().await;
    let id = funded(&anchor, &anchor.login(&user()).await, "credit-1").await;
    let path = format!("/audit/transfers/{id}");
    let whole = anchor.get_as(&auditor(&anchor), &path).await.json();
    let first = whole["timeline"][0]["position"].as_str().unwrap();
    let then = anchor.get_as(&auditor(&anchor), &format!("{path}?as_of={first}")).await.json();
    assert_eq!(then["timeline"].as_array().unwrap().len(), 1);
    assert_eq!((&then["state"]["status"], &then["as_of"]), (&json!("incomplete"), &json!(first)));
    let before = anchor.get_as(&auditor(&anchor), &format!("{path}?as_of=2020-01-01")).await.json();
    assert_eq!((&before["state"], &before["timeline"]), (&Value::Null, &json!([])));
    let events = anchor.get_as(&auditor(&anchor), &format!("{path}/events?as_of={first}")).await.json();
    assert_eq!(events["events"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_transfers_events_are_as_they_are_stored() {
    let anchor = Anchor::new().await;
    let id = funded(&anchor, &anchor.login(&user()).await, "credit-1").await;
    let answer = anchor.get_as(&auditor(&anchor), &format!("/audit/transfers/{id}/events")).await.json();
    let events = answer["events"].as_array().unwrap();
    assert_eq!(events.len(), FUNDED.len());
    let first = &events[0];
    assert_eq!((&first["aggregate_id"], &first["sequence"]), (&json!(id), &json!(1)));
    assert_eq!(first["payload"]["Initiated"]["stellar_asset"], usd().to_string());
    assert_eq!(first["metadata"]["actor"], format!("client:{}", user().account_id()));
    assert_eq!(first["metadata"]["occurred_at"], first["occurred_at"]);
}

#[tokio::test]
async fn the_log_is_read_page_by_page_without_loss_or_double() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    for credit in ["credit-1", "credit-2"] {
        funded(&anchor, &token, credit).await;
    }
    let whole = events(&anchor, "limit=1000").await;
    assert_eq!(whole.len(), 2 * FUNDED.len());
    let (mut paged, mut after) = (vec![], "0.0".to_owned());
    loop {
        let path = format!("/audit/events?limit=3&after={after}");
        let page = anchor.get_as(&auditor(&anchor), &path).await.json();
        let found = page["events"].as_array().unwrap().clone();
        assert!(found.len() <= 3);
        paged.extend(found);
        after = page["next"].as_str().unwrap().to_owned();
        if page["end"] == true {
            break;
        }
    }
    assert_eq!(paged, whole);
    assert_eq!(events(&anchor, &format!("after={after}")).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_range_an_asset_and_an_account_choose_events() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let dollars = funded(&anchor, &token, "credit-1").await;
    anchor.ledger.open(key(9).account_id(), 1, &[(key(9).account_id(), 1)]);
    let other = anchor.login(&key(9)).await;
    let (lumens, _) = anchor.initiate(&other, "deposit", json!({ "asset_code": "native" })).await;
    let whole = events(&anchor, "").await;
    assert_eq!(whole.len(), FUNDED.len() + 1);
    for query in
        ["asset=USD".to_owned(), format!("asset={}", usd()), format!("account={}", user().account_id())]
    {
        let chosen = events(&anchor, &query).await;
        assert_eq!(chosen, whole[..FUNDED.len()], "{query}");
        assert_eq!(chosen[0]["aggregate_id"], dollars);
    }
    for query in ["asset=native".to_owned(), format!("account={}", key(9).account_id())] {
        let chosen = events(&anchor, &query).await;
        assert_eq!(chosen.len(), 1, "{query}");
        assert_eq!(chosen[0]["aggregate_id"], lumens);
    }
    let position = |number: usize| whole[number]["position"].as_str().unwrap();
    let range = events(&anchor, &format!("from={}&to={}", position(2), position(4))).await;
    assert_eq!(range, whole[2..4]);
    assert_eq!(events(&anchor, "to=2020-01-01T00:00:00Z").await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_a_user_typed_is_in_no_answer_and_no_export() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (id, link) = anchor.initiate(&token, "withdraw", json!({ "asset_code": "USD" })).await;
    let mut browser = Browser::open(&anchor, &link).await;
    let bank =
        [("amount", "100"), ("account_holder", "Ada Lovelace"), ("account_number", "DE89370400440532013000")];
    browser.press("review", &bank).await;
    browser.press("confirm", &[]).await;
    let mut answers = vec![];
    for path in ["", "/events"].map(|path| format!("/audit/transfers/{id}{path}")) {
        answers.push(anchor.get_as(&auditor(&anchor), &path).await.body);
    }
    answers.push(anchor.get_as(&auditor(&anchor), "/audit/events").await.body);
    let exported =
        anchor.queries.audit_log(LogFilter::default(), LogPosition::START).next(1_000).await.unwrap();
    answers.push(exported.events.iter().map(csv_line).collect());
    let timeline = anchor.queries.audit_timeline(id.parse().unwrap(), None).await.unwrap().unwrap();
    answers.push(timeline.to_string());
    for answer in answers {
        assert!(answer.contains("FormSubmitted") && answer.contains("…3000"), "{answer}");
        for typed in ["Lovelace", "DE8937", "0532013000"] {
            assert!(!answer.contains(typed), "{typed}: {answer}");
        }
    }
}

#[tokio::test]
async fn no_other_site_is_let_in() {
    let anchor = Anchor::new().await;
    let request = Request::get("/audit/events")
        .header("authorization", format!("Bearer {}", auditor(&anchor)))
        .header("origin", "https://other.example");
    let answer = anchor.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
}
