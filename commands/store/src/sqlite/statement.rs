//! A static SQL text with its parameters.

use sqlx::sqlite::{SqliteExecutor, SqliteRow};

/// A statement to be run by the store's writer.
#[derive(Debug, Clone)]
pub struct Statement {
    sql: &'static str,
    parameters: Vec<Parameter>,
}

#[derive(Debug, Clone)]
enum Parameter {
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Statement {
    /// A statement whose parameters `$1`, `$2` and so on follow in order.
    pub fn new(sql: &'static str) -> Self {
        Self { sql, parameters: Vec::new() }
    }

    /// The next parameter, a number.
    #[must_use]
    pub fn integer(self, value: impl Into<i64>) -> Self {
        self.with(Parameter::Integer(value.into()))
    }

    /// The next parameter, a text.
    #[must_use]
    pub fn text(self, value: impl Into<String>) -> Self {
        self.with(Parameter::Text(value.into()))
    }

    /// The next parameter, bytes.
    #[must_use]
    pub fn blob(self, value: impl Into<Vec<u8>>) -> Self {
        self.with(Parameter::Blob(value.into()))
    }

    fn with(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Runs it to its end.
    pub(super) async fn rows<'e>(
        &'e self,
        executor: impl SqliteExecutor<'e>,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        let mut query = sqlx::query(self.sql);
        for parameter in &self.parameters {
            query = match parameter {
                Parameter::Integer(value) => query.bind(*value),
                Parameter::Text(value) => query.bind(value.as_str()),
                Parameter::Blob(value) => query.bind(value.as_slice()),
            };
        }
        query.fetch_all(executor).await
    }
}
