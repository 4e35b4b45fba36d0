//! Where a reader of the log stands, in the source and in the copy.

use super::columns::Shape;
use super::events::place;
use super::value::Value;
use crate::{Database, Dialect, LogPosition, Statement, StoreError};

const BEFORE_SQLITE: &str = "SELECT aggregate_type, aggregate_id, sequence FROM events
    WHERE position <= CASE WHEN $1 > 0 THEN 9223372036854775807 ELSE $2 END ORDER BY position DESC LIMIT 1";

const BEFORE_POSTGRES: &str = "SELECT aggregate_type, aggregate_id, sequence FROM events
    WHERE (tx, position) <= ($1, $2) ORDER BY tx DESC, position DESC LIMIT 1";

/// Puts the places of the same events in the copy where the row has some in the source; all else stays as it is.
pub(super) async fn translate(
    from: &Database,
    to: &Database,
    shape: &Shape,
    row: &mut [Value],
) -> Result<(), StoreError> {
    let column = |name: &str| shape.columns.iter().position(|(column, _)| column == name);
    for (tx, position) in shape.table.checkpoints {
        let (Some(tx), Some(position)) = (column(tx), column(position)) else { continue };
        let (Some(Value::Integer(Some(at_tx))), Some(Value::Integer(Some(at_position)))) =
            (row.get(tx), row.get(position))
        else {
            continue;
        };
        let at = in_copy(from, to, LogPosition { tx: *at_tx, position: *at_position }).await?;
        for (place, number) in [(tx, at.tx), (position, at.position)] {
            if let Some(value) = row.get_mut(place) {
                *value = Value::Integer(Some(number));
            }
        }
    }
    Ok(())
}

/// The place of the last event up to there.
async fn in_copy(from: &Database, to: &Database, at: LogPosition) -> Result<LogPosition, StoreError> {
    let sql = match from.dialect() {
        Dialect::Sqlite => BEFORE_SQLITE,
        Dialect::Postgres => BEFORE_POSTGRES,
    };
    let before = from.read_one(Statement::new(sql).integer(at.tx).integer(at.position)).await?;
    match before {
        None => Ok(LogPosition::START),
        Some(event) => place(to, &event).await?.ok_or_else(|| StoreError::Corrupt {
            detail: "an event that was copied is not in the copy".to_owned(),
        }),
    }
}
