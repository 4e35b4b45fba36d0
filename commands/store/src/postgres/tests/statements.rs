//! Every statement is valid, whatever an append is made of.

use sqlx::{Connection, Executor};

use super::super::sql;
use super::shapes::{Counts, builds, of_each_part, projected, text};
use super::{connection, fresh};
use crate::sql::job::AppendJob;
use crate::sql::texts::PORTABLE;
use crate::{Dialect, EventStore, InlineProjection, Statement};

#[tokio::test]
async fn every_statement_can_be_prepared() {
    let written = include_str!("../sql.rs").matches(": &str =").count();
    assert_eq!(sql::ALL.len(), written, "a statement is missing from ALL");
    let (home, _store) = fresh(vec![]).await;
    let mut connection = connection(&home).await;
    for sql in sql::ALL.iter().chain(PORTABLE) {
        let prepared = connection.prepare(sql).await;
        assert!(prepared.is_ok(), "{sql}: {prepared:?}");
    }
}

#[tokio::test]
async fn the_statement_of_every_group_of_appends_can_be_prepared() {
    let (home, store) = fresh(vec![std::sync::Arc::new(Counts)]).await;
    store.write_one(Statement::script(Counts.schema(Dialect::Postgres), "_2")).await.unwrap();
    let mut connection = connection(&home).await;
    let projected = projected();
    let jobs = of_each_part(&projected);
    let mut prepared = 0;
    for builds in builds() {
        for set in 1..1_u32 << jobs.len() {
            let group: Vec<&AppendJob> = jobs
                .iter()
                .enumerate()
                .filter(|(place, _)| set >> place & 1 == 1)
                .map(|(_, job)| job)
                .collect();
            let text = text(&group, &projected, &builds);
            let outcome = connection.prepare(&text).await;
            assert!(outcome.is_ok(), "{text}: {:?}", outcome.err());
            prepared += 1;
        }
    }
    assert_eq!(prepared, 2 * 2047);
    connection.close().await.unwrap();
    store.close().await;
}
