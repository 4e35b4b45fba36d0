//! Whether every row is the one that the log leads to: all are made anew in a second database, and compared.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sqlx::{Column, Row, TypeInfo, ValueRef, sqlite::SqliteRow};
use windlass_projections::inline_projections;
use windlass_store::{
    Dialect, EventStore, InlineProjection, LogPosition, RecordedEvent, SqliteStore, Statement, StreamChange,
    StreamId,
};

use super::{Findings, log};
use crate::World;

const PAGE: u32 = 1_000;

pub(super) async fn check(world: &World, findings: &mut Findings) -> Result<()> {
    let store = log::open(world).await?;
    let folder = tempfile::tempdir()?;
    let anew = SqliteStore::open(folder.path().join("anew.db"), inline_projections()).await?;
    let streams = streams(&store).await?;
    for projection in inline_projections() {
        let rows = rows(&*projection, &streams)?;
        let write =
            Statement::new(projection.statement(Dialect::Sqlite)).text(Value::Array(rows).to_string());
        anew.write(vec![write]).await?;
        let sql = match projection.name() {
            "transfers" => "SELECT * FROM transfers ORDER BY id",
            "stellar_transactions" => "SELECT * FROM stellar_transactions ORDER BY hash",
            other => anyhow::bail!("the books do not know the projection {other}"),
        };
        let rebuilt = table(&anew, sql).await?;
        findings.same(&format!("the rows of {}", projection.name()), rebuilt, table(&store, sql).await?);
    }
    anew.close().await;
    store.close().await;
    Ok(())
}

async fn streams(store: &SqliteStore) -> Result<BTreeMap<String, (StreamId, Vec<RecordedEvent>)>> {
    let mut streams = BTreeMap::new();
    let mut after = LogPosition::START;
    loop {
        let page = store.read_log(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(streams) };
        after = last.at;
        for event in page {
            let stream = event.stream.clone();
            streams.entry(stream.to_string()).or_insert((stream, vec![])).1.push(event);
        }
    }
}

/// As the store hands them to the projection's statement.
fn rows(
    projection: &dyn InlineProjection,
    streams: &BTreeMap<String, (StreamId, Vec<RecordedEvent>)>,
) -> Result<Vec<Value>> {
    let mut all = vec![];
    for (stream, history) in streams.values() {
        if !projection.aggregate_types().contains(&&*stream.aggregate_type) {
            continue;
        }
        let change = StreamChange { stream, history, appended: &[] };
        for row in projection.rows(&change)? {
            let mut values = row.values;
            let members = values.as_object_mut().context("a row is no object")?;
            members.insert("key".to_owned(), json!(row.key));
            members.insert("sequence".to_owned(), json!(change.sequence()));
            all.push(values);
        }
    }
    Ok(all)
}

async fn table(store: &SqliteStore, sql: &'static str) -> Result<Vec<Vec<String>>> {
    let rows = store.read(Statement::new(sql)).await?;
    rows.iter().map(columns).collect()
}

fn columns(row: &SqliteRow) -> Result<Vec<String>> {
    let column = |index: usize| -> Result<String> {
        let value = row.try_get_raw(index)?;
        if value.is_null() {
            return Ok("null".to_owned());
        }
        match value.type_info().name() {
            "INTEGER" => Ok(row.try_get::<i64, _>(index)?.to_string()),
            _ => Ok(row.try_get::<String, _>(index)?),
        }
    };
    row.columns().iter().map(|of| Ok(format!("{}: {}", of.name(), column(of.ordinal())?))).collect()
}
