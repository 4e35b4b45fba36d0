//! What waits for the next ledger, as stellar-core's queue answers.

use reqwest::StatusCode;
use stellar_xdr::{Asset, Memo};

use super::harness::{Server, XLM, hash, pay};

#[tokio::test]
async fn one_transaction_per_account_waits_at_a_time() {
    let server = Server::start().await;
    let alice = server.wallet().await;
    let next = server.next_sequence(&alice).await;
    let to_self = |amount| vec![pay(alice.muxed(), Asset::Native, amount)];
    let first = alice.sign(next, Memo::None, to_self(1));
    let (status, body) = server.submit_async(&first).await;
    assert_eq!((status, &body["tx_status"]), (StatusCode::CREATED, &"PENDING".into()));
    assert_eq!(body["hash"], hash(&first));

    let (status, body) = server.submit_async(&first).await;
    assert_eq!((status, &body["tx_status"]), (StatusCode::CONFLICT, &"DUPLICATE".into()));
    for other in [alice.sign(next, Memo::None, to_self(2)), alice.sign(next + 1, Memo::None, to_self(1))] {
        let (status, body) = server.submit_async(&other).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(body["tx_status"], "TRY_AGAIN_LATER");
    }
    server.sandbox.close_ledger().await.unwrap();
    assert_eq!(server.next_sequence(&alice).await, next + 1);
    server.json(&format!("/transactions/{}", hash(&first))).await;
}

#[tokio::test]
async fn an_applied_envelope_gets_try_again_later_for_nine_ledgers_and_then_bad_seq() {
    let server = Server::start().await;
    let alice = server.wallet().await;
    let envelope = server.sign(&alice, vec![pay(alice.muxed(), Asset::Native, XLM)]).await;
    server.submit_async(&envelope).await;
    for _ in 0..9 {
        server.sandbox.close_ledger().await.unwrap();
        let (_, body) = server.submit_async(&envelope).await;
        assert_eq!(body["tx_status"], "TRY_AGAIN_LATER");
    }
    server.sandbox.close_ledger().await.unwrap();
    let (status, body) = server.submit_async(&envelope).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["tx_status"], "ERROR");
    assert_eq!(body["error_result_xdr"], "AAAAAAAAAGT////7AAAAAA==");
}

#[tokio::test]
async fn a_fee_bump_replaces_what_waits_at_ten_times_its_fee_per_operation() {
    let server = Server::start().await;
    let alice = server.wallet().await;
    let inner = server.sign(&alice, vec![pay(alice.muxed(), Asset::Native, XLM)]).await;
    server.submit_async(&inner).await;
    let (_, body) = server.submit_async(&alice.bump(&inner, 1999)).await;
    assert_eq!(body["tx_status"], "ERROR");
    let bump = alice.bump(&inner, 2000);
    let (_, body) = server.submit_async(&bump).await;
    assert_eq!(body["tx_status"], "PENDING");
    let (_, body) = server.submit_async(&inner).await;
    assert_eq!(body["tx_status"], "DUPLICATE");
    server.sandbox.close_ledger().await.unwrap();
    let found = server.json(&format!("/transactions/{}", hash(&inner))).await;
    assert_eq!(found["fee_bump_transaction"]["hash"], hash(&bump));
}

#[tokio::test]
async fn a_payer_cannot_promise_more_fees_than_it_has() {
    let server = Server::start().await;
    let (alice, bob, payer) = (server.wallet().await, server.wallet().await, server.wallet().await);
    for (wallet, expected) in [(&alice, "PENDING"), (&bob, "ERROR")] {
        let operations = vec![pay(wallet.muxed(), Asset::Native, 1)];
        let inner = server.sign(wallet, operations).await;
        let (_, body) = server.submit_async(&payer.bump(&inner, 6_000 * XLM)).await;
        assert_eq!(body["tx_status"], expected);
    }
}
