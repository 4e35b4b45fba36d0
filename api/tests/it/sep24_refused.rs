//! SEP-24: requests that begin nothing.

use serde_json::{Value, json};

use crate::{
    ports::Mood,
    support::{Anchor, key, user},
};

const CONTRACT: &str = "CA3D5KRYM6CB7OWQ6TWYRR3Z4T7GNZLKERYNZGGA5SOAOPIFY6YQGAXE";

async fn refused(anchor: &Anchor, token: &str, direction: &str, fields: &Value, names: &str) {
    let path = format!("/sep24/transactions/{direction}/interactive");
    let answer = anchor.post_json(token, &path, fields).await;
    assert_eq!(answer.status, 400, "{fields}: {}", answer.body);
    assert!(answer.error().contains(names), "{fields}: {}", answer.body);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let listed = anchor.get_as(token, "/sep24/transactions?asset_code=USD").await.json();
    assert_eq!(listed["transactions"], json!([]), "{fields}: nothing is half done");
}

/// SEP24-006, SEP24-012, SEP24-013, SEP24-014, SEP24-016, SEP24-018, SEP24-020, SEP24-024
#[tokio::test]
async fn a_deposit_that_makes_no_sense_is_refused_with_the_name_of_the_field() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    let usd = |name: &str, value: &str| json!({ "asset_code": "USD", name: value });
    let memo = |kind: &str, value: &str| json!({ "asset_code": "USD", "memo_type": kind, "memo": value });
    for (fields, names) in [
        (json!({}), "asset_code"),
        (json!({ "asset_code": "" }), "asset_code"),
        (json!({ "asset_code": "EUR" }), "asset_code"),
        (json!({ "asset_code": "usd" }), "asset_code"),
        (json!({ "asset_code": "USD:ISSUER OF A VERY LONG NAME" }), "asset_code"),
        (json!({ "asset_code": ["USD"] }), "asset_code"),
        (json!({ "asset_code": { "code": "USD" } }), "asset_code"),
        (usd("asset_issuer", &key(50).account_id().to_string()), "asset_code"),
        (usd("quote_id", "q-1"), "quote_id"),
        (usd("source_asset", "iso4217:EUR"), "source_asset"),
        (usd("source_asset", "USD"), "source_asset"),
        (usd("account", "GABC"), "account"),
        (usd("account", CONTRACT), "contract"),
        (usd("memo", "7"), "memo_type"),
        (usd("memo_type", "id"), "memo"),
        (memo("return", "AQEB"), "memo_type"),
        (memo("none", "x"), "memo_type"),
        (memo("id", "-1"), "memo"),
        (memo("hash", "AQEB"), "memo"),
        (memo("text", "more than twenty-eight bytes of text"), "memo"),
        (usd("claimable_balance_supported", "perhaps"), "claimable_balance_supported"),
        (usd("customer_id", &"c".repeat(101)), "customer_id"),
    ] {
        refused(&anchor, &token, "deposit", &fields, names).await;
    }
}

/// SEP24-026, SEP24-027, SEP24-028, SEP24-030, SEP24-034
#[tokio::test]
async fn a_withdrawal_that_makes_no_sense_is_refused_with_the_name_of_the_field() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    for (fields, names) in [
        (json!({ "asset_code": "native" }), "asset_code"),
        (json!({ "asset_code": "USD", "asset_issuer": key(50).account_id().to_string() }), "asset_code"),
        (json!({ "asset_code": "USD", "quote_id": "q" }), "quote_id"),
        (json!({ "asset_code": "USD", "destination_asset": "iso4217:EUR" }), "destination_asset"),
        (json!({ "asset_code": "USD", "refund_memo": "x" }), "refund_memo_type"),
        (json!({ "asset_code": "USD", "refund_memo_type": "id" }), "refund_memo"),
        (json!({ "asset_code": "USD", "refund_memo": "x", "refund_memo_type": "id" }), "refund_memo"),
        (json!({ "asset_code": "USD", "account": CONTRACT }), "contract"),
    ] {
        refused(&anchor, &token, "withdraw", &fields, names).await;
    }
}

/// SEP24-015, SEP24-029, SEP24-085
#[tokio::test]
async fn amounts_that_are_none_or_do_not_fit_are_refused() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    for amount in [
        json!("-5"),
        json!("+5"),
        json!("1e3"),
        json!("NaN"),
        json!("Infinity"),
        json!("0"),
        json!("0x10"),
        json!(" 7"),
        json!("7,5"),
        json!("1_000"),
        json!("4.99"),
        json!("10000.51"),
        json!("7.001"),
        json!("99999999999999999999"),
        json!("0.00000001"),
        json!(-5),
        json!(0),
        json!(1e30),
        json!(true),
        json!("٧"),
    ] {
        refused(&anchor, &token, "deposit", &json!({ "asset_code": "USD", "amount": amount }), "").await;
    }
    for amount in ["1e3", "1E3", "NaN", "-0"] {
        let body = format!("{{\"asset_code\":\"USD\",\"amount\":{amount}}}");
        let answer =
            anchor.post(&token, "/sep24/transactions/withdraw/interactive", "application/json", body).await;
        assert_eq!(answer.status, 400, "{amount}");
        answer.error();
    }
}

/// SEP24-025
#[tokio::test]
async fn a_deposit_to_an_account_that_does_not_exist_is_refused() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&key(9)).await;
    refused(&anchor, &token, "deposit", &json!({ "asset_code": "USD" }), "not on the ledger").await;
    let (_, link) = anchor.initiate(&token, "withdraw", json!({ "asset_code": "USD" })).await;
    assert!(link.contains("token="), "a withdrawal may be paid from anywhere");
}

#[tokio::test(start_paused = true)]
async fn while_the_ledger_does_not_answer_deposits_wait_and_nothing_leaks() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    for mood in [Mood::Down, Mood::Silent] {
        anchor.ledger.feel(mood);
        let path = "/sep24/transactions/deposit/interactive";
        let answer = anchor.post_json(&token, path, &json!({ "asset_code": "USD" })).await;
        assert_eq!(answer.status, 503);
        assert!(!answer.error().contains("internal"));
    }
}

/// SEP24-007
#[tokio::test]
async fn a_body_of_another_kind_is_refused() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    for (kind, body) in [
        ("text/plain", "asset_code=USD"),
        ("", "asset_code=USD"),
        ("application/json", "asset_code=USD"),
        ("application/json", "\"USD\""),
        ("application/json", "{\"asset_code\":\"USD\""),
        ("multipart/form-data", "asset_code=USD"),
        ("multipart/form-data; boundary=x", "asset_code=USD"),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"asset_code\"\r\n\r\nUSD",
        ),
    ] {
        let answer = anchor.post(&token, "/sep24/transactions/deposit/interactive", kind, body).await;
        assert_eq!(answer.status, 400, "{kind} {body}: {}", answer.body);
        answer.error();
    }
    let not_text = [
        b"--x\r\nContent-Disposition: form-data; name=\"asset_code\"\r\n\r\n".as_slice(),
        &[0xff],
        b"\r\n--x--\r\n",
    ];
    let kind = "multipart/form-data; boundary=x";
    let answer =
        anchor.post(&token, "/sep24/transactions/deposit/interactive", kind, not_text.concat()).await;
    assert_eq!(answer.status, 400);
}

/// SEP24-019: a language that we do not know is no reason to fail.
#[tokio::test]
async fn a_language_that_is_none_is_passed_over() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    for lang in ["\"><script>", "en us", "x y&token=z"] {
        let (id, link) =
            anchor.initiate(&token, "deposit", json!({ "asset_code": "USD", "lang": lang })).await;
        assert!(!link.contains("lang="), "{link}");
        let more_info = anchor.transaction(&token, &id).await["more_info_url"].to_string();
        assert!(!more_info.contains("lang="), "{more_info}");
    }
}
