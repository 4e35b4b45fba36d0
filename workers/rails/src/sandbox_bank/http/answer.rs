//! The bank's errors as HTTP answers: `{"error": "…", "code": "…"}`, and `"field"` where one is at fault.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::sandbox_bank::BankError;

/// An answer other than what was asked for.
#[derive(Debug)]
pub(super) struct HttpError {
    status: StatusCode,
    body: ErrorBody,
}

#[derive(Debug, Serialize)]
struct ErrorBody {
    error: String,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
}

impl HttpError {
    pub fn new(status: StatusCode, code: &'static str, error: impl Into<String>) -> Self {
        Self { status, body: ErrorBody { error: error.into(), code, field: None } }
    }

    /// The bank itself failed; whether it did what it was asked is not said.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the bank failed")
    }
}

impl From<BankError> for HttpError {
    fn from(error: BankError) -> Self {
        let (status, code, field) = match error {
            BankError::UnknownAccount { field } => (StatusCode::NOT_FOUND, "unknown_account", Some(field)),
            BankError::UnknownPayout => (StatusCode::NOT_FOUND, "unknown_payout", None),
            BankError::InsufficientFunds => {
                (StatusCode::UNPROCESSABLE_ENTITY, "insufficient_funds", Some("amount"))
            }
            BankError::KeyReused => (StatusCode::CONFLICT, "key_reused", Some("Idempotency-Key")),
            BankError::CursorAhead => (StatusCode::CONFLICT, "cursor_ahead", Some("after")),
            BankError::Invalid { field, .. } => (StatusCode::BAD_REQUEST, "invalid", Some(field)),
            BankError::NotAllowed(_) => (StatusCode::FORBIDDEN, "not_allowed", None),
            BankError::InUse(_)
            | BankError::NotABank(_)
            | BankError::Newer { .. }
            | BankError::Config(_)
            | BankError::Storage(_)
            | BankError::Corrupt(_) => {
                tracing::error!(%error, cause = ?std::error::Error::source(&error), "the sandbox bank failed");
                return Self::internal();
            }
        };
        Self { status, body: ErrorBody { error: error.to_string(), code, field } }
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}
