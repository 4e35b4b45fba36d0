//! Submitting transactions and what is answered.

use reqwest::StatusCode;
use stellar_xdr::{Asset, BumpSequenceOp, Memo, Operation, OperationBody};

use super::harness::{Server, Wallet, XLM, hash, pay, read};

#[tokio::test]
async fn a_payment_is_answered_when_its_ledger_has_closed() {
    let server = Server::start().await;
    let (alice, bob) = (server.wallet().await, server.wallet().await);
    let memo = Memo::Text("for lunch".try_into().unwrap());
    let sequence = server.next_sequence(&alice).await;
    let envelope = alice.sign(sequence, memo, vec![pay(bob.muxed(), Asset::Native, 5 * XLM)]);
    let answer = server.succeed(&envelope).await;
    assert_eq!(answer["successful"], true);
    assert_eq!(answer["hash"], hash(&envelope));
    assert_eq!(answer["id"], hash(&envelope));
    assert_eq!(answer["memo"], "for lunch");
    assert_eq!(answer["memo_type"], "text");
    assert_eq!(answer["memo_bytes"], "Zm9yIGx1bmNo");
    assert_eq!(answer["fee_charged"], "100");
    assert!(answer["envelope_xdr"].is_string() && answer["result_xdr"].is_string());
    let account = server.json(&format!("/accounts/{}", bob.address())).await;
    assert_eq!(account["balances"][0]["balance"], "10005.0000000");
}

#[tokio::test]
async fn what_fails_in_the_ledger_is_a_400_with_codes_and_still_used_its_sequence() {
    let server = Server::start().await;
    let alice = server.wallet().await;
    let before = server.next_sequence(&alice).await;
    let nobody = Wallet::new();
    let operations = vec![pay(nobody.muxed(), Asset::Native, XLM)];
    let (status, body) = server.submit(&alice.sign(before, Memo::None, operations)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["type"], "https://stellar.org/horizon-errors/transaction_failed");
    assert_eq!(body["extras"]["result_codes"]["transaction"], "tx_failed");
    assert_eq!(body["extras"]["result_codes"]["operations"][0], "op_no_destination");
    assert!(body["extras"]["result_xdr"].is_string());
    assert_eq!(server.next_sequence(&alice).await, before + 1);
}

#[tokio::test]
async fn what_the_door_refuses_is_answered_at_once_and_costs_nothing() {
    let server = Server::start().await;
    let alice = server.wallet().await;
    let next = server.next_sequence(&alice).await;
    let operations = vec![pay(alice.muxed(), Asset::Native, XLM)];
    let envelope = alice.sign(next + 5, Memo::None, operations);
    let (status, body) = read(server.post("/transactions", &envelope).await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["extras"]["result_codes"]["transaction"], "tx_bad_seq");
    assert_eq!(server.next_sequence(&alice).await, next);
}

#[tokio::test]
async fn an_operation_that_is_not_carried_out_says_so() {
    let server = Server::start().await;
    let alice = server.wallet().await;
    let inflation = Operation { source_account: None, body: OperationBody::Inflation };
    let envelope = server.sign(&alice, vec![inflation]).await;
    let (_, body) = read(server.post("/transactions", &envelope).await).await;
    assert_eq!(body["extras"]["result_codes"]["operations"][0], "op_not_supported");
}

#[tokio::test]
async fn the_same_envelope_again_gets_the_stored_answer_good_or_bad() {
    let server = Server::start().await;
    let (alice, bob) = (server.wallet().await, server.wallet().await);
    let good = server.sign(&alice, vec![pay(bob.muxed(), Asset::Native, XLM)]).await;
    let first = server.succeed(&good).await;
    let again = read(server.post("/transactions", &good).await).await;
    assert_eq!(again, (StatusCode::OK, first));

    let too_much = vec![pay(bob.muxed(), Asset::Native, i64::MAX / 2)];
    let bad = server.sign(&alice, too_much).await;
    let first = server.submit(&bad).await;
    let again = read(server.post("/transactions", &bad).await).await;
    assert_eq!(first.0, StatusCode::BAD_REQUEST);
    assert_eq!(again, first);
}

#[tokio::test]
async fn garbage_is_malformed_and_nothing_is_a_bad_request() {
    let server = Server::start().await;
    let url = format!("{}/transactions", server.base);
    for garbage in ["AAAA", "not base64 at all", ""] {
        let request = server.client.post(&url).form(&[("tx", garbage)]);
        let (status, body) = read(request.send().await.unwrap()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(body["type"], "https://stellar.org/horizon-errors/transaction_malformed");
        assert_eq!(body["extras"]["envelope_xdr"], garbage);
    }
    let request = server.client.post(&url).body("{}");
    let (status, body) = read(request.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["extras"]["invalid_field"], "tx");
}

#[tokio::test]
async fn a_fee_bump_is_found_by_both_hashes_and_paid_by_its_source() {
    let server = Server::start().await;
    let (alice, sponsor) = (server.wallet().await, server.wallet().await);
    let bump_sequence = Operation {
        source_account: None,
        body: OperationBody::BumpSequence(BumpSequenceOp { bump_to: 0.into() }),
    };
    let inner = server.sign(&alice, vec![bump_sequence]).await;
    let outer = sponsor.bump(&inner, 400);
    server.succeed(&outer).await;
    let by_outer = server.json(&format!("/transactions/{}", hash(&outer))).await;
    let by_inner = server.json(&format!("/transactions/{}", hash(&inner))).await;
    assert_eq!(by_outer["hash"], hash(&outer));
    assert_eq!(by_inner["hash"], hash(&inner));
    for found in [by_outer, by_inner] {
        assert_eq!(found["fee_bump_transaction"]["hash"], hash(&outer));
        assert_eq!(found["inner_transaction"]["hash"], hash(&inner));
        assert_eq!(found["fee_account"], sponsor.address());
        assert_eq!(found["source_account"], alice.address());
        assert_eq!(found["fee_charged"], "200");
        assert_eq!(found["max_fee"], "400");
    }
}
