//! Pages of history.

use reqwest::StatusCode;
use serde_json::Value;
use stellar_xdr::{Asset, Memo, MuxedAccount, MuxedAccountMed25519, Uint256};

use super::harness::{Server, Wallet, XLM, hash, pay};

/// Alice pays Bob these amounts, one transaction each.
async fn pay_each(server: &Server, alice: &Wallet, bob: &Wallet, amounts: &[i64]) {
    for amount in amounts {
        let envelope = server.sign(alice, vec![pay(bob.muxed(), Asset::Native, *amount)]).await;
        server.succeed(&envelope).await;
    }
}

fn amounts(records: &[Value]) -> Vec<&str> {
    records.iter().filter_map(|record| record["amount"].as_str()).collect()
}

#[tokio::test]
async fn payments_page_forward_and_backward_without_gap_or_double() {
    let server = Server::start().await;
    let (alice, bob) = (server.wallet().await, server.wallet().await);
    pay_each(&server, &alice, &bob, &[1, 2, 3, 4]).await;
    let path = format!("/accounts/{}/payments", bob.address());

    let first = server.json(&format!("{path}?limit=2")).await;
    let records = first["_embedded"]["records"].as_array().unwrap();
    assert_eq!(records[0]["type"], "create_account");
    assert_eq!(records[0]["starting_balance"], "10000.0000000");
    assert_eq!(amounts(records), ["0.0000001"]);
    let second = server.follow(&first["_links"]["next"]).await;
    let records = second["_embedded"]["records"].as_array().unwrap();
    assert_eq!(amounts(records), ["0.0000002", "0.0000003"]);
    let back = server.follow(&second["_links"]["prev"]).await;
    assert_eq!(amounts(back["_embedded"]["records"].as_array().unwrap()), ["0.0000001"]);

    let newest = server.records(&format!("{path}?order=desc&limit=2")).await;
    assert_eq!(amounts(&newest), ["0.0000004", "0.0000003"]);
    let after_now = server.records(&format!("{path}?cursor=now")).await;
    assert!(after_now.is_empty());
    let before_now = server.records(&format!("{path}?cursor=now&order=desc&limit=1")).await;
    assert_eq!(amounts(&before_now), ["0.0000004"]);
}

#[tokio::test]
async fn an_empty_cursor_is_none_and_unknown_parameters_are_ignored() {
    let server = Server::start().await;
    let wallet = server.wallet().await;
    let path = format!("/accounts/{}/operations", wallet.address());
    let query = "?cursor=&limit=10&X-Client-Name=js-stellar-sdk&X-Client-Version=17";
    assert_eq!(server.records(&format!("{path}{query}")).await.len(), 1);
    for query in ["?limit=0", "?limit=201", "?limit=x", "?order=up", "?cursor=x", "?join=all"] {
        let answer = server.get(&format!("{path}{query}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn a_payment_to_a_muxed_address_names_it_and_joins_its_transaction() {
    let server = Server::start().await;
    let (alice, bob) = (server.wallet().await, server.wallet().await);
    let MuxedAccount::Ed25519(Uint256(ed25519)) = bob.muxed() else { unreachable!() };
    let muxed = MuxedAccount::MuxedEd25519(MuxedAccountMed25519 { id: 42, ed25519: Uint256(ed25519) });
    let sequence = server.next_sequence(&alice).await;
    let operations = vec![pay(muxed.clone(), Asset::Native, 7 * XLM)];
    let envelope = alice.sign(sequence, Memo::Id(9), operations);
    server.succeed(&envelope).await;

    let path = format!("/accounts/{}/payments?join=transactions&order=desc&limit=1", bob.address());
    let [payment] = server.records(&path).await.try_into().unwrap();
    assert_eq!(payment["type"], "payment");
    assert_eq!(payment["from"], alice.address());
    assert_eq!(payment["to"], bob.address());
    assert_eq!(payment["to_muxed"], muxed.to_string());
    assert_eq!(payment["to_muxed_id"], "42");
    assert_eq!(payment["asset_type"], "native");
    assert_eq!(payment["amount"], "7.0000000");
    assert_eq!(payment["transaction_hash"], hash(&envelope));
    assert_eq!(payment["transaction_successful"], true);
    let transaction = &payment["transaction"];
    assert_eq!(transaction["memo_type"], "id");
    assert_eq!(transaction["memo"], "9");
    let ledger = transaction["ledger"].as_i64().unwrap();
    assert_eq!(payment["paging_token"], (ledger << 32 | 1 << 12 | 1).to_string());
    assert_eq!(transaction["paging_token"], (ledger << 32 | 1 << 12).to_string());
}

#[tokio::test]
async fn what_failed_is_listed_only_where_it_is_asked_for() {
    let server = Server::start().await;
    let alice = server.wallet().await;
    let operations = vec![pay(Wallet::new().muxed(), Asset::Native, XLM)];
    let envelope = server.sign(&alice, operations).await;
    server.submit(&envelope).await;
    for what in ["payments", "operations", "transactions"] {
        let path = format!("/accounts/{}/{what}", alice.address());
        assert_eq!(server.records(&path).await.len(), 1, "{what}");
        let path = format!("{path}?include_failed=true");
        assert_eq!(server.records(&path).await.len(), 2, "{what}");
    }
    let path = format!("/transactions/{}/operations", hash(&envelope));
    assert_eq!(server.records(&path).await[0]["transaction_successful"], false);
}

#[tokio::test]
async fn a_ledger_names_what_is_in_it() {
    let server = Server::start().await;
    let (alice, bob) = (server.wallet().await, server.wallet().await);
    let operations = vec![pay(bob.muxed(), Asset::Native, 1), pay(bob.muxed(), Asset::Native, 2)];
    let envelope = server.sign(&alice, operations).await;
    let sequence = server.succeed(&envelope).await["ledger"].as_i64().unwrap();
    let path = format!("/ledgers/{sequence}");
    let ledger = server.json(&path).await;
    assert_eq!(ledger["sequence"], sequence);
    assert_eq!(ledger["successful_transaction_count"], 1);
    assert_eq!(ledger["operation_count"], 2);
    assert_eq!(ledger["base_fee_in_stroops"], 100);
    let before = server.json(&format!("/ledgers/{}", sequence - 1)).await;
    assert_eq!(ledger["prev_hash"], before["hash"]);
    assert_eq!(server.records(&format!("{path}/transactions")).await.len(), 1);
    let payments = server.records(&format!("{path}/payments")).await;
    assert_eq!(amounts(&payments), ["0.0000001", "0.0000002"]);
    let id = payments[0]["id"].as_str().unwrap();
    assert_eq!(server.json(&format!("/operations/{id}")).await, payments[0]);

    let cursor = ledger["paging_token"].as_str().unwrap();
    let older = format!("/ledgers?cursor={cursor}&order=desc&limit=1");
    assert_eq!(server.records(&older).await[0]["sequence"], sequence - 1);
    let newer = format!("/ledgers?cursor={}&limit=1", before["paging_token"].as_str().unwrap());
    assert_eq!(server.records(&newer).await[0]["sequence"], sequence);
}

#[tokio::test]
async fn an_account_without_any_history_has_no_pages() {
    let server = Server::start().await;
    let path = format!("/accounts/{}/payments", Wallet::new().address());
    assert_eq!(server.get(&path).await.status(), StatusCode::NOT_FOUND);
}
