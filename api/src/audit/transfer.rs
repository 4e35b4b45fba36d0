//! `GET /audit/transfers/{id}` and `GET /audit/transfers/{id}/events`: one transfer, now or as of a moment.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use windlass_domain::transfer::TransferId;
use windlass_projections::audit::{LogEntry, Moment, Timeline};

use crate::{Api, auth::Auditor, error::ApiError, fields::QueryFields};

const NOT_FOUND: ApiError = ApiError::NotFound("there is no such transfer");

#[derive(Serialize)]
pub(crate) struct Events {
    events: Vec<LogEntry>,
}

pub(crate) async fn transfer(
    auditor: Auditor,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    QueryFields(query): QueryFields,
) -> Result<Json<Timeline>, ApiError> {
    let (id, as_of) = (id.parse().map_err(|_| NOT_FOUND)?, query.parse("as_of")?);
    note(&auditor, id, as_of, "timeline");
    api.queries.audit_timeline(id, as_of).await?.map(Json).ok_or(NOT_FOUND)
}

pub(crate) async fn transfer_events(
    auditor: Auditor,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    QueryFields(query): QueryFields,
) -> Result<Json<Events>, ApiError> {
    let (id, as_of) = (id.parse().map_err(|_| NOT_FOUND)?, query.parse("as_of")?);
    note(&auditor, id, as_of, "events");
    let events = api.queries.audit_transfer_events(id, as_of).await?.ok_or(NOT_FOUND)?;
    Ok(Json(Events { events }))
}

fn note(auditor: &Auditor, transfer: TransferId, as_of: Option<Moment>, what: &str) {
    let as_of = as_of.map(|moment| moment.to_string());
    tracing::info!(auditor = auditor.name, %transfer, as_of, what, "an auditor reads a transfer");
}
