//! Building rows anew: interrupted, begun twice, abandoned, compared, by a newer program.

use std::sync::Arc;

use windlass_store::{
    AppendError, Build, Dialect, Difference, EventStore, InlineProjection, InlineRow, ProjectionError,
    Statement, StoreError, StreamChange, Table,
};

use crate::fixture::{Histories, append};
use crate::pair::{Pair, fill, folded, has_table, on_pairs, served, whole_log};

on_pairs! {
    what_was_built_takes_the_place_of_what_was_served,
    an_interrupted_build_goes_on_where_it_stopped,
    two_processes_that_begin_at_once_share_a_build,
    an_abandoned_build_leaves_what_is_served,
    every_row_that_is_not_what_the_log_says_is_named,
    rows_of_a_newer_version_are_not_written_by_an_older_program,
}

/// Rows that no longer are what the log says.
async fn deface(pair: &Pair) {
    pair.first.write_one(Statement::new("UPDATE histories SET events = '[]'")).await.unwrap();
}

async fn what_was_built_takes_the_place_of_what_was_served(pair: Pair) {
    fill(&pair.first, 700).await;
    deface(&pair).await;
    let mut build = Build::begin(&pair.first, "histories").await.unwrap();
    let mut pages = 0;
    while build.fill().await.unwrap() {
        pages += 1;
    }
    assert!(pages > 1, "everything was one page");
    assert_eq!((build.progress().streams, build.progress().events), (700, 2_100));
    build.swap().await.unwrap();
    assert_eq!(served(&pair.second).await, folded(&whole_log(&pair.first, 2_100).await));
    // And once more, into tables of the next number.
    let mut build = Build::begin(&pair.second, "histories").await.unwrap();
    assert!(has_table(&pair.first, "histories_3").await);
    while build.fill().await.unwrap() {}
    build.swap().await.unwrap();
    assert!(!has_table(&pair.first, "histories_2").await && !has_table(&pair.first, "histories_3").await);
    pair.first.append(append("t0", vec![], &["One"])).await.unwrap();
    assert_eq!(served(&pair.second).await.len(), 701);
    pair.close().await;
}

async fn an_interrupted_build_goes_on_where_it_stopped(pair: Pair) {
    fill(&pair.first, 700).await;
    deface(&pair).await;
    let mut build = Build::begin(&pair.first, "histories").await.unwrap();
    assert!(build.fill().await.unwrap());
    let done = build.progress();
    assert!(done.streams > 0 && done.streams < 700, "{done:?}");
    drop(build);
    let mut build = Build::begin(&pair.second, "histories").await.unwrap();
    assert_eq!(build.progress(), done);
    while build.fill().await.unwrap() {}
    assert_eq!(build.progress().streams, 700);
    build.swap().await.unwrap();
    assert_eq!(served(&pair.first).await, folded(&whole_log(&pair.first, 2_100).await));
    pair.close().await;
}

async fn two_processes_that_begin_at_once_share_a_build(pair: Pair) {
    fill(&pair.first, 50).await;
    deface(&pair).await;
    let begun = tokio::join!(Build::begin(&pair.first, "histories"), Build::begin(&pair.second, "histories"));
    let (mut one, mut other) = (begun.0.unwrap(), begun.1.unwrap());
    let building = Statement::new("SELECT build, building FROM projections WHERE name = 'histories'");
    let row = pair.first.read_one(building).await.unwrap().unwrap();
    assert_eq!((row.count(0).unwrap(), row.count(1).unwrap()), (2, 2));
    while one.fill().await.unwrap() {
        other.fill().await.unwrap();
    }
    while other.fill().await.unwrap() {}
    one.swap().await.unwrap();
    let lost = other.swap().await.unwrap_err();
    assert!(lost.to_string().contains("ended by another process"), "{lost}");
    assert_eq!(served(&pair.first).await, folded(&whole_log(&pair.first, 150).await));
    pair.close().await;
}

async fn an_abandoned_build_leaves_what_is_served(pair: Pair) {
    fill(&pair.first, 50).await;
    let before = served(&pair.first).await;
    let mut build = Build::begin(&pair.first, "histories").await.unwrap();
    build.fill().await.unwrap();
    pair.second.append(append("during", vec![], &["One"])).await.unwrap();
    build.abandon().await.unwrap();
    assert!(!has_table(&pair.first, "histories_2").await);
    pair.second.append(append("after", vec![], &["One"])).await.unwrap();
    pair.first.append(append("after too", vec![], &["One"])).await.unwrap();
    let mut after = served(&pair.first).await;
    assert_eq!(after.len(), 53);
    after.retain(|key, _| before.contains_key(key));
    assert_eq!(after, before);
    let mut again = Build::begin(&pair.second, "histories").await.unwrap();
    while again.fill().await.unwrap() {}
    again.swap().await.unwrap();
    assert_eq!(served(&pair.first).await.len(), 53);
    pair.close().await;
}

async fn every_row_that_is_not_what_the_log_says_is_named(pair: Pair) {
    fill(&pair.first, 1_500).await;
    for change in [
        "UPDATE histories SET events = '[\"One\"]' WHERE key = 't0001'",
        "DELETE FROM histories WHERE key = 't0002'",
        "INSERT INTO histories (key, sequence, events) VALUES ('t9999', 1, '[]')",
    ] {
        pair.first.write_one(Statement::new(change)).await.unwrap();
    }
    let mut build = Build::begin(&pair.first, "histories").await.unwrap();
    while build.fill().await.unwrap() {}
    // Written to both.
    pair.second.append(append("new", vec![], &["One"])).await.unwrap();
    let found = build.differences("").await.unwrap();
    let kinds: Vec<_> =
        found.iter().map(|row| (row.key.as_str(), row.served.is_some(), row.built.is_some())).collect();
    assert_eq!(kinds, [("t0001", true, true), ("t0002", false, true), ("t9999", true, false)]);
    let parsed =
        |row: &Option<String>| serde_json::from_str::<serde_json::Value>(row.as_ref().unwrap()).unwrap();
    let Difference { served, built, .. } = &found[0];
    assert_eq!(parsed(served)["events"], r#"["One"]"#);
    assert_eq!(parsed(built)["events"], r#"["One","Two","Three"]"#);
    assert_eq!(build.differences("t0002").await.unwrap().len(), 1);
    assert_eq!(build.differences("t9999").await.unwrap(), []);
    build.abandon().await.unwrap();
    assert!(served_has(&pair, "t9999").await, "comparing has changed what is served");
    pair.close().await;
}

async fn served_has(pair: &Pair, key: &str) -> bool {
    let query = Statement::new("SELECT sequence FROM histories WHERE key = $1").text(key);
    pair.first.read_one(query).await.unwrap().is_some()
}

async fn rows_of_a_newer_version_are_not_written_by_an_older_program(pair: Pair) {
    fill(&pair.first, 50).await;
    deface(&pair).await;
    let newer = pair.with(vec![Arc::new(Newer)]).await.unwrap();
    assert_eq!(newer.stale_projections().await.unwrap(), ["histories"]);
    assert_eq!(pair.first.stale_projections().await.unwrap(), Vec::<&str>::new());
    // Until it is built, both write the version that is served.
    newer.append(append("both", vec![], &["One"])).await.unwrap();
    pair.first.append(append("both too", vec![], &["One"])).await.unwrap();
    let refused = StoreError::NewerSchema { component: "histories".to_owned(), found: 2, known: 1 };
    let mut build = Build::begin(&newer, "histories").await.unwrap();
    let during = pair.first.append(append("during", vec![], &["One"])).await;
    assert_eq!(during, Err(AppendError::Store(refused.clone())));
    while build.fill().await.unwrap() {}
    build.swap().await.unwrap();
    let after = pair.second.append(append("after", vec![], &["One"])).await;
    assert_eq!(after, Err(AppendError::Store(refused.clone())));
    assert_eq!(pair.with(vec![Arc::new(Histories)]).await.err(), Some(refused));
    newer.append(append("after", vec![], &["One"])).await.unwrap();
    assert_eq!(newer.stale_projections().await.unwrap(), Vec::<&str>::new());
    assert_eq!(served(&newer).await, folded(&whole_log(&newer, 153).await));
    newer.close().await;
    pair.close().await;
}

/// A program in which rows are of the next version.
struct Newer;

impl InlineProjection for Newer {
    fn name(&self) -> &'static str {
        Histories.name()
    }

    fn version(&self) -> u32 {
        Histories.version() + 1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        Histories.aggregate_types()
    }

    fn table(&self) -> Table {
        Histories.table()
    }

    fn schema(&self, dialect: Dialect) -> &'static str {
        Histories.schema(dialect)
    }

    fn statement(&self, dialect: Dialect) -> &'static str {
        Histories.statement(dialect)
    }

    fn rows(&self, change: &StreamChange<'_>) -> Result<Vec<InlineRow>, ProjectionError> {
        Histories.rows(change)
    }
}
