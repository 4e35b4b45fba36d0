//! The face as people and programs meet it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{ANCHOR, Face, payment, payout};

#[tokio::test]
async fn the_bank_describes_itself() {
    let face = Face::start().await;
    let text = face.http.get(&face.base).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("http://bank.test/bank\n") && text.contains("POST /payouts"), "{text}");
}

#[tokio::test]
async fn a_person_opens_an_account_and_pays_in() {
    let face = Face::start().await;
    let ada = face.person("100.5").await;
    face.pay_in(&ada, "25.25", "REF-1").await;
    let (status, account) = face.call(Method::GET, &format!("/accounts/{ada}"), None).await;
    assert_eq!(status, StatusCode::OK);
    let expected = json!({ "number": ada, "holder": "Ada Lovelace", "currency": "USD", "balance": "75.25" });
    assert_eq!(account, expected);
    assert_eq!(face.balance(ANCHOR).await, "1025.25");
}

#[tokio::test]
async fn a_number_is_understood_as_people_write_it() {
    let face = Face::start().await;
    let ada = face.person("1").await.to_lowercase();
    let written = format!("{} {}-{}", &ada[..3], &ada[3..6], &ada[6..]);
    let body = json!({ "from": written, "to": "sbx anchor usd", "amount": "1", "currency": "USD" });
    let (status, answer) = face.call(Method::POST, "/payments", Some(body)).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{answer}");
}

#[tokio::test]
async fn a_bad_request_is_refused_by_its_field_and_books_nothing() {
    let face = Face::start().await;
    let ada = face.person("100").await;
    let with = |field: &str, value: Value| {
        let mut body = payment(&ada, "1", "REF");
        body[field] = value;
        body
    };
    let mut cases = vec![
        (with("from", json!("SBX999")), 404, "unknown_account"),
        (with("to", json!("SBX999")), 404, "unknown_account"),
        (with("to", json!("SBXBANKUSD")), 404, "unknown_account"),
        (with("from", json!("SBXBANKUSD")), 404, "unknown_account"),
        (with("from", json!("?")), 400, "invalid"),
        (with("to", json!(ada)), 400, "invalid"),
        (with("to", json!("SBXANCHORJPY")), 400, "invalid"),
        (with("from", json!(ANCHOR)), 403, "not_allowed"),
        (with("currency", json!("EUR")), 400, "invalid"),
        (with("reference", json!("line\nbreak")), 400, "invalid"),
        (with("reference", json!("x".repeat(141))), 400, "invalid"),
        (with("reference", json!(7)), 400, "invalid"),
        (with("surprise", json!("x")), 400, "invalid"),
        (with("amount", json!("100.01")), 422, "insufficient_funds"),
        (with("amount", json!(1)), 400, "invalid"),
    ];
    for amount in ["", "0", "0.00", "-1", "+1", "1e2", "NaN", "1.001", "1,00", "99999999999999999999"] {
        cases.push((with("amount", json!(amount)), 400, "invalid"));
    }
    for (body, status, code) in cases {
        let (answered, answer) = face.call(Method::POST, "/payments", Some(body.clone())).await;
        assert_eq!((answered.as_u16(), &answer["code"]), (status, &json!(code)), "{body} {answer}");
        assert!(!answer["error"].as_str().unwrap().contains(&ada), "{answer}");
        if body["amount"] != json!("1") {
            assert!(answer["error"].as_str().unwrap().contains("amount"), "{answer}");
        }
    }
    assert_eq!(face.balance(&ada).await, "100.00");
}

#[tokio::test]
async fn an_account_is_opened_only_with_a_name_a_kept_currency_and_a_proper_balance() {
    let face = Face::start().await;
    for (holder, currency, balance, field) in [
        ("  ", "USD", "1", "holder"),
        ("Ada", "XXX", "1", "currency"),
        ("Ada", "USD", "0.001", "opening_balance"),
        ("Ada", "JPY", "0.1", "opening_balance"),
    ] {
        let body = json!({ "holder": holder, "currency": currency, "opening_balance": balance });
        let (status, answer) = face.call(Method::POST, "/accounts", Some(body)).await;
        assert_eq!((status, &answer["field"]), (StatusCode::BAD_REQUEST, &json!(field)), "{answer}");
    }
    let body = json!({ "holder": "Ada", "currency": "JPY", "opening_balance": "0" });
    let (status, account) = face.call(Method::POST, "/accounts", Some(body)).await;
    assert_eq!((status, &account["balance"]), (StatusCode::CREATED, &json!("0")));
}

#[tokio::test]
async fn nobody_can_be_made_so_rich_that_the_bank_loses_count() {
    let face = Face::start().await;
    let rich = face.person("900000000000").await;
    let body = json!({ "holder": "Ada", "currency": "USD", "opening_balance": "900000000000" });
    let (status, answer) = face.call(Method::POST, "/accounts", Some(body)).await;
    assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("invalid")), "{answer}");
    face.pay_in(&rich, "900000000000", "all").await;
    let totals = face.bank.totals("USD").await.unwrap();
    assert_eq!(totals.issued, totals.held);
}

#[tokio::test]
async fn what_is_the_anchors_needs_the_anchors_token() {
    let face = Face::start().await;
    let number = format!("/accounts/{ANCHOR}");
    let entries = format!("{number}/entries");
    for path in [number.as_str(), entries.as_str(), "/payouts/key"] {
        let (status, answer) = face.call(Method::GET, path, None).await;
        assert_eq!((status, &answer["code"]), (StatusCode::UNAUTHORIZED, &json!("unauthorized")), "{path}");
        let wrong = face.http.get(face.url(path)).bearer_auth("wrong");
        assert_eq!(face.send(wrong, None).await.0, StatusCode::UNAUTHORIZED, "{path}");
        assert_ne!(face.anchor(Method::GET, path, None).await.0, StatusCode::UNAUTHORIZED, "{path}");
    }
    let unsigned =
        face.http.post(face.url("/payouts")).header("Idempotency-Key", "k").body("x".repeat(100_000));
    assert_eq!(face.send(unsigned, None).await.0, StatusCode::UNAUTHORIZED);
    let (status, _) = face.call(Method::POST, "/payouts", Some(payout("SBX000000001", "1"))).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn bodies_of_the_wrong_size_and_type_are_refused_in_the_banks_form() {
    let face = Face::start().await;
    let post = |body: String, content_type: &str| {
        face.http.post(face.url("/payments")).header("content-type", content_type).body(body)
    };
    for (request, status, code) in [
        (post("{}".to_owned(), "text/plain"), 415, "not_json"),
        (post(format!("\"{}\"", "x".repeat(64 * 1024)), "application/json"), 413, "too_large"),
        (post("[".repeat(10_000), "application/json"), 400, "invalid"),
        (post("{".to_owned(), "application/json"), 400, "invalid"),
        (post(String::new(), "application/json"), 400, "invalid"),
        (face.http.get(face.url("/nowhere")), 404, "unknown_path"),
        (face.http.put(face.url("/payments")), 405, "wrong_method"),
        (face.http.get(face.url("/accounts/%FF")), 400, "invalid"),
    ] {
        let (answered, answer) = face.send(request, None).await;
        assert_eq!((answered.as_u16(), &answer["code"]), (status, &json!(code)), "{answer}");
        assert!(answer["error"].is_string());
    }
}
