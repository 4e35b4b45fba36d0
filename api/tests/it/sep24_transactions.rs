//! SEP-24: looking at one's transfers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    browser::Browser,
    support::{Anchor, HOST, key, user},
};

async fn list(anchor: &Anchor, token: &str, query: &str) -> Vec<String> {
    let answer = anchor.get_as(token, &format!("/sep24/transactions?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let transactions = answer.json()["transactions"].clone();
    transactions.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// A deposit that was confirmed and paid for 100 USD, by the credit of that id.
pub async fn funded(anchor: &Anchor, token: &str, credit: &str) -> String {
    let (id, link) = anchor.initiate(token, "deposit", json!({ "asset_code": "USD" })).await;
    let mut browser = Browser::open(anchor, &link).await;
    browser.press("review", &[("amount", "100")]).await;
    browser.press("confirm", &[]).await;
    anchor.pay_in(&browser.field("reference"), "100", credit).await;
    id
}

/// SEP24-064, SEP24-065, SEP24-067, SEP24-T10
#[tokio::test]
async fn transfers_are_listed_newest_first_by_asset_kind_time_and_page() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    assert!(list(&anchor, &token, "asset_code=USD").await.is_empty());
    let mut ids = Vec::new();
    for direction in ["deposit", "withdraw", "deposit"] {
        ids.push(anchor.initiate(&token, direction, json!({ "asset_code": "USD" })).await.0);
        anchor.clock.pass(Duration::from_secs(60));
    }
    let native = anchor.initiate(&token, "deposit", json!({ "asset_code": "native" })).await.0;
    let [first, second, third] = [&ids[0], &ids[1], &ids[2]].map(String::as_str);
    assert_eq!(list(&anchor, &token, "asset_code=USD").await, [third, second, first]);
    assert_eq!(list(&anchor, &token, "asset_code=native").await, [native.as_str()]);
    assert_eq!(list(&anchor, &token, "asset_code=USD&kind=deposit").await, [third, first]);
    assert_eq!(list(&anchor, &token, "asset_code=USD&kind=withdrawal&lang=fr").await, [second]);
    assert_eq!(list(&anchor, &token, "asset_code=USD&limit=2").await, [third, second]);
    assert_eq!(list(&anchor, &token, "asset_code=USD&limit=4000000000").await.len(), 3);
    assert_eq!(list(&anchor, &token, &format!("asset_code=USD&paging_id={third}")).await, [second, first]);
    assert_eq!(list(&anchor, &token, &format!("asset_code=USD&paging_id={third}&limit=1")).await, [second]);
    for time in [
        "2026-11-16T12:01:00Z",
        "2026-11-16T12:01:00.000Z",
        "2026-11-16T12:01:00",
        "2026-11-16T13%3A01%3A00%2B01:00",
    ] {
        assert_eq!(
            list(&anchor, &token, &format!("asset_code=USD&no_older_than={time}")).await,
            [third, second],
            "{time}"
        );
    }
    assert_eq!(list(&anchor, &token, "asset_code=USD&no_older_than=2026-11-17").await, Vec::<String>::new());
}

/// SEP24-064, SEP24-065
#[tokio::test]
async fn a_list_that_makes_no_sense_is_refused() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    for query in [
        "",
        "asset_code=",
        "asset_code=EUR",
        "asset_code=USD&kind=withdraw",
        "asset_code=USD&limit=0",
        "asset_code=USD&limit=-1",
        "asset_code=USD&limit=many",
        "asset_code=USD&no_older_than=yesterday",
        "asset_code=USD&no_older_than=2026-13-01T00:00:00Z",
        "asset_code=USD&paging_id=7",
    ] {
        let answer = anchor.get_as(&token, &format!("/sep24/transactions?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        answer.error();
    }
}

/// SEP24-066, SEP24-068, SEP24-070, SEP24-071
#[tokio::test]
async fn anothers_transfer_does_not_exist() {
    let anchor = Anchor::new().await;
    let (owner, other) = (anchor.login(&user()).await, anchor.login(&key(9)).await);
    let id = funded(&anchor, &owner, "credit-1").await;
    let foreign = anchor.get_as(&other, &format!("/sep24/transaction?id={id}")).await;
    let bodies: Vec<(u16, Value)> = {
        let mut answers = vec![foreign];
        for query in [
            "id=0190d6a0-0000-7000-8000-000000000000",
            "id=7",
            "id=%00",
            "id=../../x",
            "external_transaction_id=credit-1",
            "stellar_transaction_id=abc",
            "external_transaction_id=%00",
        ] {
            answers.push(anchor.get_as(&other, &format!("/sep24/transaction?{query}")).await);
        }
        answers.iter().map(|answer| (answer.status.as_u16(), answer.json())).collect()
    };
    assert!(bodies.iter().all(|body| *body == bodies[0] && body.0 == 404), "{bodies:?}");
    let account = user().account_id();
    assert!(list(&anchor, &other, &format!("asset_code=USD&account={account}")).await.is_empty());
    assert!(list(&anchor, &other, &format!("asset_code=USD&paging_id={id}")).await.is_empty());
}

/// SEP24-069, SEP24-081
#[tokio::test]
async fn a_transfer_is_found_by_its_id_and_by_the_banks() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let id = funded(&anchor, &token, "credit-1").await;
    let by_bank = anchor.get_as(&token, "/sep24/transaction?external_transaction_id=credit-1").await.json();
    assert_eq!(by_bank["transaction"]["id"], id);
    let none = anchor.get_as(&token, "/sep24/transaction?lang=en").await;
    assert_eq!(none.status, 400);
    none.error();
}

/// SEP24-072, SEP24-073, SEP24-074, SEP24-075, SEP24-079, SEP24-080, SEP24-083, SEP24-086, SEP24-087, SEP24-102, SEP24-T11
#[tokio::test]
async fn an_incomplete_deposit_has_every_key_that_wallets_read() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (id, _) = anchor.initiate(&token, "deposit", json!({ "asset_code": "USD", "lang": "en" })).await;
    let transaction = anchor.transaction(&token, &id).await;
    let keys = transaction.as_object().unwrap();
    for null in [
        "amount_in",
        "amount_in_asset",
        "amount_out",
        "amount_out_asset",
        "amount_fee",
        "completed_at",
        "stellar_transaction_id",
        "external_transaction_id",
        "deposit_memo",
        "deposit_memo_type",
    ] {
        assert_eq!(keys.get(null), Some(&Value::Null), "{null}");
    }
    assert_eq!(
        (&transaction["from"], &transaction["to"]),
        (&json!(""), &json!(user().account_id().to_string()))
    );
    assert_eq!(transaction["started_at"], "2026-11-16T12:00:00Z");
    assert_eq!(transaction["user_action_required_by"], "2026-11-16T13:00:00Z");
    let url = transaction["more_info_url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{HOST}/sep24/transaction/more_info?transaction_id={id}&token=")));
    assert!(url.ends_with("&lang=en"), "{url}");
    let again = anchor.transaction(&token, &id).await;
    assert_ne!(again["more_info_url"], transaction["more_info_url"], "each answer has a link of its own");
    assert!(!keys.contains_key("external_extra") && !keys.contains_key("external_extra_text"));
}

/// SEP24-053, SEP24-074, SEP24-075, SEP24-076, SEP24-077, SEP24-084, SEP24-085, SEP24-103, SEP24-T01, SEP24-T04
#[tokio::test]
async fn a_withdrawal_reveals_its_memo_when_it_is_ready_to_be_paid() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let (id, link) = anchor.initiate(&token, "withdraw", json!({ "asset_code": "USD" })).await;
    let before = anchor.transaction(&token, &id).await;
    for null in ["withdraw_anchor_account", "withdraw_memo", "withdraw_memo_type"] {
        assert_eq!(before.as_object().unwrap().get(null), Some(&Value::Null), "{null}");
    }
    assert_eq!((&before["from"], &before["to"]), (&json!(user().account_id().to_string()), &json!("")));
    let mut browser = Browser::open(&anchor, &link).await;
    let bank = [("amount", "100"), ("account_holder", "Ada"), ("account_number", "DE89370400440532013000")];
    browser.press("review", &bank).await;
    browser.press("confirm", &[]).await;
    let after = anchor.transaction(&token, &id).await;
    assert_eq!(after["status"], "pending_user_transfer_start");
    assert_eq!(after["withdraw_anchor_account"], key(102).account_id().to_string());
    assert_eq!(after["withdraw_memo_type"], "id");
    assert_eq!(after["withdraw_memo"].as_str(), Some(browser.field("withdraw_memo").as_str()));
    assert_eq!(after["amount_in"], "100");
    assert_eq!(after["amount_in_asset"], format!("stellar:USD:{}", key(101).account_id()));
    assert_eq!((&after["amount_out"], &after["amount_out_asset"]), (&json!("98.5"), &json!("iso4217:USD")));
    assert_eq!((&after["amount_fee"], &after["fee_details"]["total"]), (&json!("1.5"), &json!("1.5")));
    assert_eq!(after["fee_details"]["breakdown"], after["fee_details"]["details"]);
    assert!(!after.to_string().contains("DE893704"), "the account number is masked");
}

/// SEP24-093: only names that SEP-24 has.
#[tokio::test]
async fn a_deposit_that_was_paid_is_with_the_anchor() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let id = funded(&anchor, &token, "credit-1").await;
    let transaction = anchor.transaction(&token, &id).await;
    assert_eq!(transaction["status"], "pending_anchor");
    assert_eq!(transaction["external_transaction_id"], "credit-1");
    assert!(transaction.get("user_action_required_by").is_none());
}
