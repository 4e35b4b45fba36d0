//! Inline rows: many in one statement, and a table that refuses one.

use std::sync::Arc;

use serde_json::json;
use sqlx::Row;

use super::super::SqliteStore;
use super::{append, change, fresh, stream};
use crate::{
    Append, AppendError, Dialect, EventStore, InlineProjection, InlineRow, ProjectionError, Schema,
    StoreError, StreamChange,
};

/// Counts events by type. Its table has no room for the transfer `forbidden`.
struct Counts;

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

    fn schema(&self, _: Dialect) -> Schema {
        Schema {
            component: "counts",
            migrations: &["CREATE TABLE counts (key TEXT PRIMARY KEY, count INTEGER NOT NULL,
                           last TEXT NOT NULL CHECK (last <> 'forbidden'))"],
        }
    }

    fn statement(&self, _: Dialect) -> &'static str {
        "INSERT INTO counts (key, count, last)
         SELECT value ->> 'key', value ->> 'count', value ->> 'last' FROM json_each($1) WHERE true
         ON CONFLICT (key) DO UPDATE SET count = count + excluded.count, last = excluded.last"
    }

    fn rows(&self, change: &StreamChange<'_>) -> Result<Vec<InlineRow>, ProjectionError> {
        let last = &change.stream.aggregate_id;
        let row = |event_type: &str| InlineRow {
            key: event_type.to_owned(),
            values: json!({ "count": 1, "last": last }),
        };
        Ok(change.appended().map(|event| row(event.event_type)).collect())
    }
}

async fn count(store: &SqliteStore) -> Option<i64> {
    let query = sqlx::query("SELECT count FROM counts WHERE key = 'Tick'");
    let row = query.fetch_optional(&store.readers()).await.unwrap();
    row.map(|row| row.get(0))
}

#[tokio::test]
async fn rows_of_one_key_in_one_append_all_count() {
    let (_folder, store) = fresh(vec![Arc::new(Counts)]).await;
    let streams = ["a", "b", "c"].map(|id| change(id, vec![])).into();
    store.append(Append { streams, ..Append::default() }).await.unwrap();
    assert_eq!(count(&store).await, Some(3));
    store.append(append("d")).await.unwrap();
    assert_eq!(count(&store).await, Some(4));
}

#[tokio::test]
async fn a_row_that_its_table_refuses_stops_the_append() {
    let (_folder, store) = fresh(vec![Arc::new(Counts)]).await;
    let refused = store.append(append("forbidden")).await.unwrap_err();
    let named = matches!(refused, AppendError::Store(StoreError::Projection { projection: "counts", .. }));
    assert!(named, "{refused}");
    assert_eq!(store.load(&stream("forbidden")).await.unwrap(), vec![]);
    assert_eq!(count(&store).await, None);
}
