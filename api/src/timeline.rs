//! `GET /transfers/{id}/events`: what happened to one's own transfer, event by event.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use windlass_projections::TimelineEvent;

use crate::{Api, auth::Session, error::ApiError, sep24};

#[derive(Serialize)]
pub(crate) struct Timeline {
    events: Vec<TimelineEvent>,
}

pub(crate) async fn events(
    State(api): State<Arc<Api>>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Json<Timeline>, ApiError> {
    let view = sep24::own_transfer(&api, &session, &id).await?;
    Ok(Json(Timeline { events: api.queries.timeline(view.id).await? }))
}
