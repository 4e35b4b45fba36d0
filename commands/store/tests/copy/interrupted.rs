//! A copy that stops is gone on with, and nothing passes for a copy that is none.

use std::sync::Arc;

use windlass_store::{CopyError, CopyOptions, CopyProgress, Dialect, Statement, copy};

use crate::fixture::{Place, TABLES, fill, log, options, place};

/// Stops after so many steps, as a process does that is killed.
async fn stopped_after(from: &Arc<Place>, to: &Arc<Place>, steps: usize) {
    let (from, to) = (from.clone(), to.clone());
    let copying = tokio::spawn(async move {
        let mut left = steps;
        let stop = |_| match left.checked_sub(1) {
            Some(rest) => left = rest,
            None => std::panic::resume_unwind(Box::new("stopped")),
        };
        copy(&from.database, &to.database, &TABLES, &options(), stop).await
    });
    assert!(copying.await.is_err(), "it was not stopped");
}

async fn both(target: Dialect) -> (Arc<Place>, Arc<Place>) {
    let origin = place(Dialect::Sqlite).await;
    fill(&origin).await;
    (Arc::new(origin), Arc::new(place(target).await))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_was_stopped_anywhere_goes_on_where_it_stopped() {
    for target in [Dialect::Postgres, Dialect::Sqlite] {
        let (origin, there) = both(target).await;
        let mut steps = vec![];
        for stop_after in [0, 1, 2, 3] {
            stopped_after(&origin, &there, stop_after).await;
            assert_eq!(there.database.unfinished_copy().await.unwrap().as_deref(), Some("the origin"));
        }
        let step = |step| steps.push(step);
        copy(&origin.database, &there.database, &TABLES, &options(), step).await.unwrap();
        assert!(
            !steps.iter().any(|step| step.table == "events" && !step.verifying),
            "events were copied anew"
        );
        assert_eq!(there.database.unfinished_copy().await.unwrap(), None);
        assert_eq!(log(&origin).await.len(), log(&there).await.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unfinished_copy_goes_on_only_from_its_source_or_anew() {
    let (origin, there) = both(Dialect::Postgres).await;
    stopped_after(&origin, &there, 3).await;
    let other = CopyOptions { source: "elsewhere".to_owned(), ..options() };
    let refused = copy(&origin.database, &there.database, &TABLES, &other, |_| {}).await;
    assert_eq!(refused, Err(CopyError::OtherSource("the origin".to_owned())));
    let mut steps = vec![];
    let anew = CopyOptions { restart: true, ..other };
    copy(&origin.database, &there.database, &TABLES, &anew, |step| steps.push(step)).await.unwrap();
    assert_eq!((steps[0].table, steps[0].done), ("events", 1_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_the_same_on_both_sides_is_named() {
    let (origin, whole) = both(Dialect::Sqlite).await;
    let mut copied = 0;
    let count = |step: CopyProgress| copied += usize::from(!step.verifying);
    copy(&origin.database, &whole.database, &TABLES, &options(), count).await.unwrap();
    for (table, tampering) in [
        ("events", "UPDATE events SET payload = '{}' WHERE aggregate_id = 'transfer-77'"),
        ("events", "DELETE FROM events WHERE aggregate_id = 'transfer-77'"),
        ("reservations", "UPDATE reservations SET owner = 'me' WHERE kind = 'memo'"),
        ("commands", "INSERT INTO commands SELECT 'a', fingerprint, outcome, 0 FROM commands LIMIT 1"),
        ("histories", "UPDATE histories SET events = 'Begun' WHERE key = 'transfer-77'"),
        ("sealed", "UPDATE sealed SET note = NULL"),
    ] {
        let there = Arc::new(place(Dialect::Sqlite).await);
        // Stopped when it begins to verify: all is there.
        stopped_after(&origin, &there, copied).await;
        there.database.write_one(Statement::new(tampering)).await.unwrap();
        let outcome = copy(&origin.database, &there.database, &TABLES, &options(), |_| {}).await;
        assert!(
            matches!(&outcome, Err(CopyError::Differs { table: named, .. }) if *named == table),
            "{outcome:?}"
        );
        assert!(there.database.unfinished_copy().await.unwrap().is_some());
    }
}
