//! Accounts, friendbot, and the server's own pages.

use reqwest::StatusCode;
use stellar_xdr::{DataValue, ManageDataOp, Operation, OperationBody, String64};

use super::harness::{Server, Wallet, XLM, pay, trust};

#[tokio::test]
async fn friendbot_gives_a_new_account_ten_thousand_lumens_and_an_old_one_nothing() {
    let server = Server::start().await;
    let wallet = server.wallet().await;
    let account = server.json(&format!("/accounts/{}", wallet.address())).await;
    assert_eq!(account["balances"][0]["balance"], "10000.0000000");
    assert_eq!(account["balances"][0]["asset_type"], "native");

    let again = server.get(&format!("/friendbot?addr={}", wallet.address())).await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST);
    let nonsense = server.get("/friendbot?addr=GABC").await;
    assert_eq!(nonsense.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn friendbot_funds_more_accounts_at_once_than_one_transaction_holds() {
    let server = Server::start().await;
    let wallets: Vec<Wallet> = (0..120).map(|_| Wallet::new()).collect();
    let asked = wallets.iter().map(|wallet| {
        let form = [("addr", wallet.address())];
        let request = server.client.post(format!("{}/friendbot", server.base));
        request.form(&form).send()
    });
    let answers = server.while_closing(futures::future::join_all(asked)).await;
    for answer in answers {
        assert_eq!(answer.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn an_account_shows_lines_data_signers_and_links_as_sdks_expect_them() {
    let server = Server::start().await;
    let (issuer, holder) = (server.wallet().await, server.wallet().await);
    let usd = issuer.asset(*b"USD\0");
    let data = Operation {
        source_account: None,
        body: OperationBody::ManageData(ManageDataOp {
            data_name: String64("config.memo_required".try_into().unwrap()),
            data_value: Some(DataValue(b"1".to_vec().try_into().unwrap())),
        }),
    };
    let opened = server.sign(&holder, vec![trust(&usd), data]).await;
    server.succeed(&opened).await;
    let paid = server.sign(&issuer, vec![pay(holder.muxed(), usd, 25 * XLM)]).await;
    server.succeed(&paid).await;

    let path = format!("/accounts/{}", holder.address());
    let account = server.json(&path).await;
    assert_eq!(account["subentry_count"], 2);
    assert_eq!(account["thresholds"]["med_threshold"], 0);
    assert_eq!(account["flags"]["auth_required"], false);
    assert_eq!(account["data"]["config.memo_required"], "MQ==");
    assert_eq!(account["signers"][0]["key"], holder.address());
    assert_eq!(account["signers"][0]["weight"], 1);
    let line = &account["balances"][0];
    assert_eq!(line["balance"], "25.0000000");
    assert_eq!(line["limit"], "922337203685.4775807");
    assert_eq!(line["asset_type"], "credit_alphanum4");
    assert_eq!(line["asset_code"], "USD");
    assert_eq!(line["asset_issuer"], issuer.address());
    assert_eq!(line["is_authorized"], true);
    let link = account["_links"]["data"]["href"].as_str().unwrap();
    assert_eq!(link, format!("{}{path}/data/{{key}}", server.base));
    let value = server.json(&format!("{path}/data/config.memo_required")).await;
    assert_eq!(value["value"], "MQ==");
}

#[tokio::test]
async fn every_answer_about_the_state_names_its_ledger() {
    let server = Server::start().await;
    let wallet = server.wallet().await;
    let latest = server.sandbox.close_ledger().await.unwrap();
    for address in [wallet.address(), Wallet::new().address()] {
        let answer = server.get(&format!("/accounts/{address}")).await;
        assert_eq!(answer.headers()["latest-ledger"], latest.to_string());
    }
}

#[tokio::test]
async fn a_missing_account_is_a_404_and_a_malformed_one_a_400() {
    let server = Server::start().await;
    let missing = server.get(&format!("/accounts/{}", Wallet::new().address())).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let kind = missing.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("application/problem+json"));
    let problem: serde_json::Value = missing.json().await.unwrap();
    assert_eq!(problem["type"], "https://stellar.org/horizon-errors/not_found");
    assert_eq!(problem["status"], 404);

    for path in ["/accounts/GABC", "/accounts/x/payments", "/ledgers/abc", "/transactions/zz"] {
        assert_eq!(server.get(path).await.status(), StatusCode::BAD_REQUEST, "{path}");
    }
    for path in ["/nothing", "/ledgers/999999999", "/accounts/x/y"] {
        assert_eq!(server.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_root_names_the_network_and_how_far_history_reaches() {
    let server = Server::start().await;
    let root = server.json("").await;
    assert_eq!(root["network_passphrase"], super::harness::PASSPHRASE);
    assert_eq!(root["history_elder_ledger"], 1);
    let latest = server.sandbox.close_ledger().await.unwrap();
    assert_eq!(server.json("").await["history_latest_ledger"], latest);
    let fees = server.json("/fee_stats").await;
    assert_eq!(fees["max_fee"]["mode"], "100");
}

#[tokio::test]
async fn pages_of_other_origins_may_read_answers() {
    let server = Server::start().await;
    let request = server.client.get(&server.base);
    let answer = request.header("origin", "https://wallet.example").send().await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
}
