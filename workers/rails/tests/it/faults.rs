//! Each fault, as people and the rail see it.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use windlass_domain::ports::{PayoutOutcome, Rail, RailError};
use windlass_rails::{Fault, Faulty};

use crate::support::{ANCHOR, Face, order, payment};

#[tokio::test]
async fn faults_are_added_listed_and_ended_over_http() {
    let face = Face::start().await;
    let rule = json!({ "on": "payment", "do": "503", "times": 2 });
    let (status, rules) = face.call(Method::POST, "/sandbox/faults", Some(rule.clone())).await;
    assert_eq!((status, &rules), (StatusCode::CREATED, &json!([rule])));
    let ada = face.person("10").await;
    let (status, _) = face.call(Method::POST, "/payments", Some(payment(&ada, "1", ""))).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(face.call(Method::GET, "/sandbox/faults", None).await.1[0]["times"], 1);
    assert_eq!(face.call(Method::DELETE, "/sandbox/faults", None).await.0, StatusCode::NO_CONTENT);
    face.pay_in(&ada, "1", "").await;
    for nonsense in
        [json!({ "on": "payout", "do": "explode" }), json!({ "on": "payment", "do": "settle_late" })]
    {
        let (status, _) = face.call(Method::POST, "/sandbox/faults", Some(nonsense)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_payout_that_was_applied_without_an_answer_is_unknown_and_then_found() {
    for fault in [Fault::ApplyThen504, Fault::ApplyThenHang] {
        let face = Face::start().await;
        let ada = face.person("0").await;
        face.fault(Faulty::Payout, fault);
        let rail = if fault == Fault::ApplyThen504 { face.rail() } else { face.impatient_rail() };
        let unknown = rail.pay_out(&order("k", &ada, "10")).await;
        assert!(matches!(unknown, Err(RailError::Unknown(_))), "{unknown:?}");
        face.struck().await;
        let again = face.rail().pay_out(&order("k", &ada, "10")).await.unwrap();
        assert!(matches!(again, PayoutOutcome::Paid { .. }), "{again:?}");
        assert_eq!(face.rail().payout("k").await, Ok(Some(again)));
        assert_eq!(face.balance(&ada).await, "10.00");
    }
}

#[tokio::test]
async fn a_payout_that_never_reached_the_bank_is_unknown_and_then_absent() {
    for fault in [Fault::Unavailable, Fault::Hang] {
        let face = Face::start().await;
        let ada = face.person("0").await;
        face.fault(Faulty::Payout, fault);
        let rail = if fault == Fault::Hang { face.impatient_rail() } else { face.rail() };
        let unknown = rail.pay_out(&order("k", &ada, "10")).await;
        assert!(matches!(unknown, Err(RailError::Unknown(_))), "{unknown:?}");
        face.struck().await;
        assert_eq!(face.rail().payout("k").await, Ok(None));
        assert_eq!(face.balance(&ada).await, "0.00");
    }
}

#[tokio::test]
async fn a_delay_changes_nothing_but_the_time() {
    let face = Face::start().await;
    let ada = face.person("0").await;
    face.fault(Faulty::Payout, Fault::DelayMs(5));
    let paid = face.rail().pay_out(&order("k", &ada, "10")).await.unwrap();
    assert!(matches!(paid, PayoutOutcome::Paid { .. }));
    assert_eq!(face.balance(&ada).await, "10.00");
}

#[tokio::test]
async fn a_payout_that_settles_late_is_submitted_until_then() {
    let face = Face::start().await;
    let (rail, ada) = (face.rail(), face.person("0").await);
    face.fault(Faulty::Payout, Fault::SettleLate);
    let submitted = rail.pay_out(&order("k", &ada, "10")).await.unwrap();
    assert!(matches!(submitted, PayoutOutcome::Submitted { .. }), "{submitted:?}");
    assert_eq!(face.balance(ANCHOR).await, "990.00");
    face.clock.advance(Duration::from_secs(4));
    assert_eq!(rail.payout("k").await, Ok(Some(submitted)));
    face.clock.advance(Duration::from_secs(1));
    let settled = rail.payout("k").await.unwrap();
    assert!(matches!(settled, Some(PayoutOutcome::Paid { .. })), "{settled:?}");
}

#[tokio::test]
async fn a_duplicate_credit_has_the_same_id_and_is_booked_once() {
    let face = Face::start().await;
    let (rail, ada) = (face.rail(), face.person("100").await);
    face.fault(Faulty::Credits, Fault::DuplicateCredit);
    assert!(rail.credits(None, 10).await.unwrap().credits.is_empty(), "it waits for a credit");
    face.pay_in(&ada, "7", "REF").await;
    let twice = rail.credits(None, 10).await.unwrap().credits;
    assert_eq!(twice.len(), 2);
    assert_eq!(twice[0], twice[1]);
    assert_eq!(rail.credits(None, 10).await.unwrap().credits, twice[..1]);
    assert_eq!(face.balance(ANCHOR).await, "1007.00");
}

#[tokio::test]
async fn a_duplicate_credit_does_not_push_another_off_the_statement() {
    let face = Face::start().await;
    let (rail, ada) = (face.rail(), face.person("100").await);
    for reference in ["one", "two", "three"] {
        face.pay_in(&ada, "1", reference).await;
    }
    face.fault(Faulty::Credits, Fault::DuplicateCredit);
    let page = rail.credits(None, 3).await.unwrap();
    let rest = rail.credits(page.next.as_ref(), 3).await.unwrap();
    let mut seen: Vec<_> =
        page.credits.into_iter().chain(rest.credits).map(|credit| credit.reference).collect();
    assert_eq!(seen.len(), 4);
    seen.dedup();
    assert_eq!(seen, ["one", "two", "three"]);
}

#[tokio::test]
async fn a_statement_that_cannot_be_had_is_unknown_and_loses_nothing() {
    let face = Face::start().await;
    let ada = face.person("100").await;
    face.pay_in(&ada, "7", "REF").await;
    for fault in [Fault::Unavailable, Fault::ApplyThen504] {
        face.fault(Faulty::Credits, fault);
        assert!(matches!(face.rail().credits(None, 10).await, Err(RailError::Unknown(_))));
    }
    face.fault(Faulty::Credits, Fault::Hang);
    assert!(matches!(face.impatient_rail().credits(None, 10).await, Err(RailError::Unknown(_))));
    face.struck().await;
    assert_eq!(face.rail().credits(None, 10).await.unwrap().credits.len(), 1);
}

#[tokio::test]
async fn a_persons_payment_can_be_booked_without_an_answer() {
    let face = Face::start().await;
    let ada = face.person("10").await;
    face.fault(Faulty::Payment, Fault::ApplyThen504);
    let (status, _) = face.call(Method::POST, "/payments", Some(payment(&ada, "4", ""))).await;
    assert_eq!(status, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(face.balance(&ada).await, "6.00");
}
