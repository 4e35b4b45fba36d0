//! The interactive pages from the link to the status page, as a browser without scripts goes through them.

use std::time::Duration;

use serde_json::json;

use crate::{
    browser::Browser,
    support::{Anchor, key, user},
};

/// A new transfer of USD, with its pages open: the user's token, the transfer's id, the browser.
async fn opened<'a>(anchor: &'a Anchor, direction: &str) -> (String, String, Browser<'a>) {
    let token = anchor.login(&user()).await;
    let (id, link) = anchor.initiate(&token, direction, json!({ "asset_code": "USD" })).await;
    let browser = Browser::open(anchor, &link).await;
    (token, id, browser)
}

/// SEP24-037, SEP24-040, SEP24-051, SEP24-052, SEP24-086, SEP24-088
#[tokio::test]
async fn a_deposit_goes_from_the_form_over_the_review_to_the_instructions() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (id, link) =
        anchor.initiate(&token, "deposit", json!({ "asset_code": "USD", "amount": "100.5" })).await;
    let mut browser = Browser::open(&anchor, &link).await;
    assert_eq!(browser.page.status, 200);
    for text in [
        "Deposit USD",
        "5.00 USD",
        "10000.50 USD",
        "1% of the amount plus 0.50 USD",
        "<label for=\"amount\">",
    ] {
        assert!(browser.page.body.contains(text), "{text}");
    }
    assert_eq!(browser.inputs()["amount"], "100.50", "the wallet's amount is filled in");

    browser.press("review", &[("amount", " 200.5 ")]).await;
    assert_eq!(browser.page.status, 200);
    assert_eq!(
        (browser.field("fee").as_str(), browser.field("amount_out").as_str()),
        ("2.51 USD", "197.99 USD")
    );
    assert!(browser.page.body.contains(&user().account_id().to_string()));
    assert_eq!(
        anchor.transaction(&token, &id).await["status"],
        "incomplete",
        "nothing happens before it is confirmed"
    );

    browser.press("confirm", &[]).await;
    assert_eq!(
        (browser.page.status.as_u16(), browser.status().as_str()),
        (200, "pending_user_transfer_start")
    );
    assert_eq!(browser.field("amount"), "200.50");
    assert_eq!(browser.field("organization.bank_account_number"), "0012345678");
    assert!(browser.field("reference").starts_with("WL"));
    assert!(browser.page.body.contains("close this window"));
    assert!(browser.page.body.contains("17 November 2026, 12:00 UTC"), "the deadline is shown");
    assert_eq!(anchor.transaction(&token, &id).await["status"], "pending_user_transfer_start");
}

/// SEP24-053, SEP24-086
#[tokio::test]
async fn a_withdrawal_asks_where_the_money_goes_and_shows_where_to_pay() {
    let anchor = Anchor::new().await;
    let (_, _, mut browser) = opened(&anchor, "withdraw").await;
    let bank = [
        ("amount", "50"),
        ("account_holder", "Ada & <b>Co</b>"),
        ("account_number", "DE89 3704-0044 0532 0130 00"),
    ];
    browser.press("review", &bank).await;
    assert!(browser.page.body.contains("Ada &amp; &lt;b&gt;Co&lt;/b&gt;"), "what was entered is no HTML");
    browser.press("confirm", &[]).await;
    assert_eq!(browser.status(), "pending_user_transfer_start");
    assert_eq!(browser.field("withdraw_anchor_account"), key(102).account_id().to_string());
    assert_eq!(browser.field("withdraw_memo_type"), "id");
    assert!(browser.field("withdraw_memo").parse::<u64>().is_ok());
    assert_eq!(
        (browser.field("amount").as_str(), browser.field("payout_account").as_str()),
        ("50.00", "…3000")
    );
    assert!(
        !browser.page.body.contains("Ada") && !browser.page.body.contains("3704"),
        "only the masked number is shown"
    );
    assert!(browser.page.body.contains("Your wallet may pay by itself"));
}

/// SEP24-T05: link previews and reloads open the link as often as they like.
#[tokio::test]
async fn opening_the_link_uses_nothing_up() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (id, link) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    for _ in 0..3 {
        let page = anchor.get(&link).await;
        assert_eq!((page.status.as_u16(), page.header("set-cookie")), (200, ""));
    }
    let events = anchor.get_as(&token, &format!("/transfers/{id}/events")).await.json();
    assert_eq!(events["events"].as_array().unwrap().len(), 1);
    let mut browser = Browser::open(&anchor, &link).await;
    browser.press("review", &[("amount", "10")]).await;
    browser.go(&link).await;
    assert_eq!(browser.page.status, 200, "within the session a reload is fine");
    browser.press("review", &[("amount", "11")]).await;
    assert_eq!(browser.page.status, 200);
}

/// SEP24-037
#[tokio::test]
async fn a_used_link_opens_in_no_other_browser() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (_, link) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    let mut first = Browser::open(&anchor, &link).await;
    let mut second = Browser::open(&anchor, &link).await;
    first.press("review", &[("amount", "10")]).await;
    second.press("review", &[("amount", "9999")]).await;
    assert_eq!(second.page.status, 410, "it had the form open, and came second");
    assert!(second.page.body.contains("already used"));
    assert_eq!(Browser::open(&anchor, &link).await.page.status, 410);
    first.press("confirm", &[]).await;
    assert_eq!(first.field("amount"), "10.00");
}

/// SEP24-037
#[tokio::test]
async fn an_expired_link_says_so() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (_, link) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    let mut open = Browser::open(&anchor, &link).await;
    anchor.clock.pass(Duration::from_secs(600));
    let late = Browser::open(&anchor, &link).await;
    assert_eq!(late.page.status, 410);
    assert!(late.page.body.contains("expired") && late.page.body.contains("Go back to your wallet"));
    open.press("review", &[("amount", "10")]).await;
    assert_eq!(open.page.status, 410);
}

#[tokio::test]
async fn a_session_ends() {
    let anchor = Anchor::new().await;
    let (_, _, mut browser) = opened(&anchor, "deposit").await;
    browser.press("review", &[("amount", "10")]).await;
    anchor.clock.pass(Duration::from_secs(3600));
    browser.press("confirm", &[]).await;
    assert_eq!(browser.page.status, 403);
}

#[tokio::test]
async fn change_goes_back_to_the_form_with_what_was_entered() {
    let anchor = Anchor::new().await;
    let (_, _, mut browser) = opened(&anchor, "withdraw").await;
    let bank = [("amount", "50"), ("account_holder", "Ada"), ("account_number", "12345678")];
    browser.press("review", &bank).await;
    browser.press("change", &[]).await;
    let inputs = browser.inputs();
    for (name, value) in bank {
        assert_eq!(inputs[name], value);
    }
    browser.press("review", &[("amount", "60")]).await;
    browser.press("confirm", &[]).await;
    assert_eq!(browser.field("amount"), "60.00");
}

/// SEP24-T09, SEP24-T15: a second click, the back button and a second tab change nothing.
#[tokio::test]
async fn confirming_twice_is_confirming_once() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (id, link) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    let mut browser = Browser::open(&anchor, &link).await;
    browser.press("review", &[("amount", "10")]).await;
    let mut form = browser.inputs();
    form.insert("step".into(), "confirm".into());
    let path = format!("/sep24/interactive?transaction_id={id}");
    browser.post(&path, &form).await;
    let reference = browser.field("reference");
    form.insert("amount".into(), "20".into());
    for step in ["confirm", "review", "change"] {
        form.insert("step".into(), step.into());
        browser.post(&path, &form).await;
        assert_eq!(
            (browser.status().as_str(), browser.field("amount").as_str()),
            ("pending_user_transfer_start", "10.00")
        );
        assert_eq!(browser.field("reference"), reference);
    }
    browser.go(&link).await;
    assert_eq!(browser.field("reference"), reference, "the link leads to the status page too");
}

#[tokio::test]
async fn two_transfers_can_be_open_in_one_browser() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (one, first) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    let (_, second) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    let mut browser = Browser::open(&anchor, &first).await;
    browser.press("review", &[("amount", "10")]).await;
    browser.go(&second).await;
    browser.press("review", &[("amount", "20")]).await;
    browser.go(&format!("/sep24/interactive?transaction_id={one}")).await;
    browser.press("review", &[("amount", "11")]).await;
    browser.press("confirm", &[]).await;
    assert_eq!(browser.field("amount"), "11.00");
}

/// SEP24-086: the status page follows the transfer.
#[tokio::test]
async fn the_status_page_shows_what_happened_and_stops_refreshing_at_the_end() {
    let anchor = Anchor::new().await;
    let (token, id, mut browser) = opened(&anchor, "deposit").await;
    browser.press("review", &[("amount", "100")]).await;
    browser.press("confirm", &[]).await;
    assert!(browser.page.body.contains("http-equiv=\"refresh\""));
    anchor.pay_in(&browser.field("reference"), "100", "credit-1").await;
    let url = anchor.transaction(&token, &id).await["more_info_url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(crate::support::HOST).unwrap();
    browser.go(path).await;
    assert_eq!(
        (browser.status().as_str(), browser.field("external_transaction_id").as_str()),
        ("pending_anchor", "credit-1")
    );
    assert!(browser.page.body.contains("Your payment arrived"));
    assert!(
        !browser.page.body.contains("data-field=\"reference\""),
        "instructions are shown while they matter"
    );
    assert!(!browser.page.body.contains("InteractiveSessionOpened"));
    let context = windlass_commands::Context::of(windlass_domain::Actor::system("test"));
    anchor.commands.fail(id.parse().unwrap(), "code", "The <bank> is gone", &context).await.unwrap();
    browser.go(path).await;
    assert_eq!(browser.status(), "error");
    assert!(browser.page.body.contains("The &lt;bank&gt; is gone"));
    assert!(!browser.page.body.contains("http-equiv=\"refresh\""));
}

#[tokio::test]
async fn a_payment_that_was_rejected_for_its_amount_shows_what_came_and_promises_nothing() {
    let anchor = Anchor::new().await;
    let (token, id, mut browser) = opened(&anchor, "deposit").await;
    browser.press("review", &[("amount", "100")]).await;
    browser.press("confirm", &[]).await;
    anchor.pay_in(&browser.field("reference"), "0.5", "credit-1").await;
    let url = anchor.transaction(&token, &id).await["more_info_url"].as_str().unwrap().to_owned();
    browser.go(url.strip_prefix(crate::support::HOST).unwrap()).await;
    assert_eq!(browser.status(), "too_small");
    let page = &browser.page.body;
    assert!(page.contains("You paid") && page.contains("0.50 USD") && !page.contains("You get"), "{page}");
}

/// SEP24-087, SEP24-T18
#[tokio::test]
async fn a_status_link_is_for_one_transfer_and_some_time() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (one, _) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    let (two, _) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD" })).await;
    let url = anchor.transaction(&token, &one).await["more_info_url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(crate::support::HOST).unwrap();
    assert_eq!(anchor.get(path).await.status, 200);
    assert_eq!(anchor.get(&path.replace(&one, &two)).await.status, 403);
    assert_eq!(anchor.get(&format!("/sep24/transaction/more_info?transaction_id={one}")).await.status, 403);
    anchor.clock.pass(Duration::from_secs(24 * 3600));
    assert_eq!(anchor.get(path).await.status, 410);
}

/// SEP24-041, SEP24-T06
#[tokio::test]
async fn pages_have_no_scripts_and_can_be_shown_in_a_wallets_frame() {
    let anchor = Anchor::new().await;
    let (_, _, mut browser) = opened(&anchor, "deposit").await;
    let policy = browser.page.header("content-security-policy").to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"));
    assert!(!policy.contains("frame-ancestors") && !policy.contains("unsafe"));
    for absent in ["x-frame-options", "cross-origin-opener-policy"] {
        assert_eq!(browser.page.header(absent), "");
    }
    assert!(!browser.page.body.contains("<script") && !browser.page.body.contains("http://"));
    browser.press("review", &[("amount", "10")]).await;
    let cookie = browser.page.header("set-cookie");
    for part in ["HttpOnly", "SameSite=None; Secure; Partitioned", "Path=/sep24/interactive", "Max-Age=3600"]
    {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
}

#[tokio::test]
async fn a_development_server_without_https_sets_a_cookie_that_browsers_keep() {
    let anchor = Anchor::with(|config| config.host_url = "http://localhost:8000".into()).await;
    let token = anchor.login(&user()).await;
    let path = "/sep24/transactions/deposit/interactive";
    let answer = anchor.post_json(&token, path, &json!({ "asset_code": "USD" })).await.json();
    let link = answer["url"].as_str().unwrap().strip_prefix("http://localhost:8000").unwrap().to_owned();
    let mut browser = Browser::open(&anchor, &link).await;
    browser.press("review", &[("amount", "10")]).await;
    let cookie = browser.page.header("set-cookie");
    assert!(cookie.contains("SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
}
