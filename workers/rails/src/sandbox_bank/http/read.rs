//! Reading requests: the framework's refusals, in the bank's own shape.

use axum::{
    Json,
    extract::{
        FromRequest, FromRequestParts, Request,
        rejection::{JsonRejection, PathRejection, QueryRejection},
    },
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

use super::HttpError;
use crate::sandbox_bank::BankError;

/// A JSON body. What does not fit is a 400 that names the field; wrong types and sizes keep their own statuses.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpError> {
        let Json(value) = Json::from_request(request, state).await.map_err(|rejection: JsonRejection| {
            let (status, code) = match rejection.status() {
                StatusCode::UNSUPPORTED_MEDIA_TYPE => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json"),
                StatusCode::PAYLOAD_TOO_LARGE => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
                _ => (StatusCode::BAD_REQUEST, "invalid"),
            };
            HttpError::new(status, code, rejection.body_text())
        })?;
        Ok(Self(value))
    }
}

/// The path's variable.
pub(super) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(value)| Self(value))
            .map_err(|rejection: PathRejection| invalid(rejection.body_text()))
    }
}

/// The query.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        let read = axum::extract::Query::from_request_parts(parts, state).await;
        read.map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection: QueryRejection| invalid(rejection.body_text()))
    }
}

/// The header `Idempotency-Key`.
pub(super) struct IdempotencyKey(pub String);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
        let key = parts.headers.get("Idempotency-Key").and_then(|value| value.to_str().ok());
        let missing = || BankError::invalid("Idempotency-Key", "this header is needed").into();
        key.map(|key| Self(key.to_owned())).ok_or_else(missing)
    }
}

fn invalid(why: String) -> HttpError {
    HttpError::new(StatusCode::BAD_REQUEST, "invalid", why)
}
