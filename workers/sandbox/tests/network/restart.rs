//! The network's file.

use stellar_xdr::Asset;
use windlass_sandbox::{Sandbox, SandboxConfig, SandboxError};

use super::harness::{Server, XLM, hash, pay};

#[tokio::test]
async fn a_network_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("network.db");
    let server = Server::start_with(Some(file.clone())).await;
    let (alice, bob) = (server.wallet().await, server.wallet().await);
    let envelope = server.sign(&alice, vec![pay(bob.muxed(), Asset::Native, XLM)]).await;
    server.succeed(&envelope).await;
    let latest = server.sandbox.close_ledger().await.unwrap();
    let account = format!("/accounts/{}", alice.address());
    let payments = format!("/accounts/{}/payments", bob.address());
    let state = server.json(&account).await;
    let history = server.records(&payments).await;
    let cursor = history[0]["paging_token"].as_str().unwrap().to_owned();

    // Another process with the same file: what a copy sees is all that a kill leaves behind.
    let copy = folder.path().join("copy.db");
    for end in ["", "-wal"] {
        let from = folder.path().join(format!("network.db{end}"));
        std::fs::copy(from, folder.path().join(format!("copy.db{end}"))).unwrap();
    }
    let server = Server::start_with(Some(copy)).await;
    let again = server.json(&account).await;
    assert_eq!(again["sequence"], state["sequence"]);
    assert_eq!(again["balances"], state["balances"]);
    let [paid] = server.records(&format!("{payments}?cursor={cursor}")).await.try_into().unwrap();
    assert_eq!(paid["id"], history[1]["id"]);
    assert_eq!(server.json("").await["history_latest_ledger"], latest);
    assert_eq!(server.sandbox.close_ledger().await.unwrap(), latest + 1);
    let envelope = server.sign(&alice, vec![pay(bob.muxed(), Asset::Native, XLM)]).await;
    server.succeed(&envelope).await;
    server.json(&format!("/transactions/{}", hash(&envelope))).await;
    server.wallet().await;
}

#[tokio::test]
async fn one_process_at_a_time_runs_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let config = SandboxConfig { file: Some(folder.path().join("network.db")), ..SandboxConfig::default() };
    let first = Sandbox::open(config.clone()).await.unwrap();
    let second = Sandbox::open(config.clone()).await;
    assert!(matches!(second, Err(SandboxError::InUse(_))));
    drop(first);
    Sandbox::open(config).await.unwrap();
}

#[tokio::test]
async fn a_file_belongs_to_one_network() {
    let folder = tempfile::tempdir().unwrap();
    let config = SandboxConfig { file: Some(folder.path().join("network.db")), ..SandboxConfig::default() };
    drop(Sandbox::open(config.clone()).await.unwrap());
    let other = SandboxConfig { passphrase: "Another Network".to_owned(), ..config };
    let refused = Sandbox::open(other).await;
    assert!(matches!(refused, Err(SandboxError::OtherNetwork { .. })));
}
