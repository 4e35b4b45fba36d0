//! Schema versions: newer ones, several processes at once, migrations that fail.

use tokio::task::JoinSet;

use super::{fresh, home, open};
use crate::{Database, EventStore, Location, Schema, Statement, StoreError};

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let (home, store) = fresh(vec![]).await;
    let age = "UPDATE schema_versions SET version = 1000 WHERE component = 'store'";
    store.write_one(Statement::new(age)).await.unwrap();
    store.close().await;
    let location = Location::parse(&home.url()).unwrap();
    let refused = Database::open(&location, vec![]).await.err().unwrap();
    let known = super::super::sql::SCHEMA.version();
    assert_eq!(refused, StoreError::NewerSchema { component: "store".to_owned(), found: 1000, known });
    assert_eq!(Database::inspect(&location).await.unwrap(), [("store".to_owned(), 1000)]);
}

#[tokio::test]
async fn inspecting_makes_nothing() {
    let home = home().await;
    let location = Location::parse(&home.url()).unwrap();
    assert_eq!(Database::inspect(&location).await.unwrap(), []);
    assert_eq!(Database::inspect(&location).await.unwrap(), []);
    open(&home.url(), vec![]).await.close().await;
    assert_eq!(Database::inspect(&location).await.unwrap(), [("store".to_owned(), 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_may_make_the_tables_at_once() {
    let home = home().await;
    let extra =
        Schema { component: "extra", migrations: &["CREATE TABLE one (x int)", "CREATE TABLE two (x int)"] };
    let mut openers = JoinSet::new();
    for _ in 0..8 {
        let url = home.url();
        openers.spawn(async move {
            let store = Database::open(
                &Location::parse(&url).unwrap(),
                vec![std::sync::Arc::new(super::shapes::Counts)],
            )
            .await?;
            store.migrate(extra).await?;
            store.ping().await?;
            store.close().await;
            Ok::<(), StoreError>(())
        });
    }
    for opened in openers.join_all().await {
        assert_eq!(opened, Ok(()));
    }
    let store = open(&home.url(), vec![]).await;
    let versions = store.schema_versions().await.unwrap();
    assert_eq!(versions, [("extra".to_owned(), 2), ("store".to_owned(), 1)]);
    store.close().await;
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_behind() {
    let (_home, store) = fresh(vec![]).await;
    let broken = Schema {
        component: "extra",
        migrations: &["CREATE TABLE one (x int)", "CREATE TABLE two (x int); CREATE TABLE one (x int)"],
    };
    let refused = store.migrate(broken).await.unwrap_err();
    assert!(matches!(refused, StoreError::Migration { version: 2, .. }), "{refused}");
    assert_eq!(store.schema_versions().await.unwrap(), [("store".to_owned(), 1)]);
    let left = "SELECT 1 WHERE to_regclass('one') IS NOT NULL OR to_regclass('two') IS NOT NULL";
    assert!(store.read_one(Statement::new(left)).await.unwrap().is_none());
    let whole =
        Schema { component: "extra", migrations: &["CREATE TABLE one (x int)", "CREATE TABLE two (x int)"] };
    store.migrate(whole).await.unwrap();
    let older = Schema { component: "extra", migrations: &["CREATE TABLE one (x int)"] };
    let refused = StoreError::NewerSchema { component: "extra".to_owned(), found: 2, known: 1 };
    assert_eq!(store.migrate(older).await, Err(refused));
    store.close().await;
}
