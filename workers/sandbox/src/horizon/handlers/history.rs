//! History: ledgers, transactions, operations and payments, one by one, in pages and in streams.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::{Parameters, account_id};
use crate::Sandbox;
use crate::faults::On;
use crate::horizon::listing::{Listing, What};
use crate::horizon::paging::{PageQuery, Scope, end_of};
use crate::horizon::resources::{Links, transaction as resource};
use crate::horizon::{Problem, faulty, stream};
use crate::network::store::TransactionRecord;

pub(in crate::horizon) async fn ledgers(
    State(sandbox): State<Sandbox>,
    request: Parts,
) -> Result<Response, Problem> {
    list(&sandbox, request, Listing::of(What::Ledgers)).await
}

pub(in crate::horizon) async fn transactions(
    State(sandbox): State<Sandbox>,
    request: Parts,
) -> Result<Response, Problem> {
    list(&sandbox, request, Listing::of(What::Transactions)).await
}

pub(in crate::horizon) async fn operations(
    State(sandbox): State<Sandbox>,
    request: Parts,
) -> Result<Response, Problem> {
    list(&sandbox, request, Listing::of(What::Operations)).await
}

pub(in crate::horizon) async fn payments(
    State(sandbox): State<Sandbox>,
    request: Parts,
) -> Result<Response, Problem> {
    list(&sandbox, request, Listing::of(What::Payments)).await
}

/// What an account had part in; 404 if it never had part in anything.
pub(in crate::horizon) async fn of_account(
    State(sandbox): State<Sandbox>,
    Path((id, what)): Path<(String, String)>,
    request: Parts,
) -> Result<Response, Problem> {
    let what = What::parse(&what)?;
    let id = account_id(&id)?;
    if !sandbox.store().has_history(&id).await? && sandbox.ledger().await.account(&id).is_none() {
        return Err(Problem::not_found());
    }
    let listing = Listing { account: Some(id), ..Listing::of(what) };
    list(&sandbox, request, listing).await
}

pub(in crate::horizon) async fn of_ledger(
    State(sandbox): State<Sandbox>,
    Path((sequence, what)): Path<(String, String)>,
    request: Parts,
) -> Result<Response, Problem> {
    let what = What::parse(&what)?;
    let sequence = closed_ledger(&sandbox, &sequence)?;
    let listing = Listing { scope: Scope::ledger(sequence), ..Listing::of(what) };
    list(&sandbox, request, listing).await
}

pub(in crate::horizon) async fn of_transaction(
    State(sandbox): State<Sandbox>,
    Path((hash, what)): Path<(String, String)>,
    request: Parts,
) -> Result<Response, Problem> {
    let what = What::parse(&what)?;
    if what == What::Transactions {
        return Err(Problem::not_found());
    }
    let (record, _) = find(&sandbox, &hash).await?;
    let listing = Listing { scope: Scope::transaction(record.id), include_failed: true, ..Listing::of(what) };
    list(&sandbox, request, listing).await
}

pub(in crate::horizon) async fn ledger(
    State(sandbox): State<Sandbox>,
    Path(sequence): Path<String>,
) -> Result<Json<Value>, Problem> {
    let sequence = closed_ledger(&sandbox, &sequence)?;
    one(&sandbox, What::Ledgers, i64::from(sequence) << 32).await
}

pub(in crate::horizon) async fn operation(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::bad_request("id", "must be an operation's id"))?;
    one(&sandbox, What::Operations, id).await
}

pub(in crate::horizon) async fn transaction(
    State(sandbox): State<Sandbox>,
    Path(hash): Path<String>,
) -> Result<Json<Value>, Problem> {
    faulty::before(&sandbox, On::Transaction).await?;
    let (record, hash) = find(&sandbox, &hash).await?;
    Ok(Json(resource::render_as(&record, hash, &Links::of(&sandbox))))
}

/// A page of the listing, or a stream of it where the client asks for events.
async fn list(sandbox: &Sandbox, request: Parts, mut listing: Listing) -> Result<Response, Problem> {
    if listing.what == What::Payments {
        faulty::before(sandbox, On::Payments).await?;
    }
    let parameters = Query::<Parameters>::try_from_uri(&request.uri)
        .map_err(|_| Problem::bad_request("query", "does not decode"))?;
    let query = PageQuery::parse(&parameters)?;
    listing.join_transactions = query.join_transactions;
    listing.include_failed |= query.include_failed;
    let now = end_of(*sandbox.closed().borrow());
    let header = |name| request.headers.get(name)?.to_str().ok();
    if header("accept").is_some_and(|kinds| kinds.contains("text/event-stream")) {
        let cursor = query.stream_start(header("last-event-id"), now)?;
        return Ok(stream::events(sandbox, listing, cursor));
    }
    let records = listing.read(sandbox, query.range(listing.scope, now)).await?;
    let url = Links::of(sandbox).url(request.uri.path());
    Ok(Json(query.page(&url, records)).into_response())
}

/// The one record with this token.
async fn one(sandbox: &Sandbox, what: What, token: i64) -> Result<Json<Value>, Problem> {
    let listing = Listing { scope: Scope::only(token), include_failed: true, ..Listing::of(what) };
    let records = listing.read_after(sandbox, -1).await?;
    let (_, record) = records.into_iter().next().ok_or_else(Problem::not_found)?;
    Ok(Json(record))
}

/// A transaction by the hash in a path, and that hash.
async fn find(sandbox: &Sandbox, hash: &str) -> Result<(TransactionRecord, [u8; 32]), Problem> {
    let bytes = hex::decode(hash).ok().and_then(|hash| hash.try_into().ok());
    let hash: [u8; 32] = bytes.ok_or_else(|| {
        Problem::bad_request("tx_id", "Transaction hash must be a hex-encoded, 64 characters long")
    })?;
    let found = sandbox.store().transaction(sandbox.network_id(), &hash);
    let record = found.await?.ok_or_else(Problem::not_found)?;
    Ok((record, hash))
}

fn closed_ledger(sandbox: &Sandbox, sequence: &str) -> Result<u32, Problem> {
    let sequence =
        sequence.parse().map_err(|_| Problem::bad_request("ledger_id", "must be a ledger's number"))?;
    if sequence > *sandbox.closed().borrow() {
        return Err(Problem::not_found());
    }
    Ok(sequence)
}
