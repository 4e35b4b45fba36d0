//! The database that is copied into: empty at first, marked as unfinished meanwhile, and ready to go on in the end.

use super::columns::{Shape, quoted};
use super::rows::count;
use super::value::Kind;
use super::{CopyError, CopyOptions, events};
use crate::sql::texts::PROJECTIONS;
use crate::{Database, Dialect, Statement, StoreError};

/// The table that stands in a target until its copy has been verified.
pub(super) const MARK: &str = "copy_under_way";

const HAS_MARK_SQLITE: &str = "SELECT 1 FROM sqlite_schema WHERE name = 'copy_under_way'";
const HAS_MARK_POSTGRES: &str = "SELECT 1 WHERE to_regclass('copy_under_way') IS NOT NULL";
const MARKED: &str = "SELECT source FROM copy_under_way";
const MAKE_MARK: &str = "CREATE TABLE IF NOT EXISTS copy_under_way (source TEXT PRIMARY KEY)";
const SET_MARK: &str = "INSERT INTO copy_under_way (source) VALUES ($1)";
const CLEAR_MARK: &str = "DELETE FROM copy_under_way";
const DROP_MARK: &str = "DROP TABLE copy_under_way";
const DELETE_EVENTS: &str = "DELETE FROM events";
const SET_VERSION: &str = "UPDATE projections SET version = $2 WHERE name = $1";

impl Database {
    /// Where a copy into this database comes from that has not been ended, if there is one: nothing may work on it then.
    ///
    /// # Errors
    /// The database's own.
    pub async fn unfinished_copy(&self) -> Result<Option<String>, StoreError> {
        let has_mark = match self.dialect() {
            Dialect::Sqlite => HAS_MARK_SQLITE,
            Dialect::Postgres => HAS_MARK_POSTGRES,
        };
        if self.read(Statement::new(has_mark)).await?.is_empty() {
            return Ok(None);
        }
        self.read_one(Statement::new(MARKED)).await?.map(|row| row.get(0)).transpose()
    }
}

/// Finds the target empty, or a copy from the same source begun in it; or empties it, where a copy is begun anew.
pub(super) async fn begin(to: &Database, shapes: &[Shape], options: &CopyOptions) -> Result<(), CopyError> {
    match to.unfinished_copy().await? {
        Some(_) if options.restart => {
            let tables = shapes.iter().rev().map(Shape::delete);
            let statements = [DELETE_EVENTS, CLEAR_MARK].map(Statement::new).into_iter().chain(tables);
            to.write(statements.collect()).await?;
        }
        Some(source) if source == options.source => return Ok(()),
        Some(source) => return Err(CopyError::OtherSource(source)),
        None => {
            if events::count(to).await? > 0 {
                return Err(CopyError::TargetNotEmpty("events"));
            }
            for shape in shapes {
                if count(to, shape).await? > 0 {
                    return Err(CopyError::TargetNotEmpty(shape.table.name));
                }
            }
        }
    }
    to.write(vec![Statement::new(MAKE_MARK), Statement::new(SET_MARK).text(&options.source)]).await?;
    Ok(())
}

/// The projections' rows are of the versions that they have in the source.
pub(super) async fn adopt_projections(from: &Database, to: &Database) -> Result<(), CopyError> {
    for row in from.read(Statement::new(PROJECTIONS)).await? {
        let (name, version): (String, i64) = (row.get(0)?, row.get(1)?);
        if row.get::<Option<i64>>(3)?.is_some() {
            return Err(CopyError::Building(name));
        }
        to.write_one(Statement::new(SET_VERSION).text(name).integer(version)).await?;
    }
    Ok(())
}

/// Numbers that the database hands out go on behind those that were copied. SQLite sees to that by itself.
pub(super) async fn count_on(to: &Database, shapes: &[Shape]) -> Result<(), CopyError> {
    if to.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let mut numbers = vec![("events", "position")];
    for Shape { table, columns } in shapes {
        let is_number = |key: &str| columns.iter().any(|(name, kind)| name == key && *kind == Kind::Integer);
        numbers.extend(table.key.iter().filter(|key| is_number(key)).map(|key| (table.name, *key)));
    }
    for (table, column) in numbers {
        let sequence = format!("pg_get_serial_sequence('{table}', '{column}')");
        let (table, column) = (quoted(table), quoted(column));
        let sql = format!(
            "SELECT setval({sequence}, max({column})) FROM {table} \
             HAVING max({column}) > 0 AND {sequence} IS NOT NULL"
        );
        to.write_one(Statement::composed(sql)).await?;
    }
    Ok(())
}

/// The copy is whole, and can be worked with.
pub(super) async fn end(to: &Database) -> Result<(), CopyError> {
    to.write_one(Statement::new(DROP_MARK)).await?;
    Ok(())
}
