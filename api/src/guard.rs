//! What stands around every handler: how many at once, how long, and what happens when one panics.

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use tokio::time::{Instant, timeout};

use crate::{
    Api,
    error::{ApiError, Face},
};

/// No request takes longer, its body included.
const PATIENCE: Duration = Duration::from_secs(45);

/// Sends requests away when there are too many, ends those that take too long, and notes the rest. The address stays
/// out of the log, for it may have a token in it; the route does not.
pub(crate) async fn guard(
    State((api, face)): State<(Arc<Api>, Face)>,
    request: Request,
    next: Next,
) -> Response {
    let busy = ApiError::Unavailable("too many requests at once; try again in a moment");
    let Ok(_permit) = api.requests.try_acquire() else { return face.answer(busy) };
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let begin = Instant::now();
    let late = ApiError::Unavailable("this took too long; try again later");
    let response = timeout(PATIENCE, next.run(request)).await.unwrap_or_else(|_| face.answer(late));
    tracing::debug!(
        %method,
        route = route.as_ref().map_or("none", MatchedPath::as_str),
        status = response.status().as_u16(),
        elapsed_ms = begin.elapsed().as_millis() as u64,
        "answered"
    );
    response
}

/// What a program gets when a handler panicked.
pub(crate) fn panicked_json(panic: Box<dyn Any + Send>) -> Response {
    panicked(&*panic, Face::Json)
}

/// What a person gets when a handler panicked.
pub(crate) fn panicked_page(panic: Box<dyn Any + Send>) -> Response {
    panicked(&*panic, Face::Page)
}

fn panicked(panic: &(dyn Any + Send), face: Face) -> Response {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text");
    tracing::error!(panic = text, "a handler panicked");
    face.answer(ApiError::Internal)
}
