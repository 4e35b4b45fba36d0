//! What is changed in the database behind the program's back is found, and named.

use windlass_projections::seal::Tampering;
use windlass_store::{LogPosition, RecordedEvent, Statement};

use super::fixture::{Log, trusting};

fn named(event: &RecordedEvent) -> String {
    format!("event {} of {} at {}", event.sequence, event.stream, event.at)
}

pub(super) async fn a_log_as_it_was_verifies(log: Log) {
    let empty = log.verify(&trusting(&[1])).await;
    assert_eq!((empty.events, empty.roots, empty.unsealed, empty.tampering), (0, 0, Some(0), None));
    let log = log.sealed().await;
    let done = log.verify(&trusting(&[1])).await;
    assert_eq!((done.events, done.roots, done.sealed), (55, 3, 50));
    assert_eq!((done.unsealed, done.unsealed_since), (Some(5), Some(log.events().await[50].recorded_at)));
    assert_eq!(done.keys, trusting(&[1]).keys);
    assert_eq!(done.tampering, None);
}

pub(super) async fn a_changed_event_is_named(log: Log) {
    let log = log.sealed().await;
    let event = log.events().await[25].clone();
    assert_eq!(event.payload, "{\"n\": 25}");
    for (change, back) in [
        (
            "UPDATE events SET payload = '{\"n\": 26}' WHERE aggregate_id = $1 AND sequence = $2",
            "UPDATE events SET payload = '{\"n\": 25}' WHERE aggregate_id = $1 AND sequence = $2",
        ),
        (
            "UPDATE events SET metadata = '{\"actor\":  \"é\"}' WHERE aggregate_id = $1 AND sequence = $2",
            "UPDATE events SET metadata = '{\"actor\": \"é\"}' WHERE aggregate_id = $1 AND sequence = $2",
        ),
        (
            "UPDATE events SET recorded_at = recorded_at + 1 WHERE aggregate_id = $1 AND sequence = $2",
            "UPDATE events SET recorded_at = recorded_at - 1 WHERE aggregate_id = $1 AND sequence = $2",
        ),
        (
            "UPDATE events SET event_type = 'Made2' WHERE aggregate_id = $1 AND sequence = $2",
            "UPDATE events SET event_type = 'Made' WHERE aggregate_id = $1 AND sequence = $2",
        ),
        (
            "UPDATE events SET event_version = '2' WHERE aggregate_id = $1 AND sequence = $2",
            "UPDATE events SET event_version = '1' WHERE aggregate_id = $1 AND sequence = $2",
        ),
        (
            "UPDATE events SET aggregate_type = 'dea1' WHERE aggregate_id = $1 AND sequence = $2",
            "UPDATE events SET aggregate_type = 'deal' WHERE aggregate_id = $1 AND sequence = $2",
        ),
    ] {
        log.tamper_at(change, &event).await;
        assert_eq!(log.said().await, format!("{} was changed", named(&event)), "{change}");
        log.tamper_at(back, &event).await;
        assert_eq!(log.said().await, "nothing");
    }
    // Of several, the first.
    log.tamper("UPDATE events SET recorded_at = recorded_at + 1").await;
    assert_eq!(log.said().await, format!("{} was changed", named(&log.events().await[0])));
}

const REMOVE: &str = "DELETE FROM events WHERE aggregate_id = $1 AND sequence = $2";

pub(super) async fn a_removed_event_is_named(log: Log) {
    let log = log.sealed().await;
    let events = log.events().await;
    // The last of the first root, the first after it, and the last that is sealed.
    for (index, sealed) in [(49, 49), (20, 20), (19, 19)] {
        log.tamper_at(REMOVE, &events[index]).await;
        let Some(Tampering::Removed { event, before }) = log.found().await else { panic!("{index}") };
        assert_eq!(
            (&event.stream, event.sequence, event.at),
            (&events[index].stream, events[index].sequence, None)
        );
        let next = if index == 19 { 21 } else { sealed + 1 };
        assert_eq!(before, Some(events[next].at), "{index}");
    }
}

const MAKE_ROOM: &str = "UPDATE events SET position = position + 100000 WHERE (tx, position) > ($1, $2)";

const INSERT: &str = "INSERT INTO events
    (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, tx, position, recorded_at)
    VALUES ('deal', 'new', 1, 'Made', '1', '{}', '{}', $1, $2, 0)";

pub(super) async fn an_inserted_event_is_named(log: Log) {
    let log = log.sealed().await;
    let LogPosition { tx, position } = log.events().await[30].at;
    let statement = |sql, place| Statement::new(sql).integer(tx).integer(place);
    log.database.write(vec![statement(MAKE_ROOM, position), statement(INSERT, position + 1)]).await.unwrap();
    assert_eq!(log.events().await.len(), 56);
    assert_eq!(log.said().await, format!("event 1 of deal/new at {tx}.{} was inserted", position + 1));
}

const MOVE: &str = "UPDATE events SET tx = $3, position = $4 WHERE aggregate_id = $1 AND sequence = $2";

pub(super) async fn two_swapped_events_are_named(log: Log) {
    let log = log.sealed().await;
    let events = log.events().await;
    let (one, two) = (&events[11], &events[14]);
    assert_ne!(one.stream, two.stream);
    let to = |event: &RecordedEvent, at: LogPosition| {
        let named =
            Statement::new(MOVE).text(event.stream.aggregate_id.as_str()).integer(event.sequence as i64);
        named.integer(at.tx).integer(at.position)
    };
    let aside = LogPosition { tx: one.at.tx, position: 1_000_000 };
    log.database.write(vec![to(one, aside), to(two, one.at), to(one, two.at)]).await.unwrap();
    let expected = format!(
        "event {} of {} at {} was moved; event {} of {} at {} stood in its place",
        two.sequence, two.stream, one.at, one.sequence, one.stream, two.at
    );
    assert_eq!(log.said().await, expected);
}

pub(super) async fn a_log_without_its_end_is_found(log: Log) {
    let log = log.sealed().await;
    let events = log.events().await;
    // The leaves know what there was, sealed by a root or not.
    for first in [52, 45, 37] {
        for event in &events[first..] {
            log.tamper_at(REMOVE, event).await;
        }
        let name = format!("event {} of {}", events[first].sequence, events[first].stream);
        assert_eq!(log.said().await, format!("{name} was removed from the log's end"));
    }
    // With the leaves gone, the root still knows how many there were.
    log.tamper("DELETE FROM merkle_leaves WHERE leaf >= 37").await;
    let said = log.said().await;
    assert!(said.contains("the first 20 events fit their signed root, the first 40 do not"), "{said}");
    assert!(said.ends_with("the log has 37 events, and had 40 when its last root was signed"), "{said}");
}

const CHANGE: &str =
    "UPDATE events SET recorded_at = recorded_at + 1 WHERE aggregate_id = $1 AND sequence = $2";

/// Gives the leaf the hash that its event has now.
async fn change_leaf(log: &Log, index: u64, hash: [u8; 32]) {
    let leaf = Statement::new("UPDATE merkle_leaves SET hash = $2 WHERE leaf = $1");
    log.database.write_one(leaf.integer(index as i64).blob(hash)).await.unwrap();
}

/// The tree that the changed log has, in the tables of another log.
async fn sealed_anew(log: &Log) -> Vec<(i64, i64, Vec<u8>)> {
    log.tamper("CREATE TABLE kept AS SELECT * FROM subscriptions").await;
    log.tamper("CREATE TABLE kept_leaves AS SELECT * FROM merkle_leaves").await;
    log.tamper("CREATE TABLE kept_nodes AS SELECT * FROM merkle_nodes").await;
    let empty = [
        "DELETE FROM merkle_leaves",
        "DELETE FROM merkle_nodes",
        "UPDATE subscriptions SET tx = 0, position = 0",
    ];
    for sql in empty {
        log.tamper(sql).await;
    }
    log.seal().await;
    let all = "SELECT CAST(0 AS bigint), leaf, hash FROM merkle_leaves UNION ALL SELECT level, node, hash FROM merkle_nodes";
    let rows = log.database.read(Statement::new(all)).await.unwrap();
    let anew =
        rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap())).collect();
    for sql in [
        "DELETE FROM merkle_leaves",
        "DELETE FROM merkle_nodes",
        "DELETE FROM subscriptions",
        "INSERT INTO merkle_leaves SELECT * FROM kept_leaves",
        "INSERT INTO merkle_nodes SELECT * FROM kept_nodes",
        "INSERT INTO subscriptions SELECT * FROM kept",
    ] {
        log.tamper(sql).await;
    }
    anew
}

pub(super) async fn a_change_of_log_and_leaf_is_found_by_the_node_above(log: Log) {
    let log = log.sealed().await;
    let event = log.events().await[26].clone();
    log.tamper_at(CHANGE, &event).await;
    let anew = sealed_anew(&log).await;
    let hash = |level, node| {
        let found = anew.iter().find(|(l, n, _)| (*l, *n) == (level, node)).unwrap();
        <[u8; 32]>::try_from(found.2.clone()).unwrap()
    };
    change_leaf(&log, 26, hash(0, 26)).await;
    let unfit = |among| Tampering::Unfit { after: 20, until: 40, first: None, among };
    assert_eq!(log.found().await, Some(unfit((26, 28))));
    // And with the node above that changed too, by the one above it.
    let node = Statement::new("UPDATE merkle_nodes SET hash = $2 WHERE level = 1 AND node = $1");
    log.database.write_one(node.integer(13).blob(hash(1, 13))).await.unwrap();
    assert_eq!(log.found().await, Some(unfit((24, 28))));
}

pub(super) async fn a_change_of_the_whole_tree_is_found_by_the_signed_root(log: Log) {
    let log = log.sealed().await;
    let event = log.events().await[26].clone();
    log.tamper_at(CHANGE, &event).await;
    for sql in [
        "DELETE FROM merkle_leaves",
        "DELETE FROM merkle_nodes",
        "UPDATE subscriptions SET tx = 0, position = 0",
    ] {
        log.tamper(sql).await;
    }
    log.seal().await;
    let unfit = Tampering::Unfit { after: 20, until: 40, first: None, among: (20, 40) };
    assert_eq!(log.found().await, Some(unfit));
    // A second change, of the log alone: neither is what was signed, and the stored tree tells of that one.
    let second = log.events().await[33].clone();
    log.tamper_at(CHANGE, &second).await;
    let said = log.said().await;
    assert!(
        said.contains("among the events 21 to 40 of the log, and the first that does not fit: event"),
        "{said}"
    );
    assert!(said.ends_with(&format!("{} was changed", named(&second))), "{said}");
    // The signer does not go on with it either.
    log.sign().await.unwrap_err();
}

pub(super) async fn a_changed_tree_is_told_from_a_changed_log(log: Log) {
    let log = log.sealed().await;
    let event = log.events().await[9].clone();
    log.tamper("UPDATE merkle_nodes SET hash = (SELECT hash FROM merkle_leaves WHERE leaf = 0) WHERE level = 2 AND node = 5")
        .await;
    assert_eq!(log.found().await, Some(Tampering::Node { level: 2, index: 5 }));
    log.tamper("UPDATE merkle_leaves SET sequence = 1000 WHERE leaf = 9").await;
    let said = log.said().await;
    assert_eq!(
        said,
        format!("leaf 9 of the stored tree was changed; the log ({}) fits the signed root", named(&event))
    );
    log.tamper("DELETE FROM merkle_leaves WHERE leaf = 9").await;
    assert_eq!(log.said().await, said);
    change_leaf(&log, 7, [3; 32]).await;
    assert!(matches!(log.found().await, Some(Tampering::Leaf { index: 7, .. })));
    log.tamper("UPDATE merkle_leaves SET hash = (SELECT hash FROM merkle_nodes WHERE level = 1 AND node = 0) WHERE leaf = 2").await;
    assert!(matches!(log.found().await, Some(Tampering::Leaf { index: 2, .. })));
}

pub(super) async fn what_no_root_covers_yet_is_compared_with_its_leaf(log: Log) {
    let log = log.sealed().await;
    let events = log.events().await;
    // It has no leaf yet: nothing knows how it was.
    log.tamper_at(CHANGE, &events[54]).await;
    assert_eq!(log.said().await, "nothing");
    log.tamper_at(CHANGE, &events[52]).await;
    assert_eq!(log.said().await, format!("{} was changed", named(&events[52])));
}

pub(super) async fn a_move_to_other_places_changes_nothing(log: Log) {
    let log = log.sealed().await;
    let events = log.events().await;
    // As a copy has them: one transaction, positions without gaps.
    for aside in [1_000_000, 0] {
        let moves = (1..).zip(&events).map(|(number, event)| {
            let named = Statement::new(MOVE).text(event.stream.aggregate_id.as_str());
            named.integer(event.sequence as i64).integer(0).integer(aside + number)
        });
        log.database.write(moves.collect()).await.unwrap();
    }
    assert_eq!(log.events().await[54].at, LogPosition { tx: 0, position: 55 });
    assert_eq!(log.said().await, "nothing");
}
