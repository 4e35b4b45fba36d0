//! The same questions, to SQLite.

use sqlx::{Row, SqlitePool, sqlite::SqliteRow};
use windlass_domain::{Subject, transfer::TransferId};
use windlass_stellar::AccountId;

use super::{Page, QueryError, SourceAccount, TransferFilter};
use crate::{TransferView, view::micros};

pub(super) const BY_ID: &str = "SELECT id, view FROM transfers WHERE id = $1";

pub(super) const BY_STELLAR_TRANSACTION: &str = "SELECT id, view FROM transfers \
    WHERE stellar_transaction_id = $1 AND subject = $2 ORDER BY started_at DESC, id DESC LIMIT 1";

pub(super) const BY_EXTERNAL_TRANSACTION: &str = "SELECT id, view FROM transfers \
    WHERE external_transaction_id = $1 AND subject = $2 ORDER BY started_at DESC, id DESC LIMIT 1";

pub(super) const PAGE: &str = "SELECT id, view FROM transfers \
    WHERE subject = $1 AND asset = $2 AND started_at >= $3 AND ($4 IS NULL OR kind = $4) \
    ORDER BY started_at DESC, id DESC LIMIT $5";

pub(super) const PAGE_AFTER: &str = "SELECT id, view FROM transfers \
    WHERE subject = $1 AND asset = $2 AND started_at >= $3 AND ($4 IS NULL OR kind = $4) \
        AND (started_at, id) < (SELECT started_at, id FROM transfers WHERE id = $6 AND subject = $1) \
    ORDER BY started_at DESC, id DESC LIMIT $5";

pub(super) const LAST_SEQUENCE: &str = "SELECT account_sequence FROM stellar_transactions \
    WHERE source = $1 AND spent = 1 ORDER BY account_sequence DESC LIMIT 1";

pub(super) const OPEN: &str = "SELECT count(*) FROM stellar_transactions WHERE source = $1 AND open = 1";

pub(super) async fn transfer(pool: &SqlitePool, id: TransferId) -> Result<Option<TransferView>, QueryError> {
    let row = sqlx::query(BY_ID).bind(id.to_string()).fetch_optional(pool).await?;
    row.as_ref().map(view).transpose()
}

pub(super) async fn transfer_by_stellar_transaction(
    pool: &SqlitePool,
    subject: &Subject,
    hash: &str,
) -> Result<Option<TransferView>, QueryError> {
    let query = sqlx::query(BY_STELLAR_TRANSACTION).bind(hash).bind(subject.identity());
    query.fetch_optional(pool).await?.as_ref().map(view).transpose()
}

pub(super) async fn transfer_by_external_transaction(
    pool: &SqlitePool,
    subject: &Subject,
    id: &str,
) -> Result<Option<TransferView>, QueryError> {
    let query = sqlx::query(BY_EXTERNAL_TRANSACTION).bind(id).bind(subject.identity());
    query.fetch_optional(pool).await?.as_ref().map(view).transpose()
}

pub(super) async fn transfers(
    pool: &SqlitePool,
    filter: &TransferFilter,
) -> Result<Vec<TransferView>, QueryError> {
    let oldest = filter.no_older_than.map_or(i64::MIN, micros);
    let statement = match filter.page {
        Page::First => PAGE,
        Page::After(_) => PAGE_AFTER,
    };
    let mut query = sqlx::query(statement)
        .bind(filter.subject.identity())
        .bind(filter.asset.to_string())
        .bind(oldest)
        .bind(filter.kind.map(|kind| kind.as_str()))
        .bind(filter.limit);
    if let Page::After(id) = filter.page {
        query = query.bind(id.to_string());
    }
    query.fetch_all(pool).await?.iter().map(view).collect()
}

pub(super) async fn source_account(
    pool: &SqlitePool,
    account: AccountId,
) -> Result<SourceAccount, QueryError> {
    let source = account.to_string();
    // One transaction: both answers are of the same moment.
    let mut read = pool.begin().await?;
    let last_sequence = sqlx::query_scalar(LAST_SEQUENCE).bind(&source).fetch_optional(&mut *read).await?;
    let open = sqlx::query_scalar(OPEN).bind(&source).fetch_one(&mut *read).await?;
    Ok(SourceAccount { last_sequence, open })
}

fn view(row: &SqliteRow) -> Result<TransferView, QueryError> {
    let (id, view): (String, String) = (row.try_get("id")?, row.try_get("view")?);
    serde_json::from_str(&view)
        .map_err(|source| QueryError::Malformed { what: format!("the row of transfer {id}"), source })
}

#[cfg(test)]
mod tests;
