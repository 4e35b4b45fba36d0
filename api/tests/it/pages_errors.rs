//! The interactive pages when something is wrong.

use serde_json::json;

use crate::{
    browser::Browser,
    support::{Anchor, user},
};

async fn form<'a>(anchor: &'a Anchor, direction: &str) -> Browser<'a> {
    let token = anchor.login(&user()).await;
    let (_, link) = anchor.initiate(&token, direction, json!({ "asset_code": "USD" })).await;
    Browser::open(anchor, &link).await
}

#[tokio::test]
async fn an_amount_that_does_not_fit_is_explained_beside_its_field_and_kept() {
    let anchor = Anchor::new().await;
    let mut browser = form(&anchor, "deposit").await;
    for (amount, text) in [
        ("", "Enter an amount"),
        ("   ", "Enter an amount"),
        ("abc", "must be a number"),
        ("NaN", "must be a number"),
        ("-5", "must be a number"),
        ("+5", "must be a number"),
        ("1e3", "must be a number"),
        ("5.", "must be a number"),
        ("0", "must be 5.00 USD or more"),
        ("4.99", "must be 5.00 USD or more"),
        ("10000.51", "must be 10000.50 USD or less"),
        ("99999999999999999999999", "must be 10000.50 USD or less"),
        ("7.123", "2 decimals or fewer"),
        ("7.00000000001", "2 decimals or fewer"),
        ("1,000.50", "without commas"),
        ("1.000,50", "without commas"),
        ("1 000", "without commas"),
        ("<script>", "must be a number"),
    ] {
        browser.press("review", &[("amount", amount)]).await;
        assert_eq!(browser.page.status, 422, "{amount}");
        assert!(browser.fault("amount").contains(text), "{amount}: {}", browser.fault("amount"));
        assert_eq!(browser.inputs()["amount"], amount.trim());
        assert!(browser.page.body.contains("<title>Error: "));
        assert!(browser.page.body.contains("href=\"#amount\""), "the summary leads to the field");
    }
    browser.press("review", &[("amount", "7.50")]).await;
    assert_eq!(browser.page.status, 200);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let anchor = Anchor::new().await;
    let mut browser = form(&anchor, "withdraw").await;
    browser.press("review", &[]).await;
    assert_eq!(browser.page.status, 422);
    for field in ["amount", "account_holder", "account_number"] {
        assert!(!browser.fault(field).is_empty());
    }
    for number in ["123", "12 3", "no, never!", "ÄÖÜ12345", &"1".repeat(35)] {
        browser
            .press("review", &[("amount", "10"), ("account_holder", "Ada"), ("account_number", number)])
            .await;
        assert_eq!(browser.page.status, 422, "{number}");
        assert!(browser.fault("account_number").contains("4 to 34"));
        assert!(!browser.page.body.contains("data-error=\"amount\""));
    }
    let long = "A".repeat(71);
    browser.press("review", &[("account_holder", &long), ("account_number", "12345678")]).await;
    assert!(browser.fault("account_holder").contains("70"));
}

#[tokio::test]
async fn a_confirmation_that_was_tampered_with_is_checked_again() {
    let anchor = Anchor::new().await;
    let mut browser = form(&anchor, "deposit").await;
    browser.press("review", &[("amount", "10")]).await;
    browser.press("confirm", &[("amount", "1000000")]).await;
    assert_eq!(browser.page.status, 422);
    assert!(browser.fault("amount").contains("or less"));
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let anchor = Anchor::new().await;
    let mut browser = form(&anchor, "deposit").await;
    browser.press("review", &[("amount", "10")]).await;
    let id = browser.page.body.split("transaction_id=").nth(1).unwrap()[..36].to_owned();
    let path = format!("/sep24/interactive?transaction_id={id}");
    for proof in [None, Some(""), Some("x"), Some("AAAA")] {
        let mut forged = browser.inputs();
        forged.remove("csrf");
        forged.extend(proof.map(|proof| ("csrf".to_owned(), proof.to_owned())));
        forged.insert("step".into(), "confirm".into());
        let mut attacked = Browser::open(&anchor, "/").await;
        std::mem::swap(&mut attacked, &mut browser);
        attacked.post(&path, &forged).await;
        assert_eq!(attacked.page.status, 403, "{proof:?}");
        std::mem::swap(&mut attacked, &mut browser);
        browser.go(&path).await;
        browser.press("review", &[("amount", "10")]).await;
    }
    browser.press("confirm", &[]).await;
    assert_eq!(browser.status(), "pending_user_transfer_start");
}

#[tokio::test]
async fn without_its_cookie_a_session_is_lost_and_says_so() {
    let anchor = Anchor::new().await;
    let mut browser = form(&anchor, "deposit").await;
    browser.press("review", &[("amount", "10")]).await;
    browser.forget_cookies();
    browser.press("confirm", &[]).await;
    assert_eq!(browser.page.status, 403);
    assert!(browser.page.body.contains("Go back to your wallet"));
}

#[tokio::test]
async fn when_the_bank_gives_no_instructions_nothing_is_lost_and_the_user_can_try_again() {
    let anchor = Anchor::new().await;
    let mut browser = form(&anchor, "deposit").await;
    browser.press("review", &[("amount", "10")]).await;
    anchor.rail.close(true);
    browser.press("confirm", &[]).await;
    assert_eq!(browser.page.status, 503);
    assert!(browser.page.body.contains("There is a problem") && !browser.page.body.contains("bank.internal"));
    anchor.rail.close(false);
    browser.press("confirm", &[]).await;
    assert_eq!(browser.status(), "pending_user_transfer_start");
}

#[tokio::test]
async fn links_that_are_none_lead_nowhere() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (one, link) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    let (two, _) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    for (path, status) in [
        ("/sep24/interactive".to_owned(), 404),
        ("/sep24/interactive?transaction_id=7".to_owned(), 404),
        (format!("/sep24/interactive?transaction_id={one}"), 403),
        (format!("/sep24/interactive?transaction_id={one}&token=x"), 403),
        (link.replace(&one, &two), 403),
        (link.replace(&one, "0190d6a0-0000-7000-8000-000000000000"), 403),
    ] {
        let page = anchor.get(&path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.body.contains("<title>Error: "));
        let posted =
            anchor.post("", &path, "application/x-www-form-urlencoded", "step=review&amount=10").await;
        assert_eq!(posted.status, if status == 404 { 404 } else { 403 }, "{path}");
    }
}

/// An expired transfer's link does not show a form that could not be sent.
#[tokio::test]
async fn a_transfer_that_has_ended_shows_its_status() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (id, link) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    let mut browser = Browser::open(&anchor, &link).await;
    browser.press("review", &[("amount", "10")]).await;
    let context = windlass_commands::Context::of(windlass_domain::Actor::system("test"));
    anchor.commands.fail(id.parse().unwrap(), "code", "Stopped by hand", &context).await.unwrap();
    browser.press("confirm", &[]).await;
    assert_eq!((browser.page.status.as_u16(), browser.status().as_str()), (200, "error"));
    assert!(browser.page.body.contains("Stopped by hand"));
}
