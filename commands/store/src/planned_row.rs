//! The inline rows of one append, made before its transaction begins.

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

impl PlannedRow {
    /// As the projection's statement reads it.
    pub(crate) fn into_object(mut self) -> Map<String, Value> {
        self.values.insert("key".to_owned(), Value::String(self.key));
        self.values.insert("sequence".to_owned(), Value::from(self.sequence));
        self.values
    }
}

/// The rows of `append`, projection by projection.
pub(crate) fn plan_rows(
    projections: &[Arc<dyn InlineProjection>],
    append: &Append,
) -> Result<Vec<PlannedRow>, StoreError> {
    let mut planned = Vec::new();
    for (index, projection) in projections.iter().enumerate() {
        for stream in append.changes() {
            let aggregate_type = stream.stream.aggregate_type.as_ref();
            if projection.aggregate_types().contains(&aggregate_type) {
                let (history, appended) = (stream.history.as_slice(), stream.events.as_slice());
                let change = StreamChange { stream: &stream.stream, history, appended };
                let rows = rows_of(&**projection, &change)?.into_iter();
                planned.extend(rows.map(|row| PlannedRow { projection: index, ..row }));
            }
        }
    }
    Ok(planned)
}

/// The rows of one stream; they are the projection's at place 0.
pub(crate) fn rows_of(
    projection: &dyn InlineProjection,
    change: &StreamChange<'_>,
) -> Result<Vec<PlannedRow>, StoreError> {
    let refused = |detail: String| StoreError::Projection { projection: projection.name(), detail };
    let rows = projection.rows(change).map_err(|error| refused(error.to_string()))?;
    let mut planned: Vec<PlannedRow> = Vec::with_capacity(rows.len());
    for row in rows {
        if planned.iter().any(|known| known.key == row.key) {
            return Err(refused(format!("two rows have the key {}", row.key)));
        }
        let Value::Object(values) = row.values else {
            return Err(refused(format!("{}: a row is a JSON object", row.key)));
        };
        planned.push(PlannedRow { projection: 0, key: row.key, sequence: change.sequence(), values });
    }
    Ok(planned)
}
