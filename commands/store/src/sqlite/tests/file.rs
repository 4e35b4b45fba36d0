//! The file: opened, shared, full, locked, damaged, from another time.

use std::path::Path;
use std::time::Duration;

use super::{append, change, engine, file, fresh, stream};
use crate::sql::Engine;
use crate::{Append, AppendError, Database, EventStore, LogPosition, Schema, Statement, StoreError};

async fn open(path: &Path) -> Database {
    Database::sqlite(path, vec![]).await.unwrap()
}

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let (_folder, path) = file();
    let store = open(&path).await;
    store.append(append("a")).await.unwrap();
    store.close().await;
    let store = open(&path).await;
    let history = store.load(&stream("a")).await.unwrap();
    // Dropped without being closed.
    drop(store);
    let store = open(&path).await;
    let streams = vec![change("a", history)];
    let appended = store.append(Append { streams, ..Append::default() }).await.unwrap();
    assert_eq!(appended.streams[0][0].at, LogPosition { tx: 0, position: 2 });
}

#[tokio::test]
async fn the_file_is_durable_and_in_wal_mode() {
    let (_folder, store) = fresh(vec![]).await;
    for (pragma, value) in
        [("PRAGMA journal_mode", "wal"), ("PRAGMA synchronous", "2"), ("PRAGMA foreign_keys", "1")]
    {
        let rows = store.write(vec![Statement::new(pragma)]).await.unwrap();
        let text: String = match value {
            "wal" => rows[0][0].get(0).unwrap(),
            _ => rows[0][0].get::<i64>(0).unwrap().to_string(),
        };
        assert_eq!(text, value, "{pragma}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_share_one_file() {
    const EACH: usize = 30;
    let (_folder, path) = file();
    let stores = [open(&path).await, open(&path).await].map(std::sync::Arc::new);
    let writers: Vec<_> = stores
        .iter()
        .map(|store| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut won = 0;
                while won < EACH {
                    let streams = vec![change("a", store.load(&stream("a")).await.unwrap())];
                    match store.append(Append { streams, ..Append::default() }).await {
                        Ok(_) => won += 1,
                        Err(AppendError::Conflict { .. }) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for store in &stores {
        let log = store.read_log(LogPosition::START, 1000).await.unwrap();
        let sequences: Vec<u64> = log.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences, (1..=2 * EACH as u64).collect::<Vec<u64>>());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_processes_may_create_the_file_at_once() {
    let (_folder, path) = file();
    let openers: Vec<_> = (0..4)
        .map(|_| {
            let path = path.clone();
            tokio::spawn(async move { Database::sqlite(path, vec![]).await.map(drop) })
        })
        .collect();
    for opener in openers {
        assert_eq!(opener.await.unwrap(), Ok(()));
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let (_folder, path) = file();
    let store = open(&path).await;
    store.write(vec![Statement::new("UPDATE schema_versions SET version = 1000")]).await.unwrap();
    store.close().await;
    let refused = Database::sqlite(&path, vec![]).await.err().unwrap();
    let known = super::super::sql::SCHEMA.version();
    assert_eq!(refused, StoreError::NewerSchema { component: "store".to_owned(), found: 1000, known });
}

#[tokio::test]
async fn each_component_is_brought_to_its_own_version() {
    let (_folder, store) = fresh(vec![]).await;
    let old = Schema { component: "extra", migrations: &["CREATE TABLE one (x)"] };
    let new = Schema {
        component: "extra",
        migrations: &["CREATE TABLE one (x)", "CREATE TABLE two (x); CREATE TABLE three (x)"],
    };
    store.migrate(old).await.unwrap();
    store.migrate(new).await.unwrap();
    store.migrate(new).await.unwrap();
    store.write(vec![Statement::new("INSERT INTO three VALUES (1)")]).await.unwrap();
    let found = StoreError::NewerSchema { component: "extra".to_owned(), found: 2, known: 1 };
    assert_eq!(store.migrate(old).await, Err(found));
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_behind() {
    let (_folder, store) = fresh(vec![]).await;
    let broken = Schema {
        component: "extra",
        migrations: &["CREATE TABLE one (x)", "CREATE TABLE two (x); CREATE TABLE one (x)"],
    };
    let refused = store.migrate(broken).await.unwrap_err();
    assert!(matches!(refused, StoreError::Migration { version: 2, .. }), "{refused}");
    let whole = Schema { component: "extra", migrations: &["CREATE TABLE one (x)", "CREATE TABLE two (x)"] };
    store.migrate(whole).await.unwrap();
}

#[tokio::test]
async fn a_locked_database_is_busy() {
    let (_folder, path) = file();
    let locker = open(&path).await;
    let patience = Duration::from_millis(20);
    let engine = std::sync::Arc::new(engine(&path, patience).await);
    let store = Database::with(engine, Default::default()).await.unwrap();
    let mut lock = sqlx::Connection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    let lock: &mut sqlx::SqliteConnection = &mut lock;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *lock).await.unwrap();
    assert_eq!(store.append(append("a")).await, Err(StoreError::Busy.into()));
    assert_eq!(store.ping().await, Err(StoreError::Busy));
    assert_eq!(store.load(&stream("a")).await.unwrap(), vec![]);
    sqlx::query("ROLLBACK").execute(&mut *lock).await.unwrap();
    store.append(append("a")).await.unwrap();
    locker.close().await;
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_half_written() {
    let (_folder, store) = fresh(vec![]).await;
    // SQLite takes the limit for a full disk.
    store.write(vec![Statement::new("PRAGMA max_page_count = 1")]).await.unwrap();
    let mut large = append("a");
    large.streams[0].events[0].payload = format!("\"{}\"", "x".repeat(1_000_000));
    assert_eq!(store.append(large.clone()).await, Err(StoreError::Full.into()));
    assert_eq!(store.load(&stream("a")).await.unwrap(), vec![]);
    store.write(vec![Statement::new("PRAGMA max_page_count = 100000")]).await.unwrap();
    store.append(large).await.unwrap();
}

#[tokio::test]
async fn readers_cannot_write() {
    let (_folder, store) = fresh(vec![]).await;
    let refused = store.read(Statement::new("DELETE FROM events")).await.unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_damaged() {
    let (_folder, path) = file();
    std::fs::write(&path, "This is a shopping list. ".repeat(100)).unwrap();
    let refused = Database::sqlite(&path, vec![]).await.err().unwrap();
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused}");
}

#[tokio::test]
async fn a_row_that_cannot_be_is_damage_and_no_panic() {
    let (_folder, store) = fresh(vec![]).await;
    store.append(append("a")).await.unwrap();
    let spoil = Statement::new("UPDATE events SET recorded_at = 9223372036854775807");
    store.write(vec![spoil]).await.unwrap();
    let refused = store.load(&stream("a")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let (folder, path) = file();
    std::fs::write(&path, "").unwrap();
    let below = path.join("deeper/w.db");
    let refused = Database::sqlite(&below, vec![]).await.err().unwrap();
    let StoreError::Unavailable { detail } = &refused else { panic!("{refused}") };
    assert!(detail.contains("deeper/w.db"), "{detail}");
    let refused = Database::sqlite(folder.path(), vec![]).await.err().unwrap();
    assert!(matches!(refused, StoreError::Unavailable { .. }), "{refused}");
}

#[tokio::test]
async fn a_closed_store_refuses_and_does_not_hang() {
    let (_folder, store) = fresh(vec![]).await;
    store.close().await;
    store.close().await;
    let gone = |error: StoreError| matches!(error, StoreError::Unavailable { .. });
    assert!(gone(store.ping().await.unwrap_err()));
    assert!(gone(store.load(&stream("a")).await.unwrap_err()));
}

#[tokio::test]
async fn callers_get_an_answer_when_the_writer_has_died() {
    let (_folder, path) = file();
    let engine = engine(&path, Duration::from_secs(5)).await;
    let waiting = engine.write(vec![Statement::new("SELECT 1")].into());
    engine.writer.lock().unwrap().as_ref().unwrap().abort();
    let refused = waiting.await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable { .. }), "{refused}");
    assert!(engine.write(vec![Statement::new("SELECT 1")].into()).await.is_err());
}

#[tokio::test]
async fn a_file_of_before_projections_had_versions_goes_on() {
    let (_folder, path) = file();
    let url = format!("sqlite:{}?mode=rwc", path.display());
    let mut old: sqlx::SqliteConnection = sqlx::Connection::connect(&url).await.unwrap();
    let run = async |old: &mut sqlx::SqliteConnection, sql| {
        sqlx::Executor::execute(old, sqlx::raw_sql(sql)).await.unwrap();
    };
    run(&mut old, include_str!("../../../../../migrations/sqlite/store_0001_log.sql")).await;
    run(
        &mut old,
        "CREATE TABLE schema_versions (component TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
         INSERT INTO schema_versions VALUES ('store', 1), ('counts', 1), ('vault', 1);
         CREATE TABLE counts (key TEXT PRIMARY KEY, sequence INTEGER NOT NULL)",
    )
    .await;
    sqlx::Connection::close(old).await.unwrap();
    let store = Database::sqlite(&path, vec![std::sync::Arc::new(super::projections::Counts)]).await.unwrap();
    store.append(append("a")).await.unwrap();
    let row = store.read_one(Statement::new("SELECT sequence FROM counts WHERE key = 'a'")).await.unwrap();
    assert_eq!(row.unwrap().get::<i64>(0), Ok(1));
    let versions = store.schema_versions().await.unwrap();
    assert_eq!(versions, [("store".to_owned(), 2), ("vault".to_owned(), 1)]);
}
