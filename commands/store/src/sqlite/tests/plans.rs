//! Every statement is valid, and none walks through a whole table.

use sqlx::{Executor, Row};

use super::super::{SqliteStore, sql};
use super::fresh;

async fn plan(store: &SqliteStore, sql: &str) -> Vec<String> {
    let explained = format!("EXPLAIN QUERY PLAN {sql}");
    let rows = sqlx::query(&explained).fetch_all(&store.readers()).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

#[tokio::test]
async fn every_statement_can_be_prepared() {
    let written = include_str!("../sql.rs").matches(": &str =").count();
    assert_eq!(sql::ALL.len(), written, "a statement is missing from ALL");
    let (_folder, store) = fresh(vec![]).await;
    for sql in sql::ALL {
        let prepared = store.readers().prepare(sql).await;
        assert!(prepared.is_ok(), "{sql}: {prepared:?}");
    }
}

#[tokio::test]
async fn pages_of_the_log_streams_and_due_tasks_come_from_an_index_without_a_sort() {
    let (_folder, store) = fresh(vec![]).await;
    for (sql, index) in [
        (sql::READ_LOG, "SEARCH events USING INTEGER PRIMARY KEY (rowid>?)"),
        (sql::LOAD, "SEARCH events USING INDEX sqlite_autoindex_events_1"),
        (sql::LEASE_TASKS, "SEARCH t USING INDEX tasks_due (due_at<?)"),
        (sql::WAITING_TASKS, "SCAN tasks USING INDEX tasks_due"),
        (sql::PARKED_TASKS, "SCAN tasks USING INDEX tasks_parked"),
        (sql::NEXT_DUE, "SCAN t USING INDEX tasks_due"),
        (sql::DROP_EXPIRED, "SEARCH reservations USING COVERING INDEX reservations_expiry"),
    ] {
        let plan = plan(&store, sql).await;
        assert!(plan.iter().any(|step| step.starts_with(index)), "{sql}: {plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("B-TREE FOR ORDER BY")), "{sql}: {plan:#?}");
    }
}

#[tokio::test]
async fn nothing_walks_through_a_whole_table_but_the_list_of_all_tasks() {
    let (_folder, store) = fresh(vec![]).await;
    let statements =
        [sql::BEGIN, sql::COMMIT, sql::ROLLBACK, sql::PURGE, sql::CREATE_SCHEMA_VERSIONS, sql::ALL_TASKS];
    for sql in sql::ALL.iter().filter(|sql| !statements.contains(sql)) {
        for step in plan(&store, sql).await {
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
