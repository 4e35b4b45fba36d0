//! Statements: pages, cursors and waiting.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use windlass_rails::{BankError, NewPayment};

use crate::support::{ANCHOR, Face};

#[tokio::test]
async fn a_statement_shows_both_sides_and_the_running_balance() {
    let face = Face::start().await;
    let ada = face.person("100").await;
    face.pay_in(&ada, "30", "REF-1").await;
    let (_, page) = face.call(Method::GET, &format!("/accounts/{ada}/entries"), None).await;
    let [opening, paid] = page["entries"].as_array().unwrap().as_slice() else { panic!("{page}") };
    assert_eq!((&opening["kind"], &opening["amount"]), (&json!("opening"), &json!("100.00")));
    assert_eq!((&paid["amount"], &paid["balance"]), (&json!("-30.00"), &json!("70.00")));
    assert_eq!(paid["counterparty"], json!({ "holder": "Example Anchor", "number": ANCHOR }));
    assert_eq!(paid["booked_at"], "2026-01-02T03:04:05Z");
    let (_, page) = face.anchor(Method::GET, &format!("/accounts/{ANCHOR}/entries"), None).await;
    let received = &page["entries"][1];
    assert_eq!((&received["amount"], &received["balance"]), (&json!("30.00"), &json!("1030.00")));
    assert_eq!((&received["reference"], &received["counterparty"]["number"]), (&json!("REF-1"), &json!(ada)));
}

#[tokio::test]
async fn the_pages_of_a_statement_hold_every_entry_once() {
    let face = Face::start().await;
    let ada = face.person("100").await;
    for payment in 1..=7 {
        face.pay_in(&ada, &payment.to_string(), "REF").await;
    }
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let (_, page) =
            face.call(Method::GET, &format!("/accounts/{ada}/entries?limit=3{after}"), None).await;
        seen.extend(page["entries"].as_array().unwrap().iter().map(|entry| entry["amount"].clone()));
        let Value::String(next) = &page["next"] else { break };
        after = format!("&after={next}");
    }
    let expected = ["100.00", "-1.00", "-2.00", "-3.00", "-4.00", "-5.00", "-6.00", "-7.00"];
    assert_eq!(seen, expected.map(Value::from));
}

#[tokio::test]
async fn whoever_waits_for_an_entry_gets_it_when_it_is_booked() {
    let face = Face::start().await;
    let ada = face.person("100").await;
    let first = face.bank.statement(ANCHOR, None, 50, Duration::ZERO).await.unwrap().next;
    let waiting = {
        let bank = face.bank.clone();
        tokio::spawn(
            async move { bank.statement(ANCHOR, first.as_deref(), 50, Duration::from_secs(30)).await },
        )
    };
    // Entries of other accounts wake the waiter too, and must not end the wait.
    face.person("1").await;
    face.pay_in(&ada, "5", "REF").await;
    let page = waiting.await.unwrap().unwrap();
    assert_eq!(page.entries.len(), 1);
    assert_eq!(page.entries[0].reference, "REF");
}

#[tokio::test]
async fn a_wait_without_a_booking_ends_with_an_empty_page() {
    let face = Face::start().await;
    let page = face.bank.statement("SBXANCHORJPY", None, 50, Duration::from_millis(20)).await;
    let page = page.unwrap();
    assert!(page.entries.is_empty() && page.next.is_none());
}

#[tokio::test]
async fn a_cursor_that_the_bank_never_gave_is_refused() {
    let face = Face::start().await;
    for (after, status) in [("x", 400), ("-1", 400), ("", 400), ("99999999999999999999", 400), ("999", 409)] {
        let path = format!("/accounts/{ANCHOR}/entries?after={after}");
        let (answered, answer) = face.anchor(Method::GET, &path, None).await;
        assert_eq!((answered.as_u16(), &answer["field"]), (status, &json!("after")), "{answer}");
    }
    let (status, _) = face.anchor(Method::GET, &format!("/accounts/{ANCHOR}/entries?limit=-1"), None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_refused_payment_leaves_no_entry() {
    let face = Face::start().await;
    let ada = face.person("1").await;
    let payment = NewPayment {
        from: ada.clone(),
        to: ANCHOR.to_owned(),
        amount: "2".to_owned(),
        currency: "USD".to_owned(),
        reference: String::new(),
    };
    assert!(matches!(face.bank.pay(&payment).await, Err(BankError::InsufficientFunds)));
    let page = face.bank.statement(&ada, None, 50, Duration::ZERO).await;
    assert_eq!(page.map(|page| page.entries.len()).ok(), Some(1));
}
