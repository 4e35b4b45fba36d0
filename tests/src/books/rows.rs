//! Whether every row is the one that the log leads to: all are made anew in a second database, and compared.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use windlass_projections::inline_projections;
use windlass_store::{
    Database, Dialect, EventStore, InlineProjection, LogPosition, RecordedEvent, Statement, StreamChange,
    StreamId,
};

use super::{Findings, log};
use crate::World;

const PAGE: u32 = 1_000;

const TRANSFERS: &str = "SELECT json_array(id, sequence, subject, kind, asset, status, started_at,
    stellar_transaction_id, external_transaction_id, view) FROM transfers ORDER BY id";

const STELLAR_TRANSACTIONS: &str = "SELECT json_array(hash, sequence, source, account_sequence, open, spent)
    FROM stellar_transactions ORDER BY hash";

pub(super) async fn check(world: &World, findings: &mut Findings) -> Result<()> {
    let store = log::open(world).await?;
    let folder = tempfile::tempdir()?;
    let anew = Database::sqlite(folder.path().join("anew.db"), inline_projections()).await?;
    let streams = streams(&store).await?;
    for projection in inline_projections() {
        let rows = rows(&*projection, &streams)?;
        let write =
            Statement::new(projection.statement(Dialect::Sqlite)).text(Value::Array(rows).to_string());
        anew.write(vec![write]).await?;
        let sql = match projection.name() {
            "transfers" => TRANSFERS,
            "stellar_transactions" => STELLAR_TRANSACTIONS,
            other => anyhow::bail!("the books do not know the projection {other}"),
        };
        let rebuilt = table(&anew, sql).await?;
        findings.same(&format!("the rows of {}", projection.name()), rebuilt, table(&store, sql).await?);
    }
    anew.close().await;
    store.close().await;
    Ok(())
}

async fn streams(store: &Database) -> Result<BTreeMap<String, (StreamId, Vec<RecordedEvent>)>> {
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

async fn table(store: &Database, sql: &'static str) -> Result<Vec<String>> {
    let rows = store.read(Statement::new(sql)).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}
