//! `GET /transaction` and `GET /transactions`: a user's own transfers, and never another's (SEP24-068, SEP24-070).

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use time::{
    Date, OffsetDateTime, PrimitiveDateTime,
    format_description::well_known::{Iso8601, Rfc3339},
};
use windlass_domain::transfer::{Kind, TransferId};
use windlass_projections::{Page, TransferFilter, TransferView, sep24::Transaction};

use super::{links, offered, request};
use crate::{
    Api,
    auth::Session,
    error::ApiError,
    fields::{Fields, QueryFields},
};

const DEFAULT_LIMIT: u32 = 50;
const MOST_LISTED: u32 = 200;
const NOT_FOUND: ApiError = ApiError::NotFound("there is no such transaction");

#[derive(Serialize)]
pub(crate) struct TransactionResponse {
    transaction: Transaction,
}

#[derive(Serialize)]
pub(crate) struct TransactionsResponse {
    transactions: Vec<Transaction>,
}

pub(crate) async fn transaction(
    State(api): State<Arc<Api>>,
    session: Session,
    QueryFields(query): QueryFields,
) -> Result<Json<TransactionResponse>, ApiError> {
    let view = if let Some(id) = query.get("id") {
        own_transfer(&api, &session, id).await?
    } else if let Some(hash) = query.get("stellar_transaction_id") {
        let hash = hash.to_ascii_lowercase();
        let found = api.queries.transfer_by_stellar_transaction(&session.subject, &hash).await?;
        found.ok_or(NOT_FOUND)?
    } else if let Some(id) = query.get("external_transaction_id") {
        api.queries.transfer_by_external_transaction(&session.subject, id).await?.ok_or(NOT_FOUND)?
    } else {
        return Err(ApiError::bad_request(
            "one of id, stellar_transaction_id and external_transaction_id is required",
        ));
    };
    Ok(Json(TransactionResponse { transaction: object(&api, &view, &query)? }))
}

pub(crate) async fn transactions(
    State(api): State<Arc<Api>>,
    session: Session,
    QueryFields(query): QueryFields,
) -> Result<Json<TransactionsResponse>, ApiError> {
    let filter = filter(&api, &session, &query)?;
    let views = api.queries.transfers(&filter).await?;
    let transactions = views.iter().map(|view| object(&api, view, &query)).collect::<Result<_, _>>()?;
    Ok(Json(TransactionsResponse { transactions }))
}

/// The user's transfer of that id. Another's, an unknown one and what is no id at all are all the same.
pub(crate) async fn own_transfer(api: &Api, session: &Session, id: &str) -> Result<TransferView, ApiError> {
    let id: TransferId = id.parse().map_err(|_| NOT_FOUND)?;
    let found = api.queries.transfer(id).await?;
    let own = found.filter(|view| {
        view.initiated().is_some_and(|initiated| initiated.subject.identity() == session.subject.identity())
    });
    own.ok_or(NOT_FOUND)
}

fn object(api: &Api, view: &TransferView, query: &Fields) -> Result<Transaction, ApiError> {
    let own = view.initiated().and_then(|initiated| initiated.lang.as_deref());
    let lang = request::lang(query).or(own);
    Ok(Transaction::new(view, links::more_info_url(api, view.id, lang)?))
}

fn filter(api: &Api, session: &Session, query: &Fields) -> Result<TransferFilter, ApiError> {
    let kind = match query.get("kind") {
        None => None,
        Some("deposit") => Some(Kind::Sep24Deposit),
        Some("withdrawal") => Some(Kind::Sep24Withdrawal),
        Some(_) => return Err(ApiError::bad_request("kind: deposit or withdrawal is needed")),
    };
    let limit = match query.parse::<u32>("limit")? {
        Some(0) => return Err(ApiError::bad_request("limit: at least 1 is needed")),
        Some(limit) => limit.min(MOST_LISTED),
        None => DEFAULT_LIMIT,
    };
    Ok(TransferFilter {
        subject: session.subject,
        asset: offered::requested(api, query, |_| true)?.stellar,
        kind,
        no_older_than: query.get("no_older_than").map(time).transpose()?,
        page: query.parse::<TransferId>("paging_id")?.map_or(Page::First, Page::After),
        limit,
    })
}

/// ISO 8601, with UTC where no offset is given.
fn time(text: &str) -> Result<OffsetDateTime, ApiError> {
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| PrimitiveDateTime::parse(text, &Iso8601::DEFAULT).map(PrimitiveDateTime::assume_utc))
        .or_else(|_| Date::parse(text, &Iso8601::DEFAULT).map(|date| date.midnight().assume_utc()))
        .map_err(|_| ApiError::bad_request("no_older_than: a time such as 2026-01-31T12:00:00Z is needed"))
}
