//! A row of either database.

use std::fmt;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Postgres, Row as _, Sqlite};

use crate::StoreError;

/// A row that a [`Database`](crate::Database) returned.
pub struct Row(Kind);

enum Kind {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column can hold: `i64`, `String`, `Vec<u8>`, and each of them or none.
///
/// Whole numbers are `INTEGER` in SQLite and `bigint` in PostgreSQL.
pub trait Column: Sized + private::InBoth {}

impl<T: private::InBoth> Column for T {}

mod private {
    use super::{Postgres, Sqlite};

    pub trait InBoth:
        for<'r> sqlx::Decode<'r, Sqlite>
        + sqlx::Type<Sqlite>
        + for<'r> sqlx::Decode<'r, Postgres>
        + sqlx::Type<Postgres>
    {
    }

    impl InBoth for i64 {}
    impl InBoth for String {}
    impl InBoth for Vec<u8> {}
    impl InBoth for Option<i64> {}
    impl InBoth for Option<String> {}
    impl InBoth for Option<Vec<u8>> {}
}

impl Row {
    /// The column of that number, from 0.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where there is no such column or it holds something else.
    pub fn get<T: Column>(&self, column: usize) -> Result<T, StoreError> {
        let value = match &self.0 {
            Kind::Sqlite(row) => row.try_get(column),
            Kind::Postgres(row) => row.try_get(column),
        };
        value.map_err(|error| StoreError::Corrupt { detail: error.to_string() })
    }

    /// The same of a number that cannot be negative.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where it is, or the column holds something else.
    pub fn count(&self, column: usize) -> Result<u64, StoreError> {
        let number: i64 = self.get(column)?;
        u64::try_from(number).map_err(|_| StoreError::Corrupt {
            detail: format!("{number} is no count and no sequence number"),
        })
    }
}

impl fmt::Debug for Row {
    /// What is in it may be anybody's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Row(…)")
    }
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        Self(Kind::Sqlite(row))
    }
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Self(Kind::Postgres(row))
    }
}
