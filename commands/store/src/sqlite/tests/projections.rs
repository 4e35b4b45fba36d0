//! Inline rows: many in one statement, and a table that refuses one.

use std::sync::Arc;

use serde_json::json;

use super::{append, change, fresh, stream};
use crate::{
    Append, AppendError, Database, Dialect, EventStore, InlineProjection, InlineRow, ProjectionError,
    Statement, StoreError, StreamChange, Table,
};

/// Counts each transfer's events. Its table has no room for the transfer `forbidden`, and its rows for `twice`.
pub(super) struct Counts;

impl InlineProjection for Counts {
    fn name(&self) -> &'static str {
        "counts"
    }

    fn version(&self) -> u32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["Transfer"]
    }

    fn table(&self) -> Table {
        Table { name: "counts", key: &["key"] }
    }

    fn schema(&self, _: Dialect) -> &'static str {
        "CREATE TABLE counts{build} (key TEXT PRIMARY KEY CHECK (key <> 'forbidden'), sequence INTEGER NOT NULL)"
    }

    fn statement(&self, _: Dialect) -> &'static str {
        "INSERT INTO counts{build} (key, sequence)
         SELECT value ->> 'key', value ->> 'sequence' FROM json_each($1) WHERE true
         ON CONFLICT (key) DO UPDATE SET sequence = excluded.sequence
         WHERE excluded.sequence > counts{build}.sequence"
    }

    fn rows(&self, change: &StreamChange<'_>) -> Result<Vec<InlineRow>, ProjectionError> {
        let row = InlineRow { key: change.stream.aggregate_id.clone(), values: json!({}) };
        Ok(if row.key == "twice" { vec![row.clone(), row] } else { vec![row] })
    }
}

async fn counts(store: &Database) -> Vec<(String, i64)> {
    let rows = store.read(Statement::new("SELECT key, sequence FROM counts ORDER BY key")).await.unwrap();
    rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect()
}

#[tokio::test]
async fn rows_of_several_streams_are_written_together() {
    let (_folder, store) = fresh(vec![Arc::new(Counts)]).await;
    let streams = ["a", "b", "c"].map(|id| change(id, vec![])).into();
    store.append(Append { streams, ..Append::default() }).await.unwrap();
    let rows = ["a", "b", "c"].map(|id| (id.to_owned(), 1));
    assert_eq!(counts(&store).await, rows);
}

#[tokio::test]
async fn two_rows_of_one_key_are_a_fault_of_the_projection() {
    let (_folder, store) = fresh(vec![Arc::new(Counts)]).await;
    let refused = store.append(append("twice")).await.unwrap_err();
    assert!(refused.to_string().contains("two rows have the key twice"), "{refused}");
}

#[tokio::test]
async fn a_row_that_its_table_refuses_stops_the_append() {
    let (_folder, store) = fresh(vec![Arc::new(Counts)]).await;
    let refused = store.append(append("forbidden")).await.unwrap_err();
    let named = matches!(refused, AppendError::Store(StoreError::Projection { projection: "counts", .. }));
    assert!(named, "{refused}");
    assert_eq!(store.load(&stream("forbidden")).await.unwrap(), vec![]);
    assert_eq!(counts(&store).await, []);
}
