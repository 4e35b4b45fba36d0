//! The timeline of a transfer: in words, whole, and as of any moment.

use std::{collections::BTreeSet, env, fs, path::Path};

use serde_json::Value;
use windlass_domain::transfer::TransferId;
use windlass_projections::{LogPosition, audit::Moment};

use crate::stores::{Kept, Line, all, golden, stores};

const DEPOSIT: &str = "01955600-0100-7000-8000-000000000001";
const WITHDRAWAL: &str = "01955600-0200-7000-8000-000000000001";

fn id(text: &str) -> TransferId {
    text.parse().unwrap()
}

fn transfers(lines: &[Line]) -> BTreeSet<TransferId> {
    let own = lines.iter().filter(|line| line.aggregate_type == "transfer");
    own.map(|line| id(&line.aggregate_id)).collect()
}

/// What is told of a transfer, positions aside: they are the store's own.
async fn told(kept: &Kept, transfer: TransferId) -> String {
    let timeline = kept.queries.audit_timeline(transfer, None).await.unwrap().unwrap();
    let mut text = timeline.to_string();
    for (number, entry) in timeline.timeline.iter().enumerate() {
        let own = format!("position {})", entry.position);
        text = text.replacen(&own, &format!("position {})", number + 1), 1);
    }
    text
}

/// `WINDLASS_WRITE_GOLDEN=1` writes the files anew, to be read before they are committed.
#[tokio::test]
async fn a_deposit_and_a_withdrawal_are_told_in_the_words_of_the_golden_files() {
    for (transfer, log, file) in
        [(DEPOSIT, "deposit.jsonl", "deposit.txt"), (WITHDRAWAL, "withdrawal.jsonl", "withdrawal.txt")]
    {
        let golden_file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit/golden").join(file);
        for kept in stores().await {
            kept.append(&golden(log)).await;
            let text = told(&kept, id(transfer)).await;
            if env::var_os("WINDLASS_WRITE_GOLDEN").is_some() {
                fs::write(&golden_file, &text).unwrap();
            }
            assert_eq!(text, fs::read_to_string(&golden_file).unwrap(), "{}", kept.name);
            kept.close().await;
        }
    }
}

#[tokio::test]
async fn every_event_of_a_transfer_and_of_what_it_names_is_told_once_and_in_order() {
    let lines = all();
    for kept in stores().await {
        kept.append(&lines).await;
        let log = kept.store.read_log(LogPosition::START, 10_000).await.unwrap();
        let mut told = BTreeSet::new();
        for transfer in transfers(&lines) {
            let timeline = kept.queries.audit_timeline(transfer, None).await.unwrap().unwrap();
            let positions: Vec<LogPosition> =
                timeline.timeline.iter().map(|entry| entry.position.parse().unwrap()).collect();
            assert!(positions.is_sorted_by(|one, next| one < next), "{}", kept.name);
            for entry in &timeline.timeline {
                assert!(entry.what.ends_with('.') && !entry.why.is_empty(), "{}", entry.what);
            }
            told.extend(positions);
        }
        let untold = log.iter().filter(|event| !told.contains(&event.at));
        let untold: BTreeSet<_> = untold.map(|event| event.stream.to_string()).collect();
        // Payments that no transfer took: no transfer names them either.
        assert_eq!(untold.len(), 3, "{untold:?}");
        assert!(untold.iter().all(|stream| stream.starts_with("inbound_payment/")), "{untold:?}");
        kept.close().await;
    }
}

#[tokio::test]
async fn as_of_a_moment_only_what_was_recorded_by_then_is_told() {
    let lines = golden("withdrawal.jsonl");
    for kept in stores().await {
        kept.append(&lines).await;
        let whole = kept.queries.audit_timeline(id(WITHDRAWAL), None).await.unwrap().unwrap().timeline;
        assert_eq!(whole.len(), lines.len());
        let mut statuses = vec![];
        for (number, entry) in (1..).zip(&whole) {
            let at = Moment::Position(entry.position.parse().unwrap());
            let then = kept.queries.audit_timeline(id(WITHDRAWAL), Some(at)).await.unwrap().unwrap();
            assert_eq!(then.timeline.len(), number, "{}", kept.name);
            assert_eq!(then.timeline.last().unwrap().position, entry.position);
            let time = Moment::Time(entry.recorded_at);
            let by_time = kept.queries.audit_timeline(id(WITHDRAWAL), Some(time)).await.unwrap().unwrap();
            let recorded = whole.iter().filter(|other| other.recorded_at <= entry.recorded_at).count();
            assert_eq!(by_time.timeline.len(), recorded, "{}", kept.name);
            statuses.push(then.state.unwrap().status.to_string());
        }
        statuses.dedup();
        let passed = [
            "incomplete",
            "pending_anchor",
            "pending_user_transfer_start",
            "pending_anchor",
            "pending_external",
            "pending_anchor",
            "completed",
        ];
        assert_eq!(statuses, passed, "{}", kept.name);
        let before = Moment::Position(LogPosition::START);
        let nothing = kept.queries.audit_timeline(id(WITHDRAWAL), Some(before)).await.unwrap().unwrap();
        assert!(nothing.state.is_none() && nothing.timeline.is_empty());
        kept.close().await;
    }
}

#[tokio::test]
async fn the_state_and_the_references_are_those_of_the_transfer() {
    for kept in stores().await {
        kept.append(&golden("deposit.jsonl")).await;
        let timeline = kept.queries.audit_timeline(id(DEPOSIT), None).await.unwrap().unwrap();
        let json = serde_json::to_value(&timeline).unwrap();
        assert_eq!(json["state"]["status"], "completed");
        assert_eq!(json["state"]["kind"], "deposit");
        let entries = json["timeline"].as_array().unwrap();
        let of = |name: &str| entries.iter().find(|entry| entry["event_type"] == name).unwrap();
        let hash = &json["state"]["stellar_transaction_id"];
        assert_eq!(of("StellarPaymentConfirmed")["ledger"]["transaction"], *hash);
        assert_eq!(of("StellarPaymentConfirmed")["ledger"]["ledger"], 50101);
        assert_eq!(of("Confirmed")["ledger"]["transaction"], *hash);
        assert_eq!(of("FundsReceived")["rail"]["external_id"], "credit-1");
        assert_eq!(of("Initiated")["ledger"], Value::Null);
        assert!(of("Prepared")["on_order_of"].as_str().unwrap().starts_with("the user G"));
        kept.close().await;
    }
}

#[tokio::test]
async fn of_no_transfer_nothing_is_told() {
    for kept in stores().await {
        assert!(kept.queries.audit_timeline(id(DEPOSIT), None).await.unwrap().is_none());
        assert!(kept.queries.audit_transfer_events(id(DEPOSIT), None).await.unwrap().is_none());
        kept.close().await;
    }
}
