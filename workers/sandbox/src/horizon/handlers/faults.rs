//! The switch for faults.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;

use crate::Sandbox;
use crate::faults::Fault;
use crate::horizon::Problem;

pub(in crate::horizon) async fn list(State(sandbox): State<Sandbox>) -> Json<Vec<Fault>> {
    Json(sandbox.faults().list())
}

pub(in crate::horizon) async fn add(
    State(sandbox): State<Sandbox>,
    fault: Result<Json<Fault>, JsonRejection>,
) -> Result<(StatusCode, Json<Vec<Fault>>), Problem> {
    let Json(fault) = fault.map_err(|error| Problem::bad_request("fault", &error.body_text()))?;
    sandbox.faults().add(fault);
    Ok((StatusCode::CREATED, list(State(sandbox)).await))
}

pub(in crate::horizon) async fn clear(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.faults().clear();
    StatusCode::NO_CONTENT
}
