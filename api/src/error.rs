//! Why a request was not answered as asked. Nothing internal leaves: that is logged, and answered in general words.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::WWW_AUTHENTICATE},
    response::{IntoResponse, Response},
};
use serde_json::json;
use windlass_commands::CommandError;
use windlass_domain::transfer::Refusal;
use windlass_projections::QueryError;

use crate::pages;

/// Why a request was not answered as asked, by what the client can do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// No token, or none that counts (SEP24-005).
    AuthenticationRequired,
    /// No operator's token, or none that counts.
    Unauthorized,
    /// The request makes no sense; the text says what would.
    BadRequest(String),
    /// This link is not good.
    Forbidden(&'static str),
    /// There is no such thing, or none that is the client's.
    NotFound(&'static str),
    /// Not with this method.
    MethodNotAllowed,
    /// It took too long to arrive.
    TimedOut,
    /// This link was good once.
    Gone(&'static str),
    /// It is larger than what is read.
    TooLarge,
    /// Too many of them.
    TooManyRequests,
    /// It may work later.
    Unavailable(&'static str),
    /// A fault of ours.
    Internal,
}

impl ApiError {
    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::BadRequest(text.into())
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::AuthenticationRequired | Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::Gone(_) => StatusCode::GONE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) fn message(&self) -> &str {
        match self {
            Self::AuthenticationRequired => "authentication is required",
            Self::Unauthorized => "an operator's token is needed: Authorization: Bearer TOKEN",
            Self::BadRequest(text) => text,
            Self::Forbidden(text) | Self::NotFound(text) | Self::Gone(text) | Self::Unavailable(text) => text,
            Self::MethodNotAllowed => "this address is not asked with that method",
            Self::TimedOut => "the request took too long to arrive",
            Self::TooLarge => "the request is too large",
            Self::TooManyRequests => "too many challenges were requested; try again in a minute",
            Self::Internal => "something went wrong here; try again later",
        }
    }
}

impl IntoResponse for ApiError {
    /// JSON in the SEPs' shape (SEP10-004, SEP24-005, SEP24-006).
    fn into_response(self) -> Response {
        let body = match self {
            Self::AuthenticationRequired => json!({ "type": "authentication_required" }),
            _ => json!({ "error": self.message() }),
        };
        let mut response = (self.status(), Json(body)).into_response();
        if self == Self::Unauthorized {
            let challenge = HeaderValue::from_static("Bearer realm=\"windlass\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl From<CommandError> for ApiError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(Refusal::NotInitiated) => Self::NotFound("there is no such transaction"),
            CommandError::Refused(refusal) => Self::BadRequest(refusal.to_string()),
            CommandError::NotOffered | CommandError::AlreadyUsed => Self::BadRequest(error.to_string()),
            CommandError::Contended
            | CommandError::Rail(_)
            | CommandError::Vault(_)
            | CommandError::Store(_) => {
                tracing::error!(%error, "a command could not be carried out");
                Self::Unavailable("this cannot be done at the moment; try again later")
            }
            error => {
                tracing::error!(%error, "a command failed");
                Self::Internal
            }
        }
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        tracing::error!(%error, "a query failed");
        match error {
            QueryError::Malformed { .. } => Self::Internal,
            QueryError::Store(_) => {
                Self::Unavailable("this cannot be looked up at the moment; try again later")
            }
        }
    }
}

/// Who reads an error: a program, or a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    /// A program: JSON.
    Json,
    /// A person: a page.
    Page,
}

impl Face {
    pub(crate) fn answer(self, error: ApiError) -> Response {
        match self {
            Self::Json => error.into_response(),
            Self::Page => PageError(error).into_response(),
        }
    }
}

/// The same errors, as pages.
#[derive(Debug)]
pub(crate) struct PageError(pub(crate) ApiError);

impl<E: Into<ApiError>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        pages::error_page(&self.0)
    }
}
