//! Events and an inline projection of the size that a transfer has.

use serde_json::json;
use time::OffsetDateTime;
use windlass_store::{
    Append, Dialect, InlineProjection, InlineRow, NewEvent, NewTask, ProjectionError, RecordedEvent,
    StreamAppend, StreamChange, StreamId, Table,
};

/// About 250 bytes.
pub(crate) const PAYLOAD: &str = "{\"FundsReceived\":{\"inbound_payment\":\"stellar:5f0b1c7e4a7b0e6d3c5f0b1c7e4a7b0e\
    6d3c5f0b1c7e4a7b0e6d3c5f0b1c7e4a:0:0\",\"money\":{\"amount\":\"125.0000000\",\"asset\":\"iso4217:USD\"},\
    \"paid_at\":\"2026-11-26T00:00:00Z\",\"source\":{\"Rail\":{\"rail\":\"bank\"}}}}";
pub(crate) const METADATA: &str = "{\"event_id\":\"01935f2e-7d0a-7c4e-9d3f-0123456789ab\",\
    \"occurred_at\":\"2026-11-26T00:00:00Z\",\"actor\":\"system:pay\",\
    \"correlation_id\":\"01935f2e-7d0a-7c4e-9d3f-0123456789ab\"}";

/// One event, one inline row and one task for that stream.
pub(crate) fn command(id: &str, history: Vec<RecordedEvent>) -> Append {
    let sequence = history.len() as u64 + 1;
    let event = NewEvent {
        event_type: "FundsReceived".to_owned(),
        event_version: "1".to_owned(),
        payload: PAYLOAD.to_owned(),
        metadata: METADATA.to_owned(),
    };
    let task = NewTask {
        kind: "pay",
        key: id.to_owned(),
        sequence,
        payload: String::new(),
        due_at: OffsetDateTime::UNIX_EPOCH,
    };
    let stream = StreamId::new("transfer", id);
    let streams = vec![StreamAppend { stream, history, events: vec![event] }];
    Append { streams, tasks: vec![task], ..Append::default() }
}

/// One row per transfer, with a text as long as the last payload.
pub(crate) struct Rows;

impl InlineProjection for Rows {
    fn name(&self) -> &'static str {
        "bench_rows"
    }

    fn version(&self) -> u32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["transfer"]
    }

    fn table(&self) -> Table {
        Table { name: "bench_rows", key: &["id"] }
    }

    fn schema(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => {
                "CREATE TABLE bench_rows{build} (id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, status TEXT NOT NULL,
                     view TEXT NOT NULL) STRICT"
            }
            Dialect::Postgres => {
                "CREATE TABLE bench_rows{build} (id text COLLATE \"C\", sequence bigint NOT NULL, status text NOT NULL,
                     view text NOT NULL, CONSTRAINT bench_rows_pkey{build} PRIMARY KEY (id))"
            }
        }
    }

    fn statement(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => {
                "INSERT INTO bench_rows{build} (id, sequence, status, view)
                 SELECT value ->> 'key', value ->> 'sequence', value ->> 'status', value ->> 'view'
                 FROM json_each($1) WHERE true
                 ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, status = excluded.status,
                     view = excluded.view WHERE excluded.sequence > bench_rows{build}.sequence"
            }
            Dialect::Postgres => {
                "INSERT INTO bench_rows{build} (id, sequence, status, view)
                 SELECT key, sequence, status, view
                 FROM json_to_recordset($1::json) AS r (key text, sequence bigint, status text, view text)
                 ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, status = excluded.status,
                     view = excluded.view WHERE excluded.sequence > bench_rows{build}.sequence"
            }
        }
    }

    fn rows(&self, change: &StreamChange<'_>) -> Result<Vec<InlineRow>, ProjectionError> {
        let last = change.events().last().map_or("", |event| event.payload);
        let key = change.stream.aggregate_id.clone();
        Ok(vec![InlineRow { key, values: json!({ "status": "pending_anchor", "view": last }) }])
    }
}
