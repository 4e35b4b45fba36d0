//! The SEP-24 transaction object at each stage of a transfer.

use serde_json::{Value, json};
use time::Duration;
use windlass_domain::transfer::{Kind, Receipt, Status, TransferCommand as Command, TrustReason};
use windlass_projections::sep24::{Transaction, timestamp};
use windlass_stellar::Memo;

use crate::{
    lives::{START, account, asset, form, hash, receipt},
    view::{Story, at},
};

const URL: &str = "https://anchor.example/sep24/more?token=t";

fn object(story: &Story) -> Value {
    serde_json::to_value(Transaction::new(&story.view(), URL.to_owned())).unwrap()
}

/// Every stage of both kinds, from the request to the end.
fn stages() -> Vec<Story> {
    let kinds = [Kind::Sep24Deposit, Kind::Sep24Withdrawal];
    let make = [Story::of, Story::awaiting, Story::funded, Story::completed];
    let mut stories: Vec<_> = kinds.iter().flat_map(|kind| make.map(|make| make(*kind))).collect();
    for kind in kinds {
        for given in ["5", "5000", "33.33"] {
            let mut story = Story::awaiting(kind);
            story.tell(20, Command::RecordFunds(receipt(kind, 1, given)));
            stories.push(story);
        }
        let mut story = Story::awaiting(kind);
        story.tell(90_000, Command::Expire { now: START + Duration::days(2) });
        stories.push(story);
        let mut story = Story::funded(kind);
        story.tell(30, crate::lives::fail());
        stories.push(story);
    }
    let mut story = Story::funded(Kind::Sep24Deposit);
    story.tell(30, Command::RequestTrustline { reason: TrustReason::NoTrustline });
    stories.push(story);
    stories
}

/// SEP24-072, SEP24-T02
#[test]
fn what_a_wallet_needs_is_always_there() {
    for story in stages() {
        let object = object(&story);
        for key in ["id", "kind", "status", "more_info_url", "started_at"] {
            assert!(object[key].is_string(), "{key} of {object}");
        }
        assert_eq!(object["more_info_url"], URL);
        assert!(object["kind"] == "deposit" || object["kind"] == "withdrawal");
        assert_eq!(object["started_at"], "2026-03-01T12:00:00Z");
    }
}

/// SEP24-T11: keys are null rather than missing, `from` and `to` are never null.
#[test]
fn no_key_that_a_wallet_looks_for_is_missing() {
    let always = [
        "amount_in",
        "amount_in_asset",
        "amount_out",
        "amount_out_asset",
        "amount_fee",
        "amount_fee_asset",
        "updated_at",
        "completed_at",
        "stellar_transaction_id",
        "external_transaction_id",
        "from",
        "to",
    ];
    for story in stages() {
        let object = object(&story);
        let own: &[_] = if object["kind"] == "deposit" {
            &["deposit_memo", "deposit_memo_type"]
        } else {
            &["withdraw_anchor_account", "withdraw_memo", "withdraw_memo_type"]
        };
        for key in always.iter().chain(own) {
            assert!(object.get(key).is_some(), "{key} of {object}");
        }
        assert!(object["from"].is_string() && object["to"].is_string(), "{object}");
        let deposits = object.get("deposit_memo").is_some();
        assert_ne!(deposits, object.get("withdraw_memo").is_some(), "only those of its kind: {object}");
    }
}

/// SEP24-074, SEP24-075, SEP24-076
#[test]
fn amounts_are_null_until_they_are_known() {
    let object_of = |story: Story| object(&story);
    let unknown = object_of(Story::of(Kind::Sep24Deposit));
    for key in ["amount_in", "amount_in_asset", "amount_out", "amount_out_asset", "amount_fee"] {
        assert_eq!(unknown[key], Value::Null);
    }
    let usdc = format!("stellar:USDC:{}", account(1));
    let known = object_of(Story::awaiting(Kind::Sep24Deposit));
    assert_eq!(
        [&known["amount_in"], &known["amount_in_asset"], &known["amount_out"], &known["amount_out_asset"]],
        ["100", "iso4217:USD", "99", usdc.as_str()]
    );
    assert_eq!([&known["amount_fee"], &known["amount_fee_asset"]], ["1", "iso4217:USD"]);
    let known = object_of(Story::awaiting(Kind::Sep24Withdrawal));
    assert_eq!([&known["amount_in_asset"], &known["amount_out_asset"]], [usdc.as_str(), "iso4217:USD"]);
}

/// SEP24-074: `amount_in` is what came; what was promised for another amount is not shown beside it.
#[test]
fn what_came_is_what_is_shown() {
    for kind in [Kind::Sep24Deposit, Kind::Sep24Withdrawal] {
        for (given, status) in [("5", Status::TooSmall), ("5000", Status::TooLarge)] {
            let mut story = Story::awaiting(kind);
            story.tell(20, Command::RecordFunds(receipt(kind, 1, given)));
            assert_eq!(story.view().status, status);
            let object = object(&story);
            assert_eq!([&object["amount_in"], &object["amount_out"]], [&json!(given), &Value::Null]);
            assert!(object.get("fee_details").is_none());
        }
        let mut story = Story::awaiting(kind);
        story.tell(20, Command::RecordFunds(receipt(kind, 1, "200")));
        let object = object(&story);
        assert_eq!([&object["amount_in"], &object["amount_out"], &object["amount_fee"]], ["200", "198", "2"]);
    }
    let mut late = Story::awaiting(Kind::Sep24Withdrawal);
    late.tell(90_000, Command::Expire { now: START + Duration::days(2) });
    let money = Receipt { paid_at: START + Duration::days(3), ..receipt(Kind::Sep24Withdrawal, 1, "60") };
    late.tell(90_001, Command::RecordFunds(money));
    assert_eq!([&object(&late)["amount_in"], &object(&late)["amount_out"]], [&json!("60"), &Value::Null]);
}

/// SEP24-077, SEP24-T01: under both names, and the parts are the whole.
#[test]
fn the_parts_of_the_fee_add_up_to_it() {
    for story in stages() {
        let object = object(&story);
        let Some(fee) = object.get("fee_details") else {
            assert_eq!(object["amount_fee"], Value::Null);
            continue;
        };
        assert_eq!((&fee["total"], &fee["asset"]), (&object["amount_fee"], &object["amount_fee_asset"]));
        assert_eq!(fee["breakdown"], fee["details"]);
        let parts = fee["breakdown"].as_array().unwrap().iter();
        let number = |value: &Value| value.as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
        assert_eq!(
            parts.map(|part| number(&part["amount"])).sum::<rust_decimal::Decimal>(),
            number(&fee["total"])
        );
        let [given, out] = ["amount_in", "amount_out"].map(|key| number(&object[key]));
        assert_eq!(given, out + number(&fee["total"]));
    }
}

/// SEP24-079
#[test]
fn times_are_told_as_the_status_changes() {
    let awaiting = object(&Story::awaiting(Kind::Sep24Deposit));
    assert_eq!(
        (&awaiting["updated_at"], &awaiting["completed_at"]),
        (&json!("2026-03-01T12:00:10Z"), &Value::Null)
    );
    let completed = object(&Story::completed(Kind::Sep24Deposit));
    assert_eq!([&completed["updated_at"], &completed["completed_at"]], ["2026-03-01T12:00:50Z"; 2]);
}

#[test]
fn times_are_told_in_utc_and_to_the_millisecond() {
    let elsewhere = at(1).to_offset(time::macros::offset!(+2)) + Duration::nanoseconds(123_999_999);
    assert_eq!(timestamp(elsewhere), "2026-03-01T12:00:01.123Z");
}

/// SEP24-080
#[test]
fn a_deadline_is_told_only_while_the_user_has_to_act() {
    for story in stages() {
        let (object, status) = (object(&story), story.view().status);
        let waits = matches!(status, Status::Incomplete | Status::PendingUserTransferStart);
        assert_eq!(object.get("user_action_required_by").is_some(), waits, "{object}");
    }
    let object = object(&Story::awaiting(Kind::Sep24Deposit));
    assert_eq!(object["user_action_required_by"], "2026-03-02T12:00:00Z");
}

/// SEP24-073
#[test]
fn a_message_is_told_only_where_there_is_one() {
    for story in stages() {
        let object = object(&story);
        assert_eq!(object.get("message").is_some(), object["status"] == "error", "{object}");
    }
}

/// SEP24-081
#[test]
fn both_sides_of_a_finished_transfer_are_named() {
    for kind in [Kind::Sep24Deposit, Kind::Sep24Withdrawal] {
        let object = object(&Story::completed(kind));
        assert_eq!(object["status"], "completed");
        assert!(
            object["stellar_transaction_id"].is_string() && object["external_transaction_id"].is_string()
        );
    }
}

/// SEP24-083
#[test]
fn a_deposit_tells_where_it_goes_and_with_which_memo() {
    let story = Story::of(Kind::Sep24Deposit);
    let without = object(&story);
    assert_eq!((&without["deposit_memo"], &without["to"]), (&Value::Null, &json!(account(1).to_string())));
    let mut view = story.view();
    view.transfer.initiated.as_mut().unwrap().memo = Memo::Id(u64::MAX);
    let with = serde_json::to_value(Transaction::new(&view, URL.to_owned())).unwrap();
    assert_eq!([&with["deposit_memo"], &with["deposit_memo_type"]], ["18446744073709551615", "id"]);
}

/// SEP24-084, SEP24-T04: who knows the memo early may pay too soon.
#[test]
fn a_withdrawals_memo_is_told_when_it_is_time_to_pay() {
    let keys = ["withdraw_anchor_account", "withdraw_memo", "withdraw_memo_type"];
    let early = object(&Story::of(Kind::Sep24Withdrawal));
    assert_eq!(keys.map(|key| &early[key]), [&Value::Null; 3]);
    let ready = object(&Story::awaiting(Kind::Sep24Withdrawal));
    assert_eq!(keys.map(|key| &ready[key]), [&json!(account(9).to_string()), &json!("77"), &json!("id")]);
}

/// SEP24-084: who paid, and where the money goes as far as it may be seen.
#[test]
fn a_withdrawal_tells_who_paid_and_to_whom() {
    let before = object(&Story::of(Kind::Sep24Withdrawal));
    assert_eq!([&before["from"], &before["to"]], [&json!(account(1).to_string()), &json!("")]);
    let funded = object(&Story::funded(Kind::Sep24Withdrawal));
    assert_eq!([&funded["from"], &funded["to"]], [&json!(account(3).to_string()), &json!("…4711")]);
    assert_eq!(funded["stellar_transaction_id"], hash(51).to_string());
}

/// SEP24-085
#[test]
fn amounts_have_at_most_seven_decimals() {
    let mut story = Story::of(Kind::Sep24Withdrawal);
    story.tell(10, Command::SubmitForm(Box::new(form(Kind::Sep24Withdrawal, "10.0000007"))));
    let object = object(&story);
    assert_eq!([&object["amount_in"], &object["amount_out"]], ["10.0000007", "9.9"]);
    assert_eq!(object["amount_fee"], "0.1000007");
    assert_eq!(story.view().initiated().unwrap().stellar_asset, asset(1));
}
