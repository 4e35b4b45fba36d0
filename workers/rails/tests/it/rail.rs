//! The rail against a bank that behaves.

use reqwest::{Method, StatusCode};
use serde_json::json;
use time::macros::datetime;
use windlass_domain::{
    AssetId, Money,
    ports::{Cursor, PayoutOutcome, Rail, RailCapabilities, RailError},
};

use crate::support::{ANCHOR, Face, PATIENCE, order, rail, rail_with};

#[tokio::test]
async fn the_rail_says_what_it_is() {
    let rail = rail("http://127.0.0.1:9/bank/");
    assert_eq!(rail.name(), "sandbox-bank");
    assert_eq!(rail.capabilities(), RailCapabilities { idempotent: true, queryable: true });
}

#[tokio::test]
async fn instructions_are_sep_9_fields_that_lead_to_the_anchors_account() {
    // SEP09-039, SEP09-041, SEP09-045, SEP09-052, SEP09-065.
    let face = Face::start().await;
    let instructions = face.rail().deposit_instructions("REF-7").await.unwrap();
    let value = |name: &str| {
        let field = instructions.fields.iter().find(|field| field.name == name).unwrap();
        assert!(!field.description.is_empty());
        field.value.clone()
    };
    assert_eq!(value("organization.name"), "Example Anchor");
    assert_eq!(value("organization.bank_name"), "Windlass Sandbox Bank");
    let ada = face.person("10").await;
    let (number, reference) =
        (value("organization.bank_account_number"), value("organization.external_transfer_memo"));
    let body =
        json!({ "from": ada, "to": number, "amount": "10", "currency": "USD", "reference": reference });
    assert_eq!(face.call(Method::POST, "/payments", Some(body)).await.0, StatusCode::NO_CONTENT);
    let page = face.rail().credits(None, 10).await.unwrap();
    assert_eq!(page.credits[0].reference, "REF-7");
}

#[tokio::test]
async fn credits_are_what_people_paid_in_and_each_is_seen_once_by_cursor() {
    let face = Face::start().await;
    let (rail, ada) = (face.rail(), face.person("100").await);
    for (amount, reference) in [("1.5", "one"), ("2", "two"), ("3", "three")] {
        face.pay_in(&ada, amount, reference).await;
        rail.pay_out(&order(reference, &ada, "0.5")).await.unwrap();
    }
    let (mut cursor, mut seen) = (None::<Cursor>, Vec::new());
    loop {
        let page = rail.credits(cursor.as_ref(), 2).await.unwrap();
        assert!(page.credits.len() <= 2);
        seen.extend(page.credits);
        let Some(next) = page.next else { break };
        cursor = Some(next);
    }
    let usd = AssetId::Iso4217("USD".parse().unwrap());
    let money: Vec<_> = seen.iter().map(|credit| (credit.reference.as_str(), credit.money)).collect();
    let expected = [("one", "1.5"), ("two", "2"), ("three", "3")]
        .map(|(reference, amount)| (reference, Money::new(amount.parse().unwrap(), usd)));
    assert_eq!(money, expected);
    assert!(seen.iter().all(|credit| credit.booked_at == datetime!(2026-01-02 03:04:05 UTC)));
    assert_eq!(rail.credits(cursor.as_ref(), 2).await.unwrap().next, None);
}

#[tokio::test]
async fn a_cursor_of_another_bank_is_refused_and_never_jumped_over() {
    let face = Face::start().await;
    let refused = face.rail().credits(Some(&Cursor("999".to_owned())), 10).await;
    assert_eq!(refused, Err(RailError::Refused("cursor_ahead (409)".to_owned())));
}

#[tokio::test]
async fn a_payout_is_paid_once_and_found_again() {
    let face = Face::start().await;
    let (rail, ada) = (face.rail(), face.person("0").await);
    assert_eq!(rail.payout("key:1").await, Ok(None));
    let paid = rail.pay_out(&order("key:1", &ada, "12.5")).await.unwrap();
    let at = datetime!(2026-01-02 03:04:05 UTC);
    assert_eq!(paid, PayoutOutcome::Paid { id: "payout-1".to_owned(), at });
    assert_eq!(rail.pay_out(&order("key:1", &ada, "12.5")).await.as_ref(), Ok(&paid));
    assert_eq!(rail.payout("key:1").await, Ok(Some(paid)));
    assert_eq!(face.balance(&ada).await, "12.50");
}

#[tokio::test]
async fn a_refusal_is_certain_and_tells_nothing_personal() {
    let face = Face::start().await;
    let (rail, ada) = (face.rail(), face.person("0").await);
    let mut in_yen = order("k", &ada, "1");
    in_yen.money.asset = AssetId::Iso4217("JPY".parse().unwrap());
    for order in [
        order("k", &ada, "1000.01"),
        order("k", &ada, "0.001"),
        order("k", &ada, "0"),
        order("k", "!", "1"),
        order("../k", &ada, "1"),
        order("", &ada, "1"),
        in_yen,
    ] {
        let refused = rail.pay_out(&order).await;
        let Err(RailError::Refused(why)) = &refused else { panic!("{refused:?}") };
        assert!(!why.contains(&ada) && !why.contains("Ada"), "{why}");
    }
    assert_eq!(rail.payout("k").await, Ok(None));
    assert_eq!(face.balance(ANCHOR).await, "1000.00");
}

#[tokio::test]
async fn an_unknown_receiver_fails_the_payout_for_ever() {
    let face = Face::start().await;
    let rail = face.rail();
    let failed = rail.pay_out(&order("k", "SBX999999999", "1")).await.unwrap();
    assert!(matches!(&failed, PayoutOutcome::Failed { code, .. } if code == "unknown_account"), "{failed:?}");
    assert_eq!(rail.payout("k").await, Ok(Some(failed)));
}

#[tokio::test]
async fn a_key_that_names_another_payout_leaves_the_outcome_unknown() {
    let face = Face::start().await;
    let (rail, ada) = (face.rail(), face.person("0").await);
    rail.pay_out(&order("k", &ada, "1")).await.unwrap();
    let other = rail.pay_out(&order("k", &ada, "2")).await;
    assert!(matches!(other, Err(RailError::Unknown(_))), "{other:?}");
}

#[tokio::test]
async fn a_wrong_token_is_refused_for_certain() {
    let face = Face::start().await;
    let ada = face.person("0").await;
    let rail = rail_with(&face.base, "wrong", PATIENCE);
    let refused = RailError::Refused("unauthorized (401)".to_owned());
    assert_eq!(rail.pay_out(&order("k", &ada, "1")).await, Err(refused.clone()));
    assert_eq!(rail.credits(None, 10).await, Err(refused));
}
