//! Opening the bank's file: again, twice, and the wrong one.
#![expect(clippy::unwrap_used, reason = "helpers of a test")]

use std::time::Duration;

use tempfile::TempDir;
use windlass_rails::{BankError, NewAccount, NewPayment, NewPayout, SandboxBank, SandboxBankConfig};

use crate::support::{ANCHOR, TOKEN, anchor_account, config, payout};

fn account(balance: &str) -> NewAccount {
    NewAccount {
        holder: "Ada Lovelace".to_owned(),
        currency: "USD".to_owned(),
        opening_balance: balance.to_owned(),
    }
}

async fn refusal(config: SandboxBankConfig) -> BankError {
    SandboxBank::open(config).await.err().unwrap()
}

#[tokio::test]
async fn a_bank_goes_on_where_it_stopped() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("bank.sqlite");
    let bank = SandboxBank::open(config(Some(file.clone()))).await.unwrap();
    let ada = bank.open_account(&account("100")).await.unwrap().number;
    let payment = NewPayment {
        from: ada.clone(),
        to: ANCHOR.to_owned(),
        amount: "40".to_owned(),
        currency: "USD".to_owned(),
        reference: "REF".to_owned(),
    };
    bank.pay(&payment).await.unwrap();
    let new: NewPayout = serde_json::from_value(payout(&ada, "15")).unwrap();
    let paid = bank.pay_out("key", &new).await.unwrap();
    let before = bank.statement(ANCHOR, None, 50, Duration::ZERO).await.unwrap().entries;
    bank.close().await;

    let mut changed = config(Some(file));
    changed.anchor_holder = "Renamed Anchor".to_owned();
    let bank = SandboxBank::open(changed).await.unwrap();
    let after = bank.statement(ANCHOR, None, 50, Duration::ZERO).await.unwrap().entries;
    assert!(before == after && after.len() == 3, "the opening balance is not booked again");
    assert_eq!(bank.pay_out("key", &new).await.unwrap(), paid);
    assert_eq!(bank.account(&ada).await.unwrap().balance, "75.00");
    let anchor = bank.account(ANCHOR).await.unwrap();
    assert_eq!((anchor.holder.as_str(), anchor.balance.as_str()), ("Renamed Anchor", "1025.00"));
}

#[tokio::test]
async fn two_cannot_run_one_bank() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("bank.sqlite");
    let bank = SandboxBank::open(config(Some(file.clone()))).await.unwrap();
    let error = refusal(config(Some(file.clone()))).await;
    assert!(matches!(error, BankError::InUse(_)), "{error:?}");
    bank.account(ANCHOR).await.unwrap();
    bank.close().await;
    assert!(SandboxBank::open(config(Some(file))).await.is_ok());
}

#[tokio::test]
async fn a_file_that_is_no_bank_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("letter.txt");
    let letter = "Dear bank, ".repeat(1_000);
    std::fs::write(&file, &letter).unwrap();
    let error = refusal(config(Some(file.clone()))).await;
    assert!(matches!(error, BankError::NotABank(_)), "{error:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), letter);
}

#[tokio::test]
async fn another_database_and_a_newer_bank_are_told_apart() {
    let folder = TempDir::new().unwrap();
    for (sql, is_newer) in [
        ("CREATE TABLE letters (text TEXT)", false),
        ("PRAGMA application_id = 0x574c5342; PRAGMA user_version = 2", true),
    ] {
        let file = folder.path().join(format!("{is_newer}.sqlite"));
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        pool.close().await;
        let error = refusal(config(Some(file))).await;
        assert_eq!(matches!(error, BankError::Newer { version: 2, .. }), is_newer, "{error:?}");
        assert_eq!(matches!(error, BankError::NotABank(_)), !is_newer, "{error:?}");
    }
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_an_error_and_no_panic() {
    let folder = TempDir::new().unwrap();
    let error = refusal(config(Some(folder.path().join("missing/bank.sqlite")))).await;
    assert!(matches!(error, BankError::Storage(_)), "{error:?}");
}

#[tokio::test]
async fn a_configuration_that_contradicts_the_bank_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("bank.sqlite");
    SandboxBank::open(config(Some(file.clone()))).await.unwrap().close().await;
    let with = |account| SandboxBankConfig { accounts: vec![account], ..config(Some(file.clone())) };
    for config in [
        with(anchor_account(ANCHOR, "USD", 3, "0")),
        with(anchor_account(ANCHOR, "JPY", 0, "0")),
        with(anchor_account("SBXBANKUSD", "USD", 2, "0")),
        with(anchor_account("NEW1", "CHF", 8, "0")),
        with(anchor_account("NEW1", "CHF", 2, "0.001")),
        SandboxBankConfig { anchor_token: "".into(), ..config(Some(file.clone())) },
    ] {
        let error = refusal(config).await;
        assert!(matches!(error, BankError::Config(_)), "{error:?}");
        assert!(!error.to_string().contains(TOKEN));
    }
    assert!(SandboxBank::open(config(Some(file))).await.is_ok(), "a refusal lets go of the file");
}
