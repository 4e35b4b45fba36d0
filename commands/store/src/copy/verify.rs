//! Whether both sides are the same: each table's rows are counted and boiled down to a digest, on either side anew.

use super::columns::Shape;
use super::{CopyError, CopyProgress, events, rows};
use crate::Database;

/// A table as it is on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDigest {
    /// The table.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 over the rows in order, in hexadecimal: each value's kind, length and bytes. Of an event everything but its
    /// place in the log; of other tables the columns in the order of their names, with checkpoints as they are in the copy.
    pub digest: String,
}

pub(super) async fn verify(
    from: &Database,
    to: &Database,
    shapes: &[Shape],
    progress: &mut (impl FnMut(CopyProgress) + Send),
) -> Result<Vec<TableDigest>, CopyError> {
    let total = 2 * events::count(from).await?;
    let mut tell = |table, done, total| progress(CopyProgress { verifying: true, table, done, total });
    let source = events::digest(from, |done| tell("events", done, total)).await?;
    let before = source.rows;
    let target = events::digest(to, |done| tell("events", before + done, total)).await?;
    let mut tables = vec![compare("events", (source.rows, source.finish()), (target.rows, target.finish()))?];
    for shape in shapes {
        let name = shape.table.name;
        let total = 2 * rows::count(from, shape).await?;
        let source = rows::digest(from, Some(to), shape, |done| tell(name, done, total)).await?;
        let before = source.rows;
        let target = rows::digest(to, None, shape, |done| tell(name, before + done, total)).await?;
        tables.push(compare(name, (source.rows, source.finish()), (target.rows, target.finish()))?);
    }
    Ok(tables)
}

fn compare(
    table: &'static str,
    (source_rows, source): (u64, String),
    (target_rows, target): (u64, String),
) -> Result<TableDigest, CopyError> {
    if (source_rows, &source) != (target_rows, &target) {
        return Err(CopyError::Differs { table, source_rows, target_rows });
    }
    Ok(TableDigest { table, rows: source_rows, digest: source })
}
