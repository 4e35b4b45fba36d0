//! `GET /audit/events`: the log, page by page, or as a stream where `text/event-stream` is asked for.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header::ACCEPT},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use windlass_projections::audit::LogEntry;

use super::{query::LogQuery, stream};
use crate::{Api, auth::Auditor, error::ApiError, fields::QueryFields};

/// As many stretches of the log are looked through for one answer; the next request goes on where they ended.
const MOST_STRETCHES: usize = 20;

#[derive(Serialize)]
struct Page {
    events: Vec<LogEntry>,
    /// What to ask for next, as `after`.
    next: String,
    /// Whether there was nothing more.
    end: bool,
}

pub(crate) async fn events(
    auditor: Auditor,
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    QueryFields(query): QueryFields,
) -> Result<Response, ApiError> {
    let mut asked = LogQuery::read(&query)?;
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/event-stream") {
        asked.after = stream::last_event_id(&headers)?.unwrap_or(asked.after);
        asked.note(&auditor, &query, "stream");
        return stream::stream(api, asked);
    }
    asked.note(&auditor, &query, "page");
    Ok(Json(page(&api, asked).await?).into_response())
}

async fn page(api: &Api, asked: LogQuery) -> Result<Page, ApiError> {
    let mut reader = api.queries.audit_log(asked.filter, asked.after);
    let (mut events, mut end) = (vec![], false);
    for _ in 0..MOST_STRETCHES {
        if end || events.len() >= asked.limit {
            break;
        }
        let page = reader.next(asked.limit - events.len()).await?;
        events.extend(page.events);
        end = page.end;
    }
    Ok(Page { events, next: reader.position().to_string(), end })
}
