//! One table, row by row in the order of its key.

use super::checkpoint::translate;
use super::columns::Shape;
use super::value::{RowsDigest, Value};
use super::{CopyError, CopyProgress};
use crate::{Database, StoreError};

/// How many rows are read at once, and written in one transaction.
const PAGE: u32 = 1_000;

pub(super) async fn copy(
    from: &Database,
    to: &Database,
    shape: &Shape,
    progress: &mut (impl FnMut(CopyProgress) + Send),
) -> Result<(), CopyError> {
    if !shape.table.checkpoints.is_empty() {
        // Its keys may be places in the log, which are others here: begun anew rather than gone on with.
        to.write_one(shape.delete()).await?;
    }
    let (total, mut done) = (count(from, shape).await?, count(to, shape).await?);
    let last = to.read_one(shape.last(to.dialect())).await?;
    let mut after = last.map(|row| shape.values(&row)).transpose()?.map(|row| shape.key_of(&row));
    loop {
        let mut rows = page(from, shape, after).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(shape.key_of(last));
        for row in &mut rows {
            translate(from, to, shape, row).await?;
        }
        done += rows.len() as u64;
        to.write(shape.insert(to.dialect(), rows)).await?;
        progress(CopyProgress { verifying: false, table: shape.table.name, done, total });
    }
}

/// The digest of the table's rows; with `copy`, as they stand in that copy of it.
pub(super) async fn digest(
    database: &Database,
    copy: Option<&Database>,
    shape: &Shape,
    mut told: impl FnMut(u64),
) -> Result<RowsDigest, CopyError> {
    let (mut after, mut digest) = (None, RowsDigest::default());
    loop {
        let mut rows = page(database, shape, after).await?;
        let Some(last) = rows.last() else { return Ok(digest) };
        after = Some(shape.key_of(last));
        for row in &mut rows {
            if let Some(copy) = copy {
                translate(database, copy, shape, row).await?;
            }
            digest.add(row);
        }
        told(digest.rows);
    }
}

pub(super) async fn count(database: &Database, shape: &Shape) -> Result<u64, StoreError> {
    let row = database.read_one(shape.count()).await?;
    row.map_or(Ok(0), |row| row.count(0))
}

async fn page(
    database: &Database,
    shape: &Shape,
    after: Option<Vec<Value>>,
) -> Result<Vec<Vec<Value>>, StoreError> {
    let rows = database.read(shape.page(database.dialect(), after, PAGE)).await?;
    rows.iter().map(|row| shape.values(row)).collect()
}
