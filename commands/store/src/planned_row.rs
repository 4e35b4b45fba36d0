//! The inline rows of one append, made before its transaction begins.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{Append, InlineProjection, StoreError, StreamChange};

/// A row that waits to be written with its events.
#[derive(Debug, Clone)]
pub(crate) struct PlannedRow {
    /// The projection's place in the store's list.
    pub(crate) projection: usize,
    pub(crate) key: String,
    /// The stream's last event.
    pub(crate) sequence: u64,
    pub(crate) values: Map<String, Value>,
}

/// The rows of `append`, projection by projection.
pub(crate) fn plan_rows(
    projections: &[Arc<dyn InlineProjection>],
    append: &Append,
) -> Result<Vec<PlannedRow>, StoreError> {
    let mut planned = Vec::new();
    for (index, projection) in projections.iter().enumerate() {
        let refused = |detail: String| StoreError::Projection { projection: projection.name(), detail };
        for stream in append.changes() {
            let aggregate_type = stream.stream.aggregate_type.as_ref();
            if !projection.aggregate_types().contains(&aggregate_type) {
                continue;
            }
            let change =
                StreamChange { stream: &stream.stream, history: &stream.history, appended: &stream.events };
            let rows = projection.rows(&change).map_err(|error| refused(error.to_string()))?;
            let mut keys = BTreeSet::new();
            for row in rows {
                if !keys.insert(row.key.clone()) {
                    return Err(refused(format!("two rows have the key {}", row.key)));
                }
                let Value::Object(values) = row.values else {
                    return Err(refused(format!("{}: a row is a JSON object", row.key)));
                };
                planned.push(PlannedRow {
                    projection: index,
                    key: row.key,
                    sequence: change.sequence(),
                    values,
                });
            }
        }
    }
    Ok(planned)
}
