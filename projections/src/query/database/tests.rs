//! Every statement can be prepared, and what lists or looks up goes by its index.

use sqlx::Executor;
use windlass_store::{Dialect, SqliteStore};

use super::*;
use crate::inline_projections;

const QUERIES: [&str; 7] =
    [BY_ID, BY_STELLAR_TRANSACTION, BY_EXTERNAL_TRANSACTION, PAGE, PAGE_AFTER, LAST_SEQUENCE, OPEN];

async fn store() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("windlass.db"), inline_projections()).await.unwrap();
    (folder, store)
}

async fn plan(pool: &SqlitePool, statement: &str) -> String {
    let explain = format!("EXPLAIN QUERY PLAN {statement}");
    let steps = sqlx::query(&explain).fetch_all(pool).await.unwrap();
    steps.iter().map(|step| step.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_statement_can_be_prepared() {
    let (_folder, store) = store().await;
    let upserts: Vec<_> =
        inline_projections().iter().map(|projection| projection.statement(Dialect::Sqlite)).collect();
    for statement in QUERIES.into_iter().chain(upserts) {
        let prepared = store.readers().prepare(statement).await;
        assert!(prepared.is_ok(), "{statement}: {:?}", prepared.err());
    }
}

#[tokio::test]
async fn every_query_goes_by_its_index() {
    let (_folder, store) = store().await;
    for (statement, index) in [
        (BY_ID, "sqlite_autoindex_transfers_1 (id=?)"),
        (BY_STELLAR_TRANSACTION, "transfers_by_stellar_transaction (stellar_transaction_id=?)"),
        (BY_EXTERNAL_TRANSACTION, "transfers_by_external_transaction (external_transaction_id=?)"),
        (PAGE, "transfers_by_subject (subject=? AND asset=? AND started_at>?)"),
        (PAGE_AFTER, "transfers_by_subject (subject=? AND asset=? AND started_at>? AND started_at<?)"),
        (LAST_SEQUENCE, "stellar_transactions_spent (source=?)"),
        (OPEN, "stellar_transactions_open (source=?)"),
    ] {
        let plan = plan(&store.readers(), statement).await;
        assert!(plan.contains(index), "{statement}\n{plan}");
        assert!(!plan.contains("SCAN transfers") && !plan.contains("SCAN stellar"), "{statement}\n{plan}");
    }
}

#[tokio::test]
async fn pages_and_sequence_numbers_need_no_sort() {
    let (_folder, store) = store().await;
    for statement in [PAGE, PAGE_AFTER, LAST_SEQUENCE] {
        let plan = plan(&store.readers(), statement).await;
        assert!(!plan.contains("TEMP B-TREE"), "{statement}\n{plan}");
    }
}
