//! Connections: what each is told at its beginning, and what is looked at before it is used again.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Executor, Row};

use super::failure::store_error;
use crate::{PostgresLocation, StoreError};

/// Those who load and commit keep a connection each; others need some too.
const LEAST: u32 = 4;

/// A connection that rested longer is asked whether it still stands.
pub(super) const RESTED: Duration = Duration::from_secs(5);

/// What makes our statements fast and our connections harmless. Every statement goes by an index, and a plan that was
/// made while a table was small must not be a walk through it for ever. A transaction of ours that stands still would
/// hold the horizon back for all.
const SETTINGS: [(&str, &str); 7] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
    ("idle_in_transaction_session_timeout", "10s"),
    ("lock_timeout", "10s"),
];

/// How to connect. Through a pooler nothing is set at the beginning: it hands connections from one client to the next.
pub(super) fn options(url: &str, statement_cache: usize) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(url).map_err(|error| StoreError::Unavailable {
        detail: format!("DATABASE_URL is no address of a PostgreSQL server: {error}"),
    })?;
    let options = options
        .application_name("windlass")
        .statement_cache_capacity(statement_cache)
        .disable_statement_logging();
    Ok(if statement_cache == 0 { options.extra_float_digits(None) } else { options.options(SETTINGS) })
}

/// The connections of this process; each is opened when it is first needed.
pub(super) fn pool(location: &PostgresLocation, options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(location.connections.max(LEAST))
        .acquire_timeout(location.patience)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                use sqlx::Connection;
                Ok(meta.idle_for < RESTED || connection.ping().await.is_ok())
            })
        })
        .after_connect(|connection, _| Box::pin(super::migrate::keep_ahead(connection)))
        .connect_lazy_with(options)
}

/// What begins a transaction behind a pooler, where no setting stays: they are made for this transaction alone.
pub(super) const BEGIN_POOLED: &str = "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; \
    SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; \
    SET LOCAL jit = off; SET LOCAL idle_in_transaction_session_timeout = '10s'; SET LOCAL lock_timeout = '10s'";

/// The server must be new enough.
pub(super) async fn check_version(pool: &PgPool) -> Result<(), StoreError> {
    const OLDEST: i64 = 150_000;
    // Nothing is prepared: behind a pooler it would be prepared on one connection and run on another.
    let row = pool.fetch_one(sqlx::raw_sql(super::sql::SERVER_VERSION)).await.map_err(store_error)?;
    let version: i64 = row.try_get(0).map_err(store_error)?;
    if version < OLDEST {
        let detail = format!("the server is PostgreSQL {}, and 15 or newer is needed", version / 10_000);
        return Err(StoreError::Unavailable { detail });
    }
    Ok(())
}
