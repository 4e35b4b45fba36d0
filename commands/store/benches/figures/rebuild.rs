//! The transfers' read model built anew from the log, beside the served one. The limit is a bulk upsert of the same final
//! rows: their texts are there already, nothing is read and nothing folded.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use windlass_projections::inline::Transfers;
use windlass_store::{Build, Database, Dialect, EventStore, InlineProjection, Location, Statement};

use crate::rounds::{ROUNDS, Rounds};
use crate::stores;

const TRANSFERS: u64 = 60_000;
const PAGE: usize = 1_000;

pub(crate) async fn postgres() {
    let url = stores::fresh("rebuild");
    let projections: Vec<Arc<dyn InlineProjection>> = vec![Arc::new(Transfers)];
    let store = Database::open(&Location::parse(&url).unwrap(), projections).await.unwrap();
    let raw = stores::raw_postgres(&url, 1).await;
    stores::fill_transfers_postgres(&raw, TRANSFERS).await;
    measure(store, "rebuild_postgres").await;
}

pub(crate) async fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = Database::sqlite(folder.path().join("bench.db"), vec![Arc::new(Transfers)]).await.unwrap();
    let raw = stores::raw_sqlite(&folder, "bench.db").await;
    stores::fill_transfers_sqlite(&raw, TRANSFERS).await;
    measure(store, "rebuild_sqlite").await;
}

async fn measure(store: Database, name: &str) {
    let mut rounds = Rounds::default();
    for round in 0..=ROUNDS {
        let began = Instant::now();
        let mut build = Build::begin(&store, "transfers").await.unwrap();
        while build.fill().await.unwrap() {}
        let events = build.progress().events;
        let value = events as f64 / began.elapsed().as_secs_f64();
        build.swap().await.unwrap();
        let limit = events as f64 / bulk_upsert(&store).await;
        if round > 0 {
            rounds.add(value, limit);
        }
    }
    rounds.tell(name, "events/s");
    store.close().await;
}

/// The seconds that it takes.
async fn bulk_upsert(store: &Database) -> f64 {
    let columns = "SELECT id, sequence, subject, kind, asset, status, started_at, stellar_transaction_id,
        external_transaction_id, view FROM transfers ORDER BY id";
    let mut rows = Vec::new();
    for row in store.read(Statement::new(columns)).await.unwrap() {
        let text = |column| row.get::<Option<String>>(column).unwrap();
        let number = |column| row.get::<i64>(column).unwrap();
        rows.push(serde_json::json!({
            "key": text(0), "sequence": number(1), "subject": text(2), "kind": text(3), "asset": text(4),
            "status": text(5), "started_at": number(6), "stellar_transaction_id": text(7),
            "external_transaction_id": text(8), "view": text(9),
        }));
    }
    let pages: Vec<String> = rows.chunks(PAGE).map(|page| Value::Array(page.to_vec()).to_string()).collect();
    let dialect = store.dialect();
    let make = Statement::script(Transfers.schema(dialect), "_bulk");
    store.write(vec![make]).await.unwrap();
    let began = Instant::now();
    for page in pages {
        let upsert = Statement::on_build(Transfers.statement(dialect), "_bulk").text(page);
        store.write_one(upsert).await.unwrap();
    }
    let took = began.elapsed().as_secs_f64();
    let drop = match dialect {
        Dialect::Sqlite | Dialect::Postgres => Statement::new("DROP TABLE transfers_bulk"),
    };
    store.write_one(drop).await.unwrap();
    took
}
