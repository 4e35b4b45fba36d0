//! Every statement is valid, and none walks through a whole table.

use sqlx::{Connection, Executor, Row, SqliteConnection};
use tempfile::TempDir;

use super::super::sql;
use super::file;
use crate::sql::texts::{self, PORTABLE};
use crate::{Database, EventStore};

/// A connection of our own to a fresh file.
async fn connection() -> (TempDir, SqliteConnection) {
    let (folder, path) = file();
    Database::sqlite(&path, vec![]).await.unwrap().close().await;
    (folder, SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap())
}

fn all() -> impl Iterator<Item = &'static str> {
    sql::ALL.iter().chain(PORTABLE).copied()
}

async fn plan(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let explained = format!("EXPLAIN QUERY PLAN {sql}");
    let rows = sqlx::query(&explained).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

#[tokio::test]
async fn every_statement_can_be_prepared() {
    let written = include_str!("../sql.rs").matches(": &str =").count();
    assert_eq!(sql::ALL.len(), written, "a statement is missing from ALL");
    let shared = include_str!("../../sql/texts.rs").matches(": &str =").count();
    assert_eq!(PORTABLE.len(), shared, "a statement is missing from PORTABLE");
    let (_folder, mut connection) = connection().await;
    for sql in all() {
        let prepared = connection.prepare(sql).await;
        assert!(prepared.is_ok(), "{sql}: {prepared:?}");
    }
}

#[tokio::test]
async fn pages_of_the_log_streams_and_due_tasks_come_from_an_index_without_a_sort() {
    let (_folder, mut connection) = connection().await;
    for (sql, index) in [
        (sql::READ_LOG, "SEARCH events USING INTEGER PRIMARY KEY (rowid>?)"),
        (sql::LOAD, "SEARCH events USING INDEX sqlite_autoindex_events_1"),
        (sql::LEASE_TASKS, "SEARCH t USING INDEX tasks_due (due_at<?)"),
        (texts::WAITING_TASKS, "SCAN tasks USING INDEX tasks_due"),
        (texts::PARKED_TASKS, "SCAN tasks USING INDEX tasks_parked"),
        (sql::NEXT_DUE, "SCAN t USING INDEX tasks_due"),
        (texts::DROP_EXPIRED, "SEARCH reservations USING COVERING INDEX reservations_expiry"),
    ] {
        let plan = plan(&mut connection, sql).await;
        assert!(plan.iter().any(|step| step.starts_with(index)), "{sql}: {plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("B-TREE FOR ORDER BY")), "{sql}: {plan:#?}");
    }
}

#[tokio::test]
async fn nothing_walks_through_a_whole_table_but_the_list_of_all_tasks() {
    let (_folder, mut connection) = connection().await;
    let statements = [
        sql::BEGIN,
        sql::COMMIT,
        sql::ROLLBACK,
        sql::PURGE,
        sql::HAS_VERSIONS,
        sql::EPOCH,
        sql::BUMP_EPOCH,
        texts::CREATE_SCHEMA_VERSIONS,
        texts::SCHEMA_VERSIONS,
        texts::PROJECTIONS,
        texts::ANY_EVENT,
        texts::ALL_TASKS,
    ];
    for sql in all().filter(|sql| !statements.contains(sql)) {
        for step in plan(&mut connection, sql).await {
            let walk = step.starts_with("SCAN")
                && !step.contains("VIRTUAL TABLE")
                && !step.contains("USING INDEX tasks_")
                && !step.contains("USING COVERING INDEX tasks_leased")
                && !step.starts_with("SCAN (subquery")
                && !step.contains("CONSTANT ROW");
            assert!(!walk, "{sql}: {step}");
        }
    }
}
