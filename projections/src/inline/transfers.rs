//! One row per transfer: what wallets are shown, and by what it is found.

use serde_json::json;
use windlass_domain::transfer::TransferEvent;
use windlass_store::{Dialect, InlineProjection, InlineRow, ProjectionError, StreamChange, Table};

use super::read;
use crate::{TransferView, view::micros};

/// The table `transfers`.
pub struct Transfers;

impl InlineProjection for Transfers {
    fn name(&self) -> &'static str {
        "transfers"
    }

    fn version(&self) -> u32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["transfer"]
    }

    fn table(&self) -> Table {
        Table { name: "transfers", key: &["id"] }
    }

    fn schema(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => include_str!("../../../migrations/sqlite/transfers.sql"),
            Dialect::Postgres => include_str!("../../../migrations/postgres/transfers.sql"),
        }
    }

    fn statement(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => UPSERT_SQLITE,
            Dialect::Postgres => UPSERT_POSTGRES,
        }
    }

    fn rows(&self, change: &StreamChange<'_>) -> Result<Vec<InlineRow>, ProjectionError> {
        let fault = |reason: String| ProjectionError { stream: change.stream.clone(), reason };
        let id = change.stream.aggregate_id.parse().map_err(|_| fault("its id is no transfer id".into()))?;
        let events = change.events().map(|event| read::<TransferEvent>(change.stream, &event));
        let events = events.collect::<Result<Vec<_>, _>>()?;
        let Some(view) = TransferView::fold(id, events) else {
            return Err(fault("it does not begin with Initiated".into()));
        };
        let Some(initiated) = view.initiated() else { return Ok(vec![]) };
        let values = json!({
            "subject": initiated.subject.identity(),
            "kind": initiated.kind.as_str(),
            "asset": initiated.stellar_asset.to_string(),
            "status": view.status.as_str(),
            "started_at": micros(view.started_at),
            "stellar_transaction_id": view.stellar_transaction_id,
            "external_transaction_id": view.external_transaction_id,
            "view": serde_json::to_string(&view).map_err(|error| fault(error.to_string()))?,
        });
        Ok(vec![InlineRow { key: change.stream.aggregate_id.clone(), values }])
    }
}

const UPSERT_SQLITE: &str = "\
INSERT INTO transfers{build} (id, sequence, subject, kind, asset, status, started_at, stellar_transaction_id,
    external_transaction_id, view)
SELECT value ->> 'key', value ->> 'sequence', value ->> 'subject', value ->> 'kind', value ->> 'asset',
    value ->> 'status', value ->> 'started_at', value ->> 'stellar_transaction_id',
    value ->> 'external_transaction_id', value ->> 'view'
FROM json_each($1) WHERE true
ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, status = excluded.status,
    stellar_transaction_id = excluded.stellar_transaction_id,
    external_transaction_id = excluded.external_transaction_id, view = excluded.view
WHERE excluded.sequence > transfers{build}.sequence";

const UPSERT_POSTGRES: &str = "\
INSERT INTO transfers{build} (id, sequence, subject, kind, asset, status, started_at, stellar_transaction_id,
    external_transaction_id, view)
SELECT key, sequence, subject, kind, asset, status, started_at, stellar_transaction_id, external_transaction_id, view
FROM json_to_recordset($1::json) AS r (key text, sequence bigint, subject text, kind text, asset text, status text,
    started_at bigint, stellar_transaction_id text, external_transaction_id text, view text)
ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, status = excluded.status,
    stellar_transaction_id = excluded.stellar_transaction_id,
    external_transaction_id = excluded.external_transaction_id, view = excluded.view
WHERE excluded.sequence > transfers{build}.sequence";
