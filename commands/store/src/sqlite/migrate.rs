//! Bringing each component's tables to the version that this program knows.

use sqlx::sqlite::SqliteConnection;
use sqlx::{Executor, Row};

use super::failure::{is_general, store_error};
use super::sql::{BEGIN, COMMIT, ROLLBACK};
use crate::sql::texts::{CREATE_SCHEMA_VERSIONS, SCHEMA_VERSION, SET_SCHEMA_VERSION};
use crate::{Schema, StoreError};

/// Applies what is missing of every schema, all in one transaction.
pub(super) async fn migrate(connection: &mut SqliteConnection, schemas: &[Schema]) -> Result<(), StoreError> {
    run(connection, BEGIN).await?;
    let done = apply(connection, schemas).await;
    let end = if done.is_ok() { COMMIT } else { ROLLBACK };
    let ended = run(connection, end).await;
    done.and(ended)
}

async fn apply(connection: &mut SqliteConnection, schemas: &[Schema]) -> Result<(), StoreError> {
    run(connection, CREATE_SCHEMA_VERSIONS).await?;
    for schema in schemas {
        let found = version(connection, schema.component).await?;
        if found > schema.version() {
            return Err(StoreError::NewerSchema {
                component: schema.component.to_owned(),
                found,
                known: schema.version(),
            });
        }
        for (version, sql) in (1..).zip(schema.migrations).skip(found as usize) {
            run(connection, sql).await.map_err(|error| because(schema.component, version, error))?;
            sqlx::query(SET_SCHEMA_VERSION)
                .bind(schema.component)
                .bind(version)
                .execute(&mut *connection)
                .await
                .map_err(store_error)?;
        }
    }
    Ok(())
}

async fn version(connection: &mut SqliteConnection, component: &str) -> Result<u32, StoreError> {
    let row =
        sqlx::query(SCHEMA_VERSION).bind(component).fetch_optional(connection).await.map_err(store_error)?;
    match row {
        Some(row) => row.try_get(0).map_err(store_error),
        None => Ok(0),
    }
}

async fn run(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), StoreError> {
    let done = connection.execute(sql).await;
    done.map(drop).map_err(store_error)
}

fn because(component: &'static str, version: u32, error: StoreError) -> StoreError {
    if is_general(&error) {
        return error;
    }
    StoreError::Migration { component: component.to_owned(), version, detail: error.to_string() }
}
