//! A static SQL text with its parameters, for either database.

use std::borrow::Cow;

use serde_json::Value;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Postgres, Sqlite};

/// Where a projection's SQL names its tables and indexes, this stands behind each name: nothing for the tables that are
/// served, `_2`, `_3` and so on for those that are being built beside them.
pub const BUILD: &str = "{build}";

/// A statement to be run by a [`Database`](crate::Database). Parameters are written `$1`, `$2` and so on.
#[derive(Debug, Clone)]
pub struct Statement {
    sql: Cow<'static, str>,
    parameters: Vec<Parameter>,
    is_script: bool,
}

#[derive(Debug, Clone)]
enum Parameter {
    Integer(Option<i64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
    /// PostgreSQL's arrays.
    Integers(Vec<i64>),
    Texts(Vec<String>),
}

impl Statement {
    /// A statement whose parameters `$1`, `$2` and so on follow in order. Of tables with [`BUILD`] behind their names, it
    /// means those that are served.
    pub fn new(sql: &'static str) -> Self {
        Self::composed(expanded(sql, ""))
    }

    /// The same on the tables that are being built under that suffix.
    pub fn on_build(sql: &'static str, suffix: &str) -> Self {
        Self::composed(expanded(sql, suffix))
    }

    /// Several statements without parameters and without rows, such as those that make tables, on the tables that are
    /// being built under that suffix.
    pub fn script(sql: &'static str, suffix: &str) -> Self {
        Self { is_script: true, ..Self::on_build(sql, suffix) }
    }

    /// Whether it has several statements in it.
    pub(crate) fn is_script(&self) -> bool {
        self.is_script
    }

    /// One whose text is made of static parts.
    pub(crate) fn composed(sql: impl Into<Cow<'static, str>>) -> Self {
        Self { sql: sql.into(), parameters: Vec::new(), is_script: false }
    }

    /// The next parameter, a number or none.
    #[must_use]
    pub fn integer(self, value: impl Into<Option<i64>>) -> Self {
        self.with(Parameter::Integer(value.into()))
    }

    /// The next parameter, a text.
    #[must_use]
    pub fn text(self, value: impl Into<String>) -> Self {
        self.with(Parameter::Text(Some(value.into())))
    }

    /// The next parameter, a text or none.
    #[must_use]
    pub fn text_or_null(self, value: Option<impl Into<String>>) -> Self {
        self.with(Parameter::Text(value.map(Into::into)))
    }

    /// The next parameter, bytes.
    #[must_use]
    pub fn blob(self, value: impl Into<Vec<u8>>) -> Self {
        self.with(Parameter::Blob(Some(value.into())))
    }

    /// The next parameter, a `bigint[]`. For PostgreSQL alone.
    #[must_use]
    pub(crate) fn integers(self, values: Vec<i64>) -> Self {
        self.with(Parameter::Integers(values))
    }

    /// The next parameter, a `text[]`. For PostgreSQL alone.
    #[must_use]
    pub(crate) fn texts(self, values: Vec<String>) -> Self {
        self.with(Parameter::Texts(values))
    }

    /// The next parameter, bytes or none.
    #[must_use]
    pub fn blob_or_null(self, value: Option<Vec<u8>>) -> Self {
        self.with(Parameter::Blob(value))
    }

    fn with(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// The text as the database gets it.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    pub(crate) fn sqlite(&self) -> Query<'_, Sqlite, SqliteArguments<'_>> {
        let mut query = sqlx::query(&self.sql);
        for parameter in &self.parameters {
            query = match parameter {
                Parameter::Integer(value) => query.bind(*value),
                Parameter::Text(value) => query.bind(value.as_deref()),
                Parameter::Blob(value) => query.bind(value.as_deref()),
                // It has no arrays; a JSON list is what it can read.
                Parameter::Integers(values) => query.bind(Value::from(values.as_slice()).to_string()),
                Parameter::Texts(values) => query.bind(Value::from(values.as_slice()).to_string()),
            };
        }
        query
    }

    pub(crate) fn postgres(&self) -> Query<'_, Postgres, PgArguments> {
        let mut query = sqlx::query(&self.sql);
        for parameter in &self.parameters {
            query = match parameter {
                Parameter::Integer(value) => query.bind(*value),
                Parameter::Text(value) => query.bind(value.as_deref()),
                Parameter::Blob(value) => query.bind(value.as_deref()),
                Parameter::Integers(values) => query.bind(values.as_slice()),
                Parameter::Texts(values) => query.bind(values.as_slice()),
            };
        }
        query
    }
}

/// The text with its tables' suffix put in.
pub(crate) fn expanded(sql: &'static str, suffix: &str) -> Cow<'static, str> {
    if sql.contains(BUILD) { sql.replace(BUILD, suffix).into() } else { sql.into() }
}
