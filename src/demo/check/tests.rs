//! Every wrong value is found, and named.

use super::*;

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

fn account() -> AccountId {
    "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ".parse().unwrap()
}

fn transaction() -> Transaction {
    serde_json::from_value(serde_json::json!({
        "id": "d1", "kind": "deposit", "status": "completed",
        "amount_in": "100", "amount_out": "98.5", "amount_fee": "1.5", "fee_details": {"total": "1.50"},
        "completed_at": "2026-11-20T10:00:00Z", "stellar_transaction_id": "ab", "to": account(),
        "unknown": [1, 2],
    }))
    .unwrap()
}

fn report(statuses: &[&str]) -> TransferReport {
    let seen = |status: &&str| SeenStatus { status: (*status).to_owned(), at: 0.0 };
    TransferReport {
        statuses: statuses.iter().map(seen).collect(),
        ..TransferReport::new("d1", Kind::Deposit)
    }
}

fn terms() -> Terms {
    Terms { fee_fixed: Some(amount("1")), fee_percent: Some(amount("0.5")), ..Terms::default() }
}

fn check(change: impl FnOnce(&mut Transaction)) -> Vec<String> {
    let mut changed = transaction();
    change(&mut changed);
    let seen = report(&["incomplete", "pending_user_transfer_start", "completed"]);
    transfer(&changed, &seen, amount("100.00"), &terms(), account())
}

#[test]
fn a_transfer_that_is_as_it_should_be_has_no_differences() {
    assert_eq!(check(|_| {}), Vec::<String>::new());
}

#[test]
fn each_wrong_value_is_named_once() {
    type Spoil = fn(&mut Transaction);
    let cases: [(Spoil, &str); 7] = [
        (|t| t.amount_out = Some("98.4999999".parse().unwrap()), "100 in, but gave 98.4999999 out"),
        (|t| t.amount_fee = Some("1.4".parse().unwrap()), "fee_details.total is 1.5, expected 1.4"),
        (|t| t.to = Some("GABC".into()), "to is GABC"),
        (|t| t.kind = Kind::Withdrawal, "kind is withdrawal, expected deposit"),
        (|t| t.completed_at = None, "completed_at is missing"),
        (|t| t.stellar_transaction_id = None, "stellar_transaction_id is missing"),
        (|t| t.amount_in = None, "amount_in, fee or amount_out is missing"),
    ];
    for (change, expected) in cases {
        let differences = check(change);
        assert!(matches!(&differences[..], [only] if only.contains(expected)), "{expected}: {differences:?}");
    }
    let differences = check(|t| t.amount_in = Some("99".parse().unwrap()));
    assert!(differences[0].contains("amount_in is 99, expected 100"), "{differences:?}");
}

#[test]
fn the_fee_is_what_the_anchor_published_to_the_cent() {
    let fee = |fee: &str, terms: &Terms| fee_by_terms(Kind::Deposit, amount("100"), amount(fee), terms);
    assert_eq!(fee("1.5", &terms()), None);
    assert_eq!(fee("1.5099999", &terms()), None);
    assert!(fee("1.51", &terms()).is_some());
    assert!(fee("1.49", &terms()).is_some());
    let minimum = Terms { fee_minimum: Some(amount("5")), ..terms() };
    assert_eq!(fee("5", &minimum), None);
    assert_eq!(fee("77", &Terms::default()), None);
}

#[test]
fn statuses_go_forward_and_end_with_completed() {
    let check = |names: &[&str]| statuses(Kind::Deposit, &report(names).statuses);
    for fine in [
        &["incomplete", "pending_user_transfer_start", "pending_anchor", "pending_stellar", "completed"][..],
        &["incomplete", "pending_anchor", "pending_user_transfer_start", "pending_trust", "completed"],
        &["pending_user_transfer_start", "pending_external", "completed"],
        &["completed"],
    ] {
        assert_eq!(check(fine), Vec::<String>::new());
    }
    for wrong in [
        &["pending_user_transfer_start", "incomplete", "completed"][..],
        &["pending_anchor", "incomplete", "completed"],
        &["pending_stellar", "pending_user_transfer_start", "completed"],
        &["completed", "pending_anchor"],
        &["incomplete", "pending_user_transfer_complete", "completed"],
        &["pending_user_transfer_start"],
        &[],
    ] {
        assert!(!check(wrong).is_empty(), "{wrong:?}");
    }
    assert!(
        statuses(Kind::Withdrawal, &report(&["pending_user_transfer_complete", "completed"]).statuses)
            .is_empty()
    );
}

fn events(names: &[&str]) -> Vec<TimelineEvent> {
    let event = |(sequence, name): (u64, &&str)| TimelineEvent {
        sequence,
        event: (*name).to_owned(),
        occurred_at: "2026-11-20T10:00:00Z".to_owned(),
        actor: "system".to_owned(),
    };
    (1..).zip(names).map(event).collect()
}

#[test]
fn a_timeline_has_its_spine_in_order_and_nothing_twice() {
    let whole =
        ["Initiated", "Other", "FormSubmitted", "FundsReceived", "StellarPaymentSubmitted", "Completed"];
    assert_eq!(timeline(Kind::Deposit, &events(&whole)), Vec::<String>::new());
    assert!(timeline(Kind::Withdrawal, &events(&whole))[0].contains("PayoutPrepared"));
    let swapped = ["Initiated", "FundsReceived", "FormSubmitted", "StellarPaymentSubmitted", "Completed"];
    assert!(timeline(Kind::Deposit, &events(&swapped))[0].contains("no FundsReceived in its place"));
    let twice = [&whole[..], &["Completed"]].concat();
    assert!(timeline(Kind::Deposit, &events(&twice))[0].contains("Completed 2 times"));
    let mut gap = events(&whole);
    gap.remove(1);
    assert!(timeline(Kind::Deposit, &gap)[0].contains("numbered [1, 3"));
}

#[test]
fn the_list_is_these_transfers_newest_first() {
    let (old, new) = (transaction(), Transaction { id: "w1".into(), ..transaction() });
    assert_eq!(listing(&[new.clone(), old.clone()], &["w1", "d1"]), None);
    assert!(listing(&[old.clone(), new.clone()], &["w1", "d1"]).is_some());
    assert!(listing(&[new], &["w1", "d1"]).unwrap().contains("is w1, expected w1, d1"));
}

#[test]
fn a_balance_that_is_off_by_a_stroop_is_a_difference() {
    let mut account = Balance {
        account: "the network".into(),
        asset: "XLM".into(),
        before: amount("2"),
        expected: amount("1.0000001"),
        after: amount("1.0000001"),
    };
    assert_eq!(balance(&account), None);
    account.after = amount("1.0000002");
    let said = balance(&account).unwrap();
    assert_eq!(said, "the balance of the network in XLM is 1.0000002, expected 1.0000001");
}
