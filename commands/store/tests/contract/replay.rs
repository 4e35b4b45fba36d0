//! The rows as they were: a replay of a part of the log into another database.

use std::sync::Arc;

use windlass_store::{Append, Database, EventStore, Replay, Until};

use crate::fixture::{Histories, change, transfer};
use crate::pair::{Pair, folded, on_pairs, served, whole_log};

on_pairs! {
    a_replay_has_the_rows_of_a_position_or_of_a_time,
}

async fn a_replay_has_the_rows_of_a_position_or_of_a_time(pair: Pair) {
    for round in 0..6 {
        let mut streams = Vec::new();
        for id in ["a", "b", "c", &format!("only {round}")] {
            let history = pair.first.load(&transfer(id)).await.unwrap();
            streams.push(change(transfer(id), history, &["One", "Two"]));
        }
        pair.first.append(Append { streams, ..Append::default() }).await.unwrap();
    }
    let log = whole_log(&pair.first, 48).await;
    // Also within an append: its events have their places one after the other.
    for last in [0, 7, 11, 20, 47] {
        let rows = rows_until(&pair.first, Until::Position(log[last].at)).await;
        assert_eq!(rows, folded(&log[..=last]), "up to the event {last}");
        let moment = log[last].recorded_at;
        let by_then: Vec<_> = log.iter().filter(|event| event.recorded_at <= moment).cloned().collect();
        assert_eq!(rows_until(&pair.first, Until::Time(moment)).await, folded(&by_then));
    }
    assert_eq!(rows_until(&pair.first, Until::End).await, served(&pair.first).await);
    pair.close().await;
}

async fn rows_until(from: &Database, until: Until) -> std::collections::BTreeMap<String, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let into = Database::sqlite(folder.path().join("then.db"), vec![Arc::new(Histories)]).await.unwrap();
    let mut replay = Replay::new(from, &into, Arc::new(Histories), until);
    while replay.fill().await.unwrap() {}
    assert_eq!((replay.progress().streams, replay.progress().events), (9, 48));
    let rows = served(&into).await;
    into.close().await;
    rows
}
