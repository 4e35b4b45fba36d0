//! Building rows anew on PostgreSQL while others stand in the way: open transactions, deadlocks, readers of the table.

use std::time::Duration;

use sqlx::Executor;
use windlass_store::{Build, EventStore};

use crate::fixture::append;
use crate::pair::{Pair, fill, folded, served, until, whole_log};

/// A transaction that was open before the build may have written one version alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_build_waits_for_transactions_that_were_open_before_it() {
    let pair = Pair::postgres().await;
    fill(&pair.first, 10).await;
    let mut stranger = pair.stranger().await;
    stranger.execute("BEGIN; SELECT pg_current_xact_id()").await.unwrap();
    let first = pair.first.clone();
    let mut beginning = tokio::spawn(async move { Build::begin(&first, "histories").await });
    let early = tokio::time::timeout(Duration::from_millis(500), &mut beginning).await;
    assert!(early.is_err(), "it did not wait");
    // Nobody else waits meanwhile.
    pair.second.append(append("meanwhile", vec![], &["One"])).await.unwrap();
    stranger.execute("COMMIT").await.unwrap();
    let mut build = tokio::time::timeout(Duration::from_secs(20), beginning).await.unwrap().unwrap().unwrap();
    while build.fill().await.unwrap() {}
    build.swap().await.unwrap();
    assert_eq!(served(&pair.first).await, folded(&whole_log(&pair.first, 31).await));
    pair.close().await;
}

/// It passes between the moment in which the build is written down and the one in which the epoch grows, and writes one
/// version alone. Nothing that is younger has ended, so no snapshot knows of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_build_waits_for_the_youngest_append_that_did_not_know_of_it() {
    let pair = Pair::postgres().await;
    fill(&pair.second, 10).await;
    let (mut rows, mut epoch) = (pair.stranger().await, pair.stranger().await);
    rows.execute(
        "CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             PERFORM pg_advisory_xact_lock_shared(1);
             RETURN NEW;
         END $$;
         CREATE TRIGGER stand_still BEFORE INSERT ON histories FOR EACH ROW EXECUTE FUNCTION stand_still();
         SELECT pg_advisory_lock(1)",
    )
    .await
    .unwrap();
    epoch.execute("BEGIN; ALTER SEQUENCE projection_epoch OWNED BY NONE").await.unwrap();
    let (first, second) = (pair.first.clone(), pair.second.clone());
    let mut beginning = tokio::spawn(async move { Build::begin(&first, "histories").await });
    until(&pair.first, "SELECT build FROM projections WHERE building IS NOT NULL").await;
    let late = tokio::spawn(async move { second.append(append("late", vec![], &["One"])).await });
    until(&pair.first, "SELECT pid::bigint FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").await;
    epoch.execute("ROLLBACK").await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(500), &mut beginning).await;
    assert!(early.is_err(), "it did not wait");
    rows.execute("SELECT pg_advisory_unlock(1)").await.unwrap();
    late.await.unwrap().unwrap();
    let mut build = beginning.await.unwrap().unwrap();
    while build.fill().await.unwrap() {}
    build.swap().await.unwrap();
    assert_eq!(served(&pair.first).await, folded(&whole_log(&pair.first, 31).await));
    pair.close().await;
}

/// An append to several streams may take rows in another order than a page does; of the two, the server picks one.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_loses_a_deadlock_is_written_again() {
    let pair = Pair::postgres().await;
    fill(&pair.first, 10).await;
    let mut build = Build::begin(&pair.first, "histories").await.unwrap();
    let deadlock = "CREATE SEQUENCE tries;
        CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('tries') <= 2 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER lose BEFORE INSERT ON histories_2 FOR EACH STATEMENT EXECUTE FUNCTION lose()";
    pair.stranger().await.execute(deadlock).await.unwrap();
    assert!(build.fill().await.unwrap());
    assert_eq!(build.progress().streams, 10);
    assert!(!build.fill().await.unwrap());
    build.swap().await.unwrap();
    assert_eq!(served(&pair.first).await, folded(&whole_log(&pair.first, 30).await));
    pair.close().await;
}

/// Whoever wants the table waits behind the swap that wants it for itself: that lets them go on, and tries again.
#[tokio::test(flavor = "multi_thread")]
async fn a_swap_that_waits_for_a_reader_lets_appends_go_on() {
    let pair = Pair::postgres().await;
    fill(&pair.first, 10).await;
    let mut build = Build::begin(&pair.first, "histories").await.unwrap();
    while build.fill().await.unwrap() {}
    let mut reader = pair.stranger().await;
    reader.execute("BEGIN; SELECT count(*) FROM histories").await.unwrap();
    let mut swapping = tokio::spawn(build.swap());
    until(&pair.first, "SELECT pid::bigint FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted")
        .await;
    pair.second.append(append("meanwhile", vec![], &["One"])).await.unwrap();
    assert!(!swapping.is_finished(), "it did not wait for the reader");
    reader.execute("COMMIT").await.unwrap();
    tokio::time::timeout(Duration::from_secs(60), &mut swapping).await.unwrap().unwrap().unwrap();
    assert_eq!(served(&pair.first).await, folded(&whole_log(&pair.first, 31).await));
    pair.close().await;
}
