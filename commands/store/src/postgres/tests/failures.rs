//! What PostgreSQL's errors mean: a refusal is known by the constraint's name.

use std::sync::Arc;

use super::shapes::Counts;
use super::{append, fresh, stream};
use crate::{Append, AppendError, EventStore, PostgresLocation, Reservation, Statement, StoreError};

#[tokio::test]
async fn a_unique_index_of_a_projection_is_the_projections_fault_and_no_conflict() {
    let (_home, store) = fresh(vec![Arc::new(Counts)]).await;
    store.append(append("a1", vec![])).await.unwrap();
    let refused = store.append(append("a2", vec![])).await.unwrap_err();
    let named = matches!(refused, AppendError::Store(StoreError::Projection { projection: "counts", .. }));
    assert!(named, "{refused}");
    assert_eq!(store.load(&stream("a2")).await.unwrap(), vec![]);
    let refused = store.append(append("a1", vec![])).await.unwrap_err();
    assert_eq!(refused, AppendError::Conflict { stream: stream("a1") });
    store.close().await;
}

/// Rows are written before names are reserved, or after: what was promised to come first is told.
#[tokio::test]
async fn what_was_refused_besides_is_told_rather_than_the_projections_unique_index() {
    let (_home, store) = fresh(vec![Arc::new(Counts)]).await;
    let name = |owner: &str| {
        vec![Reservation { kind: "letter", key: "a".to_owned(), owner: owner.to_owned(), expires_at: None }]
    };
    store.append(Append { reservations: name("a1"), ..append("a1", vec![]) }).await.unwrap();
    let refused = store.append(Append { reservations: name("a2"), ..append("a2", vec![]) }).await;
    let owner = "a1".to_owned();
    assert_eq!(refused, Err(AppendError::Reserved { kind: "letter", key: "a".to_owned(), owner }));
    store.close().await;
}

#[tokio::test]
async fn a_unique_index_that_somebody_added_to_the_log_is_no_conflict() {
    let (_home, store) = fresh(vec![]).await;
    store.write_one(Statement::new("CREATE UNIQUE INDEX one_tick ON events (event_type)")).await.unwrap();
    store.append(append("a", vec![])).await.unwrap();
    let refused = store.append(append("b", vec![])).await.unwrap_err();
    let told = matches!(&refused, AppendError::Store(StoreError::Database { detail }) if detail.contains("one_tick"));
    assert!(told, "{refused}");
    store.close().await;
}

/// A bad append does not hurt those that share its statement.
#[tokio::test(flavor = "multi_thread")]
async fn one_bad_append_does_not_hurt_the_others_of_its_group() {
    let (_home, store) = fresh(vec![Arc::new(Counts)]).await;
    let taken = || Reservation { kind: "memo", key: "1".to_owned(), owner: "a".to_owned(), expires_at: None };
    store.append(Append { reservations: vec![taken()], ..Append::default() }).await.unwrap();
    let mut waiting = Vec::new();
    for id in ["b", "c", "d", "e", "f", "g"] {
        let reservations = if id == "d" { vec![taken()] } else { vec![] };
        let (store, append) = (store.clone(), Append { reservations, ..append(id, vec![]) });
        waiting.push((id, tokio::spawn(async move { store.append(append).await })));
    }
    for (id, answer) in waiting {
        let answer = answer.await.unwrap();
        assert_eq!(answer.is_err(), id == "d", "{id}: {answer:?}");
        assert_eq!(store.load(&stream(id)).await.unwrap().len(), usize::from(id != "d"));
    }
    store.close().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let location = PostgresLocation {
        patience: std::time::Duration::from_millis(300),
        ..PostgresLocation::new("postgres://postgres@127.0.0.1:1/none")
    };
    let refused = crate::Database::open(&crate::Location::Postgres(location), vec![]).await.err().unwrap();
    assert!(matches!(refused, StoreError::Unavailable { .. }), "{refused}");
}

#[tokio::test]
async fn a_database_that_cannot_be_written_is_told() {
    let (home, store) = fresh(vec![]).await;
    let read_only = format!("ALTER DATABASE {} SET default_transaction_read_only = on", home.name());
    store.write_one(Statement::composed(read_only)).await.unwrap();
    let cut: &str = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::Executor::execute(&mut super::connection(&home).await, cut).await.unwrap();
    // The first to use a connection that was cut learns of it.
    let mut refused = store.ping().await.unwrap_err();
    for _ in 0..20 {
        if !matches!(refused, StoreError::Unavailable { .. }) {
            break;
        }
        refused = store.ping().await.unwrap_err();
    }
    assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused}");
    store.close().await;
}
