//! What is not copied, and why.

use std::time::Duration;

use windlass_store::{CopiedTable, CopyError, CopyOptions, Dialect, EventStore, Schema, Statement, copy};

use crate::fixture::{TABLES, add, at, fill, options, place};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_somebody_works_on_is_refused() {
    let (origin, there) = (place(Dialect::Sqlite).await, place(Dialect::Postgres).await);
    fill(&origin).await;
    // A minute's lease of the fixture is still good then.
    let early = CopyOptions { now: at(30), ..options() };
    let refused = copy(&origin.database, &there.database, &TABLES, &early, |_| {}).await.unwrap_err();
    assert!(matches!(&refused, CopyError::SourceBusy(who) if who.contains("worker")), "{refused}");
    assert_eq!(there.database.unfinished_copy().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_is_not_empty_is_refused_and_left_alone() {
    let origin = place(Dialect::Sqlite).await;
    fill(&origin).await;
    let used = place(Dialect::Postgres).await;
    add(&used, "its own", &["Begun"]).await;
    for restart in [false, true] {
        let how = CopyOptions { restart, ..options() };
        let refused = copy(&origin.database, &used.database, &TABLES, &how, |_| {}).await;
        assert_eq!(refused, Err(CopyError::TargetNotEmpty("events")));
    }
    let leased = place(Dialect::Sqlite).await;
    leased.database.acquire_lease("duty", "me", at(0), Duration::from_secs(1)).await.unwrap();
    let refused = copy(&origin.database, &leased.database, &TABLES, &options(), |_| {}).await;
    assert_eq!(refused, Err(CopyError::TargetNotEmpty("leases")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_nobody_declared_is_told_and_one_that_does_not_fit_is_refused() {
    let (origin, there) = (place(Dialect::Sqlite).await, place(Dialect::Postgres).await);
    fill(&origin).await;
    let own =
        Schema { component: "own", migrations: &["CREATE TABLE notes (id INTEGER PRIMARY KEY, rate REAL)"] };
    origin.database.migrate(own).await.unwrap();
    let mut tables = TABLES.to_vec();
    tables.push(CopiedTable::new("notes", &["id"]));
    let refused = copy(&origin.database, &there.database, &tables, &options(), |_| {}).await.unwrap_err();
    assert!(refused.to_string().contains("notes") && refused.to_string().contains("rate"), "{refused}");
    let copied = copy(&origin.database, &there.database, &TABLES, &options(), |_| {}).await.unwrap();
    assert_eq!(copied.left_behind, ["notes"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_anchor_can_be_moved_too() {
    let (origin, there) = (place(Dialect::Postgres).await, place(Dialect::Postgres).await);
    let copied = copy(&origin.database, &there.database, &TABLES, &options(), |_| {}).await.unwrap();
    assert!(copied.tables.iter().all(|table| table.rows == 0));
    add(&there, "first", &["Begun"]).await;
    there.database.write_one(Statement::new("INSERT INTO seals (seal) VALUES ($1)").blob([1])).await.unwrap();
}
