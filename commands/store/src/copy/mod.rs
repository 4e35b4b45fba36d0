//! Moving everything from one database to another, page by page, with a digest of each table on either side.
//!
//! Events keep their bytes and their order; in the copy they have transaction 0 and positions 1, 2, 3 and so on, before
//! whatever is appended there later. An interrupted copy goes on where it stopped.

mod checkpoint;
mod columns;
mod error;
mod events;
mod rows;
mod table;
mod target;
mod value;
mod verify;

use time::OffsetDateTime;

pub use error::CopyError;
pub use table::CopiedTable;
pub use verify::TableDigest;

use crate::{Database, Statement, StoreError, Table};
use columns::Shape;

/// How a copy is made.
#[derive(Debug, Clone)]
pub struct CopyOptions {
    /// What the source is called; an interrupted copy goes on only from the same.
    pub source: String,
    /// Whether an interrupted copy is begun anew.
    pub restart: bool,
    /// The time: whoever holds a lease by then is at work.
    pub now: OffsetDateTime,
}

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyProgress {
    /// Whether it is being checked already.
    pub verifying: bool,
    /// The table.
    pub table: &'static str,
    /// Rows that are done.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Each table, the same on both sides.
    pub tables: Vec<TableDigest>,
    /// Tables of the source that nobody has declared, and that were left behind.
    pub left_behind: Vec<String>,
}

/// Copies the store's own tables, those of the projections of `from`, and `tables` of other components, which have been
/// made on both sides. Nobody may work on either side meanwhile.
///
/// # Errors
/// [`CopyError`]. Nothing in the source is ever changed.
pub async fn copy(
    from: &Database,
    to: &Database,
    tables: &[CopiedTable],
    options: &CopyOptions,
    mut progress: impl FnMut(CopyProgress) + Send,
) -> Result<Copied, CopyError> {
    let workers = from.workers(options.now).await?;
    if let Some(worker) = workers.into_iter().next() {
        return Err(CopyError::SourceBusy(worker));
    }
    let mut shapes = Vec::new();
    for table in table::all(from, tables) {
        shapes.extend(Shape::of(from, to, table).await?);
    }
    target::begin(to, &shapes, options).await?;
    events::copy(from, to, &mut progress).await?;
    for shape in &shapes {
        rows::copy(from, to, shape, &mut progress).await?;
    }
    target::adopt_projections(from, to).await?;
    target::count_on(to, &shapes).await?;
    let tables = verify::verify(from, to, &shapes, &mut progress).await?;
    target::end(to).await?;
    Ok(Copied { tables, left_behind: columns::undeclared(from, &shapes).await? })
}

/// Makes the tables of a feed in the target, whose subscription is copied and does not make them any more; where they are
/// there, they stay as they are.
///
/// # Errors
/// The database's.
pub async fn make_tables(to: &Database, tables: &[Table], schema: &'static str) -> Result<(), StoreError> {
    for table in tables {
        if columns::exists(to, table.name).await? {
            return Ok(());
        }
    }
    to.write_one(Statement::script(schema, "")).await.map(|_| ())
}
