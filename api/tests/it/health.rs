//! Health, the home page, unknown addresses, and a configuration that cannot work.

use std::{sync::Arc, time::Duration};

use axum::{body::Body, http::Request};
use serde_json::json;
use windlass_api::SandboxLinks;

use crate::{ports::Mood, support::Anchor};

#[tokio::test]
async fn a_process_that_answers_is_alive() {
    let anchor = Anchor::new().await;
    anchor.ledger.feel(Mood::Down);
    assert_eq!(anchor.get("/health/live").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn it_is_ready_while_database_and_ledger_answer() {
    let anchor = Arc::new(Anchor::new().await);
    let ready = anchor.get("/health/ready").await;
    assert_eq!(ready.status, 200);
    assert_eq!(ready.json(), json!({ "status": "ok", "checks": { "database": "ok", "ledger": "ok" } }));
    for mood in [Mood::Down, Mood::Silent] {
        anchor.ledger.feel(mood);
        anchor.clock.pass(Duration::from_secs(5));
        let ready = anchor.get("/health/ready").await;
        assert_eq!(ready.status, 503);
        assert_eq!(ready.json()["checks"], json!({ "database": "ok", "ledger": "unavailable" }));
    }
}

#[tokio::test]
async fn asking_for_health_again_and_again_does_not_ask_the_ledger_each_time() {
    let anchor = Anchor::new().await;
    assert_eq!(anchor.get("/health/ready").await.status, 200);
    anchor.ledger.feel(Mood::Down);
    assert_eq!(anchor.get("/health/ready").await.status, 200, "the last answer is fresh");
    anchor.clock.pass(Duration::from_secs(5));
    assert_eq!(anchor.get("/health/ready").await.status, 503);
}

#[tokio::test]
async fn the_home_page_says_what_runs_and_that_a_sandbox_has_no_real_money() {
    let real = Anchor::new().await.get("/").await;
    assert_eq!(real.status, 200);
    for text in ["Example Anchor Ltd", "/.well-known/stellar.toml", "/sep24/info", "USD"] {
        assert!(real.body.contains(text), "{text}");
    }
    assert!(!real.body.contains("No real money"));
    let links =
        SandboxLinks { horizon: "http://localhost:1/horizon".into(), bank: "http://localhost:1/bank".into() };
    let sandbox = Anchor::with(|config| config.sandbox = Some(links)).await.get("/").await;
    for text in ["No real money", "http://localhost:1/horizon", "http://localhost:1/bank", "-- demo"] {
        assert!(sandbox.body.contains(text), "{text}");
    }
}

#[tokio::test]
async fn an_unknown_address_is_a_404_for_programs_and_for_people() {
    let anchor = Anchor::new().await;
    let program = anchor.get("/nothing/here").await;
    assert_eq!(program.status, 404);
    program.error();
    let person = Request::get("/nothing").header("accept", "text/html,*/*").body(Body::empty()).unwrap();
    let person = anchor.send(person).await;
    assert_eq!(person.status, 404);
    assert!(person.header("content-type").starts_with("text/html"));
    assert!(person.body.contains("<h1>Page not found</h1>"));
}
