//! Every statement can be prepared in both databases, and what lists or looks up goes by its index.

use sqlx::{Connection, Executor, PgConnection, Row as _, SqliteConnection};
use windlass_store::{Dialect, EventStore, Location};

use super::*;
use crate::inline_projections;

const QUERIES: [&str; 6] =
    [BY_ID, BY_STELLAR_TRANSACTION, BY_EXTERNAL_TRANSACTION, PAGE, PAGE_AFTER, SOURCE_ACCOUNT];

async fn sqlite() -> (tempfile::TempDir, SqliteConnection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("windlass.db");
    Database::sqlite(&path, inline_projections()).await.unwrap().close().await;
    (folder, SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap())
}

async fn postgres() -> (windlass_test_postgres::Database, PgConnection) {
    let home = tokio::task::spawn_blocking(windlass_test_postgres::fresh_database).await.unwrap().unwrap();
    let location = Location::parse(&home.url()).unwrap();
    Database::open(&location, inline_projections()).await.unwrap().close().await;
    let mut connection = PgConnection::connect(&home.url()).await.unwrap();
    // Tables this small are read as a whole otherwise.
    connection.execute("SET enable_seqscan = off").await.unwrap();
    connection.execute("SET plan_cache_mode = force_generic_plan").await.unwrap();
    (home, connection)
}

fn statements(dialect: Dialect) -> Vec<String> {
    let upserts = inline_projections();
    let upserts = upserts.iter().map(|projection| projection.statement(dialect).replace("{build}", ""));
    QUERIES.into_iter().map(str::to_owned).chain(upserts).collect()
}

async fn plan(connection: &mut SqliteConnection, statement: &str) -> String {
    let explain = format!("EXPLAIN QUERY PLAN {statement}");
    let steps = sqlx::query(&explain).fetch_all(connection).await.unwrap();
    steps.iter().map(|step| step.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
}

/// As PostgreSQL carries it out whatever the parameters are.
async fn generic_plan(connection: &mut PgConnection, statement: &str) -> String {
    let count = (1..=9).filter(|number| statement.contains(&format!("${number}"))).count();
    let nulls = vec!["NULL"; count].join(", ");
    connection.execute(sqlx::raw_sql("DEALLOCATE ALL")).await.unwrap();
    connection.execute(sqlx::raw_sql(&format!("PREPARE q AS {statement}"))).await.unwrap();
    let explain = format!("EXPLAIN (COSTS OFF) EXECUTE q({nulls})");
    let steps = sqlx::raw_sql(&explain).fetch_all(connection).await.unwrap();
    steps.iter().map(|step| step.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_statement_can_be_prepared() {
    let (_folder, mut connection) = sqlite().await;
    for statement in statements(Dialect::Sqlite) {
        let prepared = connection.prepare(&statement).await;
        assert!(prepared.is_ok(), "{statement}: {:?}", prepared.err());
    }
    let (_home, mut connection) = postgres().await;
    for statement in statements(Dialect::Postgres) {
        let prepared = connection.prepare(&statement).await;
        assert!(prepared.is_ok(), "{statement}: {:?}", prepared.err());
    }
}

#[tokio::test]
async fn every_query_goes_by_its_index_in_sqlite() {
    let (_folder, mut connection) = sqlite().await;
    for (statement, index) in [
        (BY_ID, "sqlite_autoindex_transfers_1 (id=?)"),
        (BY_STELLAR_TRANSACTION, "transfers_by_stellar_transaction (stellar_transaction_id=?)"),
        (BY_EXTERNAL_TRANSACTION, "transfers_by_external_transaction (external_transaction_id=?)"),
        (PAGE, "transfers_by_subject (subject=? AND asset=? AND started_at>?)"),
        (PAGE_AFTER, "transfers_by_subject (subject=? AND asset=? AND started_at>? AND started_at<?)"),
        (SOURCE_ACCOUNT, "stellar_transactions_spent (source=?)"),
        (SOURCE_ACCOUNT, "stellar_transactions_open (source=?)"),
    ] {
        let plan = plan(&mut connection, statement).await;
        assert!(plan.contains(index), "{statement}\n{plan}");
        assert!(!plan.contains("SCAN transfers") && !plan.contains("SCAN stellar"), "{statement}\n{plan}");
        let sorts = plan.contains("TEMP B-TREE");
        // A wallet has few transfers of one hash.
        let may_sort = [BY_STELLAR_TRANSACTION, BY_EXTERNAL_TRANSACTION].contains(&statement);
        assert!(may_sort || !sorts, "{statement}\n{plan}");
    }
}

#[tokio::test]
async fn every_query_goes_by_its_index_in_postgres() {
    let (_home, mut connection) = postgres().await;
    for (statement, index) in [
        (BY_ID, "transfers_pkey"),
        (BY_STELLAR_TRANSACTION, "transfers_by_stellar_transaction"),
        (BY_EXTERNAL_TRANSACTION, "transfers_by_external_transaction"),
        (PAGE, "transfers_by_subject"),
        (PAGE_AFTER, "transfers_by_subject"),
        (SOURCE_ACCOUNT, "stellar_transactions_spent"),
        (SOURCE_ACCOUNT, "stellar_transactions_open"),
    ] {
        let plan = generic_plan(&mut connection, statement).await;
        assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{statement}\n{plan}");
        let may_sort = [BY_STELLAR_TRANSACTION, BY_EXTERNAL_TRANSACTION].contains(&statement);
        assert!(may_sort || !plan.contains("Sort"), "{statement}\n{plan}");
    }
}
