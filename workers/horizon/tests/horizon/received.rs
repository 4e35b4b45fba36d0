//! What an account received, from each kind of record.

#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test that called it")]

use serde_json::{Value, json};
use time::macros::datetime;
use windlass_domain::ports::{Ledger, LedgerError, PaymentKind, PaymentPage, ReceivedPayment};
use windlass_stellar::{Memo, MuxedAccount, StellarAsset, TransactionHash};
use wiremock::{Mock, MockServer, matchers::path};

use crate::support::*;

async fn read(records: Vec<Value>) -> Result<PaymentPage, LedgerError> {
    let server = MockServer::start().await;
    let payments = Mock::given(path(format!("/accounts/{}/payments", us())));
    payments.respond_with(ok(page(records))).mount(&server).await;
    let effects = page(vec![
        json!({"type": "account_debited", "account": them().to_string(), "asset_type": "native", "amount": "41.9"}),
        json!({"type": "account_credited", "account": us().to_string(), "asset_type": "native", "amount": "41.9000000"}),
        json!({"type": "account_removed", "account": them().to_string()}),
    ]);
    let merge = Mock::given(path(format!("/operations/{}/effects", place(9, 2, 3))));
    merge.respond_with(ok(effects)).mount(&server).await;
    horizon(&server.uri()).payments(us(), None, 10).await
}

async fn read_one(record: Value) -> ReceivedPayment {
    let page = read(vec![record]).await.unwrap();
    let [payment] = <[ReceivedPayment; 1]>::try_from(page.payments).unwrap();
    payment
}

fn usd_paid() -> ReceivedPayment {
    ReceivedPayment {
        transaction: "ab".repeat(32).parse::<TransactionHash>().unwrap(),
        operation: 3,
        change: 0,
        kind: PaymentKind::Payment,
        ledger: 9,
        closed_at: datetime!(2026-11-20 10:00 UTC),
        from: them().into(),
        to: us().into(),
        asset: format!("USD:{}", usd()).parse().unwrap(),
        amount: "12.5".parse().unwrap(),
        memo: Memo::None,
    }
}

fn a_payment() -> Value {
    payment(&place(9, 2, 3), "12.5000000")
}

#[tokio::test]
async fn a_payment_is_read_with_its_place_in_the_history() {
    assert_eq!(read_one(a_payment()).await, usd_paid());
}

/// SEP24-054, SEP24-T16
#[tokio::test]
async fn of_a_path_payment_counts_what_arrived() {
    for kind in ["path_payment_strict_receive", "path_payment_strict_send", "path_payment"] {
        let fields = json!({
            "type": kind, "source_amount": "99.0000000", "source_asset_type": "native", "source_max": "100.0000000",
            "destination_min": "1.0000000", "path": [],
        });
        let expected = ReceivedPayment { kind: PaymentKind::PathPayment, ..usd_paid() };
        assert_eq!(read_one(with(a_payment(), fields)).await, expected);
    }
}

#[tokio::test]
async fn the_creation_of_the_account_is_a_payment_in_xlm() {
    let fields = json!({
        "funder": them().to_string(), "account": us().to_string(), "starting_balance": "12.5000000",
    });
    let expected =
        ReceivedPayment { kind: PaymentKind::CreateAccount, asset: StellarAsset::Native, ..usd_paid() };
    assert_eq!(read_one(record(&place(9, 2, 3), "create_account", fields.clone())).await, expected);
    // A sponsored account may begin with nothing.
    let nothing =
        with(record(&place(9, 2, 3), "create_account", fields), json!({"starting_balance": "0.0000000"}));
    assert_eq!(read(vec![nothing]).await.unwrap().payments, []);
}

#[tokio::test]
async fn what_an_account_merge_brought_is_read_from_its_effects() {
    let fields = json!({"account": them().to_string(), "into": us().to_string()});
    let expected = ReceivedPayment {
        kind: PaymentKind::AccountMerge,
        asset: StellarAsset::Native,
        amount: "41.9".parse().unwrap(),
        ..usd_paid()
    };
    assert_eq!(read_one(record(&place(9, 2, 3), "account_merge", fields.clone())).await, expected);
    // Its effects are not there: nothing is guessed.
    let lost = read(vec![record(&place(9, 2, 4), "account_merge", fields)]).await;
    assert!(lost.is_err(), "{lost:?}");
}

#[tokio::test]
async fn a_contract_may_pay_several_times_in_one_operation() {
    let change = |kind: &str, from: Value, to: String, amount: &str| {
        json!({
            "type": kind, "from": from, "to": to, "amount": amount,
            "asset_type": "credit_alphanum4", "asset_code": "USD", "asset_issuer": usd(),
        })
    };
    let issuer = key(4).account_id();
    let contract = json!("CA3D5KRYM6CB7OWQ6TWYRR3Z4T7GNZLKERYNZGGA5SOAOPIFY6YQGAXE");
    let to_user = json!({"destination_muxed_id": "7", "destination_muxed_id_type": "uint64"});
    let to_text = json!({"destination_muxed_id": "7", "destination_muxed_id_type": "string"});
    let changes = json!([
        change("transfer", json!(us().to_string()), them().to_string(), "1.0000000"),
        with(change("transfer", json!(issuer.to_string()), us().to_string(), "2.0000000"), to_user),
        with(change("transfer", contract, us().to_string(), "3.0000000"), to_text),
        change("mint", json!(null), us().to_string(), "4.0000000"),
        change("clawback", json!(us().to_string()), us().to_string(), "5.0000000"),
    ]);
    let call = record(&place(9, 2, 3), "invoke_host_function", json!({"asset_balance_changes": changes}));
    let expected = |change, from, id, amount: &str| ReceivedPayment {
        kind: PaymentKind::ContractTransfer,
        change,
        from: MuxedAccount::from(from),
        to: MuxedAccount { account: us(), id },
        amount: amount.parse().unwrap(),
        ..usd_paid()
    };
    let received = read(vec![call]).await.unwrap().payments;
    let expected =
        [expected(1, issuer, Some(7), "2"), expected(2, them(), None, "3"), expected(3, them(), None, "4")];
    assert_eq!(received, expected);
}

#[tokio::test]
async fn muxed_addresses_are_kept() {
    let muxed = |account, id| MuxedAccount { account, id: Some(id) };
    let fields = json!({
        "to_muxed": muxed(us(), 7).to_string(), "to_muxed_id": "7",
        "from_muxed": muxed(them(), u64::MAX).to_string(), "from_muxed_id": "18446744073709551615",
    });
    let expected = ReceivedPayment { to: muxed(us(), 7), from: muxed(them(), u64::MAX), ..usd_paid() };
    assert_eq!(read_one(with(a_payment(), fields)).await, expected);
}

#[tokio::test]
async fn the_memo_is_that_of_the_transaction() {
    let hash = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let memos = [
        (json!({"memo_type": "none"}), Memo::None),
        (json!({"memo_type": "id", "memo": "18446744073709551615"}), Memo::Id(u64::MAX)),
        (json!({"memo_type": "text", "memo": "ref 7", "memo_bytes": "cmVmIDc="}), Memo::Text("ref 7".into())),
        (json!({"memo_type": "text", "memo": "ref 7"}), Memo::Text("ref 7".into())),
        (json!({"memo_type": "text", "memo": "", "memo_bytes": ""}), Memo::Text(String::new())),
        (
            json!({"memo_type": "text", "memo": "a\u{fffd}", "memo_bytes": "Yf8="}),
            Memo::Text("a\u{1a}".into()),
        ),
        (json!({"memo_type": "hash", "memo": hash}), Memo::Hash([1; 32])),
        (json!({"memo_type": "return", "memo": hash}), Memo::Return([1; 32])),
    ];
    for (transaction, memo) in memos {
        let received = read_one(with(a_payment(), json!({"transaction": transaction}))).await;
        assert_eq!(received.memo, memo);
    }
}

#[tokio::test]
async fn what_the_account_paid_and_what_failed_is_passed_over_but_counts_for_the_cursor() {
    let out = with(a_payment(), json!({"from": us().to_string(), "to": them().to_string()}));
    let failed = with(a_payment(), json!({"transaction_successful": false}));
    let created =
        json!({"funder": us().to_string(), "account": them().to_string(), "starting_balance": "1.0000000"});
    let merged = json!({"account": us().to_string(), "into": them().to_string()});
    let last = record(&place(9, 2, 9), "unheard_of", json!({"to": them().to_string(), "amount": 1.5}));
    let records = vec![
        out,
        failed,
        record(&place(9, 2, 7), "create_account", created),
        record(&place(9, 2, 8), "account_merge", merged),
        last,
    ];
    let page = read(records).await.unwrap();
    assert_eq!(page.payments, []);
    assert_eq!(page.next.unwrap().0, place(9, 2, 9));
}

#[tokio::test]
async fn a_payment_to_us_that_cannot_be_read_is_never_passed_over() {
    let spoilt = [
        json!({"type": "unheard_of"}),
        json!({"amount": null}),
        json!({"amount": 12.5}),
        json!({"amount": "1e3"}),
        json!({"amount": "-1.0000000"}),
        json!({"amount": "1.00000001"}),
        json!({"amount": "99999999999999999999"}),
        json!({"asset_issuer": null}),
        json!({"asset_code": "TOOLONGANASSET"}),
        json!({"asset_type": "pool"}),
        json!({"from": "nobody"}),
        json!({"to": "nobody"}),
        json!({"transaction": null}),
        json!({"transaction": {"memo_type": "id", "memo": "-1"}}),
        json!({"transaction": {"memo_type": "poem", "memo": "o"}}),
        json!({"transaction": {"memo_type": "hash", "memo": "AAAA"}}),
        json!({"transaction_hash": "ab"}),
        json!({"created_at": "yesterday"}),
        json!({"paging_token": "now"}),
        json!({"paging_token": null}),
    ];
    for fields in spoilt {
        let answer = read(vec![with(a_payment(), fields.clone())]).await;
        assert!(matches!(answer, Err(LedgerError::Malformed(_))), "{fields}: {answer:?}");
    }
}

#[tokio::test]
async fn what_came_before_a_record_that_cannot_be_read_is_given_first() {
    let bad = with(payment(&place(9, 3, 1), "1.0000000"), json!({"amount": "much"}));
    let later = payment(&place(9, 4, 1), "1.0000000");
    let page = read(vec![a_payment(), bad, later]).await.unwrap();
    assert_eq!(page.payments, [usd_paid()]);
    assert_eq!(page.next.unwrap().0, place(9, 2, 3));
}
