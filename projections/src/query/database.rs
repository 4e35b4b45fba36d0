//! The same questions, to a database. Every text means the same in both, unless there is one for each.

use std::collections::BTreeSet;

use windlass_domain::{Subject, transfer::TransferId};
use windlass_stellar::AccountId;
use windlass_store::{Database, Dialect, Row, Statement};

use super::{Page, QueryError, SourceAccount, TransferFilter};
use crate::{TransferView, view::micros};

pub(super) const BY_ID: &str = "SELECT id, view FROM transfers WHERE id = $1";

pub(super) const BY_STELLAR_TRANSACTION: &str = "SELECT id, view FROM transfers \
    WHERE stellar_transaction_id = $1 AND subject = $2 ORDER BY started_at DESC, id DESC LIMIT 1";

pub(super) const BY_EXTERNAL_TRANSACTION: &str = "SELECT id, view FROM transfers \
    WHERE external_transaction_id = $1 AND subject = $2 ORDER BY started_at DESC, id DESC LIMIT 1";

pub(super) const PAGE: &str = "SELECT id, view FROM transfers \
    WHERE subject = $1 AND asset = $2 AND started_at >= $3 AND (CAST($4 AS text) IS NULL OR kind = $4) \
    ORDER BY started_at DESC, id DESC LIMIT $5";

pub(super) const PAGE_AFTER: &str = "SELECT id, view FROM transfers \
    WHERE subject = $1 AND asset = $2 AND started_at >= $3 AND (CAST($4 AS text) IS NULL OR kind = $4) \
        AND (started_at, id) < (SELECT started_at, id FROM transfers WHERE id = $6 AND subject = $1) \
    ORDER BY started_at DESC, id DESC LIMIT $5";

/// The parameter is a JSON array of ids.
pub(super) const BY_IDS_SQLITE: &str =
    "SELECT id, view FROM transfers WHERE id IN (SELECT value FROM json_each($1))";

pub(super) const BY_IDS_POSTGRES: &str = "SELECT id, view FROM transfers \
    WHERE id IN (SELECT json_array_elements_text($1::json) COLLATE \"C\")";

/// As many transfers are looked up at once.
const MOST_IDS: usize = 1_000;

/// Both answers are of the same moment.
pub(super) const SOURCE_ACCOUNT: &str = "SELECT \
    (SELECT account_sequence FROM stellar_transactions WHERE source = $1 AND spent = 1 \
        ORDER BY account_sequence DESC LIMIT 1), \
    (SELECT count(*) FROM stellar_transactions WHERE source = $1 AND open = 1)";

pub(super) async fn transfer(
    database: &Database,
    id: TransferId,
) -> Result<Option<TransferView>, QueryError> {
    one(database, Statement::new(BY_ID).text(id.to_string())).await
}

pub(super) async fn transfer_by_stellar_transaction(
    database: &Database,
    subject: &Subject,
    hash: &str,
) -> Result<Option<TransferView>, QueryError> {
    one(database, Statement::new(BY_STELLAR_TRANSACTION).text(hash).text(subject.identity())).await
}

pub(super) async fn transfer_by_external_transaction(
    database: &Database,
    subject: &Subject,
    id: &str,
) -> Result<Option<TransferView>, QueryError> {
    one(database, Statement::new(BY_EXTERNAL_TRANSACTION).text(id).text(subject.identity())).await
}

pub(super) async fn transfers(
    database: &Database,
    filter: &TransferFilter,
) -> Result<Vec<TransferView>, QueryError> {
    let oldest = filter.no_older_than.map_or(i64::MIN, micros);
    let statement = match filter.page {
        Page::First => PAGE,
        Page::After(_) => PAGE_AFTER,
    };
    let mut query = Statement::new(statement)
        .text(filter.subject.identity())
        .text(filter.asset.to_string())
        .integer(oldest)
        .text_or_null(filter.kind.map(|kind| kind.as_str()))
        .integer(i64::from(filter.limit));
    if let Page::After(id) = filter.page {
        query = query.text(id.to_string());
    }
    database.read(query).await?.iter().map(view).collect()
}

/// The transfers of those ids, in any order.
pub(super) async fn transfers_of(
    database: &Database,
    ids: &BTreeSet<TransferId>,
) -> Result<Vec<TransferView>, QueryError> {
    let text = match database.dialect() {
        Dialect::Sqlite => BY_IDS_SQLITE,
        Dialect::Postgres => BY_IDS_POSTGRES,
    };
    let ids: Vec<_> = ids.iter().collect();
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(MOST_IDS) {
        // Ids are letters, digits and hyphens: they cannot fail to be written as JSON.
        let list = serde_json::json!(some).to_string();
        for row in database.read(Statement::new(text).text(list)).await? {
            found.push(view(&row)?);
        }
    }
    Ok(found)
}

pub(super) async fn source_account(
    database: &Database,
    account: AccountId,
) -> Result<SourceAccount, QueryError> {
    let row = database.read_one(Statement::new(SOURCE_ACCOUNT).text(account.to_string())).await?;
    let Some(row) = row else { return Ok(SourceAccount { last_sequence: None, open: 0 }) };
    let open = u32::try_from(row.count(1)?).unwrap_or(u32::MAX);
    Ok(SourceAccount { last_sequence: row.get(0)?, open })
}

async fn one(database: &Database, query: Statement) -> Result<Option<TransferView>, QueryError> {
    database.read_one(query).await?.as_ref().map(view).transpose()
}

fn view(row: &Row) -> Result<TransferView, QueryError> {
    let (id, view): (String, String) = (row.get(0)?, row.get(1)?);
    serde_json::from_str(&view)
        .map_err(|source| QueryError::Malformed { what: format!("the row of transfer {id}"), source })
}

#[cfg(test)]
mod tests;
