//! Copying a database full of everything, and going on in the copy.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has failed"
)]

mod fixture;
mod interrupted;
mod refused;

use windlass_store::{Dialect, EventStore, LogPosition, Statement, TaskFilter, TaskState, copy};

use fixture::{Place, TABLES, checkpoint, fill, log, options, place};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_anchor_moves_from_sqlite_to_postgres_and_back_and_goes_on() {
    let origin = place(Dialect::Sqlite).await;
    fill(&origin).await;
    let there = place(Dialect::Postgres).await;
    moved(&origin, &there).await;
    goes_on(&there, "in-postgres").await;
    let back = place(Dialect::Sqlite).await;
    moved(&there, &back).await;
    goes_on(&back, "in-sqlite-again").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_anchor_moves_from_one_postgres_to_another() {
    let (origin, there) = (place(Dialect::Postgres).await, place(Dialect::Postgres).await);
    fill(&origin).await;
    moved(&origin, &there).await;
    goes_on(&there, "there").await;
}

/// Copies, and compares by what the store itself says, not by the copy's own digests.
async fn moved(from: &Place, to: &Place) {
    let mut steps = vec![];
    let copied =
        copy(&from.database, &to.database, &TABLES, &options(), |step| steps.push(step)).await.unwrap();
    assert_eq!(copied.left_behind, Vec::<String>::new());
    let rows = |table: &str| copied.tables.iter().find(|digest| digest.table == table).unwrap().rows;
    for table in ["events", "commands", "reservations", "cursors", "tasks", "leases", "histories", "sealed"] {
        assert!(rows(table) > 0, "there was nothing in {table}");
        assert!(steps.iter().any(|step| step.table == table && step.verifying), "{table}");
    }
    let (before, after) = (log(from).await, log(to).await);
    assert_eq!(before.len(), after.len());
    for ((one, other), position) in before.iter().zip(&after).zip(1..) {
        assert_eq!(other.at, LogPosition { tx: 0, position });
        let mut moved = other.clone();
        moved.at = one.at;
        assert_eq!(*one, moved);
    }
    // Who had read up to an event has read up to the same one, and who had read nothing has read nothing.
    let (at, here) = (checkpoint(from, "half").await, checkpoint(to, "half").await);
    let read = |log: &[windlass_store::RecordedEvent], at| log.iter().filter(|event| event.at <= at).count();
    assert!(read(&before, at) > 0 && read(&before, at) < before.len());
    assert_eq!(read(&before, at), read(&after, here));
    assert_eq!(checkpoint(to, "fresh").await, LogPosition::START);
    for sql in [
        "SELECT key || outcome FROM commands ORDER BY 1",
        "SELECT kind || key || owner || coalesce(expires_at, -1) FROM reservations ORDER BY 1",
        "SELECT name || value FROM cursors ORDER BY 1",
        "SELECT id || kind || key || sequence || payload || due_at || attempts || generation || parked
            || coalesce(last_error, '-') FROM tasks ORDER BY 1",
        "SELECT name || generation FROM leases ORDER BY 1",
        "SELECT key || sequence || events FROM histories ORDER BY 1",
        "SELECT name || coalesce(note, '-') FROM sealed ORDER BY 1",
        "SELECT name || version FROM projections ORDER BY 1",
    ] {
        assert_eq!(texts(from, sql).await, texts(to, sql).await, "{sql}");
    }
    let leased = |task: &windlass_store::TaskRow| matches!(task.state, TaskState::Leased { .. });
    assert!(!to.database.tasks(TaskFilter::All, 100).await.unwrap().iter().any(leased), "a lease was copied");
}

/// New events come behind the copied ones, new tasks get new ids, and a reader reads on without gap or double.
async fn goes_on(place: &Place, id: &str) {
    let before = log(place).await;
    let half = checkpoint(place, "half").await;
    for n in 0..3 {
        fixture::add(place, &format!("{id}-{n}"), &["Begun", "Ended"]).await;
    }
    fixture::add(place, "transfer-1", &["Continued"]).await;
    let after = log(place).await;
    assert_eq!(after[..before.len()], before);
    assert_eq!(after.len(), before.len() + 7);
    assert!(after.is_sorted_by_key(|event| event.at));
    let rest = place.database.read_log(half, 10_000).await.unwrap();
    assert_eq!(rest, after.iter().filter(|event| event.at > half).cloned().collect::<Vec<_>>());
    let lease =
        place.database.acquire_lease("duty", "me", fixture::at(900), std::time::Duration::from_secs(1));
    assert!(lease.await.unwrap().unwrap().generation > 1, "the generation began anew");
    let lease =
        place.database.lease_tasks(&["pay"], "me", fixture::at(900), std::time::Duration::from_secs(1), 50);
    let leased = lease.await.unwrap();
    assert!(leased.iter().any(|task| task.generation > 1), "{leased:?}");
}

async fn texts(place: &Place, sql: &'static str) -> Vec<String> {
    let rows = place.database.read(Statement::new(sql)).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}
