//! Faults on command.
#![expect(clippy::unwrap_used, reason = "a helper of tests ends them when the network is not as expected")]

use reqwest::StatusCode;
use serde_json::{Value, json};
use stellar_xdr::Asset;

use super::harness::{Server, XLM, hash, pay, read};

async fn break_it(server: &Server, fault: Value) {
    let request = server.client.post(format!("{}/sandbox/faults", server.base));
    let answer = request.json(&fault).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_submission_can_be_applied_and_yet_answered_504() {
    let server = Server::start().await;
    let alice = server.wallet().await;
    break_it(&server, json!({"on": "submit", "do": "apply_then_504"})).await;
    let envelope = server.sign(&alice, vec![pay(alice.muxed(), Asset::Native, XLM)]).await;
    let (status, body) = server.submit(&envelope).await;
    assert_eq!(status, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(body["extras"]["hash"], hash(&envelope));
    server.json(&format!("/transactions/{}", hash(&envelope))).await;
    let (status, _) = read(server.post("/transactions", &envelope).await).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_submission_can_be_applied_and_never_answered() {
    let server = Server::start().await;
    let alice = server.wallet().await;
    break_it(&server, json!({"on": "submit", "do": "apply_then_hang"})).await;
    let envelope = server.sign(&alice, vec![pay(alice.muxed(), Asset::Native, XLM)]).await;
    let path = format!("/transactions/{}", hash(&envelope));
    let applied = async {
        while server.get(&path).await.status() != StatusCode::OK {
            server.sandbox.close_ledger().await.unwrap();
        }
    };
    tokio::select! {
        answer = server.post("/transactions", &envelope) => unreachable!("answered {answer:?}"),
        () = applied => {}
    }
}

#[tokio::test]
async fn a_submission_can_be_lost() {
    let server = Server::start().await;
    let alice = server.wallet().await;
    let next = server.next_sequence(&alice).await;
    break_it(&server, json!({"on": "submit", "do": "503", "times": 2})).await;
    let envelope = server.sign(&alice, vec![pay(alice.muxed(), Asset::Native, XLM)]).await;
    for _ in 0..2 {
        let (status, _) = server.submit(&envelope).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(server.next_sequence(&alice).await, next);
    server.succeed(&envelope).await;
}

#[tokio::test]
async fn reads_can_fail_too_and_rules_can_be_listed_and_cleared() {
    let server = Server::start().await;
    let alice = server.wallet().await;
    let account = format!("/accounts/{}", alice.address());
    break_it(&server, json!({"on": "account", "do": "404"})).await;
    break_it(&server, json!({"on": "account", "do": {"delay_ms": 1}})).await;
    assert_eq!(server.json("/sandbox/faults").await.as_array().unwrap().len(), 2);
    assert_eq!(server.get(&account).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(server.get(&account).await.status(), StatusCode::OK);
    assert_eq!(server.json("/sandbox/faults").await, json!([]));

    let payments = format!("{account}/payments");
    break_it(&server, json!({"on": "payments", "do": "503", "times": 100})).await;
    assert_eq!(server.get(&payments).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    let url = format!("{}/sandbox/faults", server.base);
    let cleared = server.client.delete(&url).send().await.unwrap();
    assert_eq!(cleared.status(), StatusCode::NO_CONTENT);
    assert_eq!(server.get(&payments).await.status(), StatusCode::OK);

    let nonsense = server.client.post(&url).json(&json!({"on": "submit", "do": "dance"}));
    assert_eq!(nonsense.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
}
