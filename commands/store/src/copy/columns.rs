//! What columns a table has, as the databases' catalogues tell, and the SQL that follows from it.

use super::CopyError;
use super::table::CopiedTable;
use super::value::{Kind, Value};
use crate::{Database, Dialect, Statement, StoreError};

/// Tables that are not copied as they are: they are copied otherwise, or every database makes its own.
const OTHERWISE: [&str; 5] =
    ["events", "schema_versions", "projections", "projection_epoch", super::target::MARK];

const COLUMNS_SQLITE: &str = "SELECT name, lower(type) FROM pragma_table_info($1)";

const COLUMNS_POSTGRES: &str = "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute
    WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped";

const TABLES_SQLITE: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name";

const TABLES_POSTGRES: &str = "SELECT relname::text FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname";

/// How many rows one statement inserts.
const ROWS: usize = 250;

/// A table with those of its columns that are copied, in the order of their names.
pub(super) struct Shape {
    pub(super) table: CopiedTable,
    pub(super) columns: Vec<(String, Kind)>,
}

impl Shape {
    /// None where the source has no such table, since what would make it was never used.
    pub(super) async fn of(
        from: &Database,
        to: &Database,
        table: CopiedTable,
    ) -> Result<Option<Self>, CopyError> {
        let columns = columns(from, table).await?;
        if columns.is_empty() {
            return Ok(None);
        }
        let in_target = columns_in_target(&columns, &self::columns(to, table).await?);
        let missing_key = table.key.iter().find(|key| !columns.iter().any(|(name, _)| name == *key));
        let detail = in_target.or(missing_key.map(|key| format!("it has no column {key}")));
        match detail {
            Some(detail) => Err(CopyError::Columns { table: table.name, detail }),
            None => Ok(Some(Self { table, columns })),
        }
    }

    /// The next rows after that key, in the order of the key; its parameters are the key.
    pub(super) fn page(&self, dialect: Dialect, after: Option<Vec<Value>>, limit: u32) -> Statement {
        let keys = list(self.table.key.iter().map(|key| quoted(key)));
        let columns = list(self.columns.iter().map(|(name, kind)| read(dialect, name, *kind)));
        let condition = match &after {
            None => String::new(),
            Some(key) => {
                let parameters = list((1..=key.len()).map(|number| format!("${number}")));
                format!("WHERE ({keys}) > ({parameters}) ")
            }
        };
        let table = quoted(self.table.name);
        let sql = format!("SELECT {columns} FROM {table} {condition}ORDER BY {keys} LIMIT {limit}");
        after.into_iter().flatten().fold(Statement::composed(sql), |statement, value| value.bind(statement))
    }

    /// The last row.
    pub(super) fn last(&self, dialect: Dialect) -> Statement {
        let keys = list(self.table.key.iter().map(|key| format!("{} DESC", quoted(key))));
        let columns = list(self.columns.iter().map(|(name, kind)| read(dialect, name, *kind)));
        let table = quoted(self.table.name);
        Statement::composed(format!("SELECT {columns} FROM {table} ORDER BY {keys} LIMIT 1"))
    }

    pub(super) fn key_of(&self, row: &[Value]) -> Vec<Value> {
        let column = |key: &&str| self.columns.iter().position(|(name, _)| name == key);
        self.table.key.iter().filter_map(column).filter_map(|place| row.get(place).cloned()).collect()
    }

    pub(super) fn values(&self, row: &crate::Row) -> Result<Vec<Value>, StoreError> {
        let columns = self.columns.iter().enumerate();
        columns.map(|(number, (_, kind))| Value::read(row, number, *kind)).collect()
    }

    /// Inserts all these rows.
    pub(super) fn insert(&self, dialect: Dialect, rows: Vec<Vec<Value>>) -> Vec<Statement> {
        insert(dialect, self.table.name, &self.columns, rows)
    }

    pub(super) fn count(&self) -> Statement {
        Statement::composed(format!("SELECT count(*) FROM {}", quoted(self.table.name)))
    }

    pub(super) fn delete(&self) -> Statement {
        Statement::composed(format!("DELETE FROM {}", quoted(self.table.name)))
    }
}

/// Inserts all these rows, some of them with each statement.
pub(super) fn insert(
    dialect: Dialect,
    table: &str,
    columns: &[(impl AsRef<str>, Kind)],
    rows: Vec<Vec<Value>>,
) -> Vec<Statement> {
    let names = list(columns.iter().map(|(name, _)| quoted(name.as_ref())));
    let mut statements = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some: Vec<_> = rows.by_ref().take(ROWS).collect();
        let mut number = 0;
        let tuples = some.iter().map(|_| {
            let parameters = columns.iter().map(|(_, kind)| {
                number += 1;
                match (dialect, kind) {
                    // SQLite looks for numbered ones by their names, one after the other.
                    (Dialect::Sqlite, _) => "?".to_owned(),
                    (Dialect::Postgres, Kind::Json) => format!("${number}::json"),
                    (Dialect::Postgres, _) => format!("${number}"),
                }
            });
            format!("({})", list(parameters))
        });
        let sql = format!("INSERT INTO {} ({names}) VALUES {}", quoted(table), list(tuples));
        let values = some.into_iter().flatten();
        statements.push(values.fold(Statement::composed(sql), |statement, value| value.bind(statement)));
    }
    statements
}

/// Tables of the database that are not copied.
pub(super) async fn undeclared(database: &Database, shapes: &[Shape]) -> Result<Vec<String>, StoreError> {
    let sql = match database.dialect() {
        Dialect::Sqlite => TABLES_SQLITE,
        Dialect::Postgres => TABLES_POSTGRES,
    };
    let rows = database.read(Statement::new(sql)).await?;
    let names = rows.iter().map(|row| row.get::<String>(0)).collect::<Result<Vec<_>, _>>()?;
    let is_known = |name: &String| {
        OTHERWISE.contains(&name.as_str()) || shapes.iter().any(|shape| shape.table.name == name)
    };
    Ok(names.into_iter().filter(|name| !is_known(name)).collect())
}

/// Whether there is such a table.
pub(super) async fn exists(database: &Database, table: &'static str) -> Result<bool, StoreError> {
    let sql = match database.dialect() {
        Dialect::Sqlite => COLUMNS_SQLITE,
        Dialect::Postgres => COLUMNS_POSTGRES,
    };
    Ok(database.read_one(Statement::new(sql).text(table)).await?.is_some())
}

async fn columns(database: &Database, table: CopiedTable) -> Result<Vec<(String, Kind)>, CopyError> {
    let sql = match database.dialect() {
        Dialect::Sqlite => COLUMNS_SQLITE,
        Dialect::Postgres => COLUMNS_POSTGRES,
    };
    let mut columns = Vec::new();
    for row in database.read(Statement::new(sql).text(table.name)).await? {
        let (name, type_name): (String, String) = (row.get(0)?, row.get(1)?);
        if table.without.contains(&name.as_str()) {
            continue;
        }
        let kind = match type_name.as_str() {
            "integer" | "int" | "bigint" | "smallint" => Kind::Integer,
            "text" | "character varying" => Kind::Text,
            "json" => Kind::Json,
            "blob" | "bytea" => Kind::Blob,
            other => {
                let detail = format!("its column {name} is of type {other}");
                return Err(CopyError::Columns { table: table.name, detail });
            }
        };
        columns.push((name, kind));
    }
    columns.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(columns)
}

/// What does not fit: names must be the same, and so must be the kinds, where text may be kept as json.
fn columns_in_target(source: &[(String, Kind)], target: &[(String, Kind)]) -> Option<String> {
    let text = |kind: Kind| if kind == Kind::Json { Kind::Text } else { kind };
    let plain = |columns: &[(String, Kind)]| -> Vec<(String, Kind)> {
        columns.iter().map(|(name, kind)| (name.clone(), text(*kind))).collect()
    };
    let (source, target) = (plain(source), plain(target));
    (source != target)
        .then(|| format!("it has the columns {source:?} in the source and {target:?} in the target"))
}

/// A column as it is read: numbers are 64 bits wide, json is its text.
fn read(dialect: Dialect, name: &str, kind: Kind) -> String {
    match (dialect, kind) {
        (Dialect::Postgres, Kind::Integer) => format!("{}::bigint", quoted(name)),
        (Dialect::Postgres, Kind::Json) => format!("{}::text", quoted(name)),
        _ => quoted(name),
    }
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
