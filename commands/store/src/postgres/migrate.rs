//! Bringing each component's tables to the version that this program knows, one process at a time.

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{Connection, Executor, Row};

use super::failure::store_error;
use super::sql::{HAS_LOG, LOCK_MIGRATIONS, TX_AHEAD};
use crate::sql::texts::{CREATE_SCHEMA_VERSIONS, SCHEMA_VERSION, SET_SCHEMA_VERSION};
use crate::{Schema, StoreError};

/// Applies what is missing of every schema, all in one transaction.
pub(super) async fn migrate(pool: &PgPool, schemas: &[Schema]) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await.map_err(store_error)?;
    let mut transaction = connection.begin().await.map_err(store_error)?;
    run(&mut transaction, LOCK_MIGRATIONS).await?;
    run(&mut transaction, CREATE_SCHEMA_VERSIONS).await?;
    for schema in schemas {
        let found = version(&mut transaction, schema.component).await?;
        if found > schema.version() {
            return Err(StoreError::NewerSchema {
                component: schema.component.to_owned(),
                found,
                known: schema.version(),
            });
        }
        for (version, sql) in (1..).zip(schema.migrations).skip(found as usize) {
            run(&mut transaction, sql).await.map_err(|error| because(schema.component, version, error))?;
            sqlx::query(SET_SCHEMA_VERSION)
                .bind(schema.component)
                .bind(i64::from(version))
                .persistent(false)
                .execute(&mut *transaction)
                .await
                .map_err(store_error)?;
        }
    }
    transaction.commit().await.map_err(store_error)
}

/// Where the log is ahead of the cluster's transactions, as after a restore into a new one, all that comes is counted on
/// from the log's end. Looked at on every new connection, since the server behind the address may be another one by now.
pub(super) async fn keep_ahead(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    // Nothing is prepared: behind a pooler it would be prepared on one connection and run on another.
    if connection.fetch_optional(sqlx::raw_sql(HAS_LOG)).await?.is_none()
        || connection.fetch_optional(sqlx::raw_sql(TX_AHEAD)).await?.is_none()
    {
        return Ok(());
    }
    let mut transaction = connection.begin().await?;
    transaction.execute(sqlx::raw_sql(LOCK_MIGRATIONS)).await?;
    if let Some(row) = sqlx::query(TX_AHEAD).persistent(false).fetch_optional(&mut *transaction).await? {
        let offset: i64 = row.try_get(0)?;
        tracing::warn!(
            offset,
            "the log was moved into this cluster: its transactions are counted on from the log's end"
        );
        let sql = format!(
            "CREATE OR REPLACE FUNCTION windlass_tx_offset() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS \
             'SELECT {offset}::bigint'"
        );
        transaction.execute(sqlx::raw_sql(&sql)).await?;
    }
    transaction.commit().await
}

async fn version(connection: &mut PgConnection, component: &str) -> Result<u32, StoreError> {
    let row = sqlx::query(SCHEMA_VERSION).bind(component).persistent(false).fetch_optional(connection).await;
    match row.map_err(store_error)? {
        Some(row) => {
            let version: i64 = row.try_get(0).map_err(store_error)?;
            Ok(u32::try_from(version).unwrap_or(u32::MAX))
        }
        None => Ok(0),
    }
}

async fn run(connection: &mut PgConnection, sql: &'static str) -> Result<(), StoreError> {
    let done = connection.execute(sqlx::raw_sql(sql)).await;
    done.map(drop).map_err(store_error)
}

fn because(component: &'static str, version: u32, error: StoreError) -> StoreError {
    match error {
        StoreError::Database { detail } => {
            StoreError::Migration { component: component.to_owned(), version, detail }
        }
        general => general,
    }
}
