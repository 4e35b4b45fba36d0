//! SEP-1: `stellar.toml`, generated from the configuration that the services use (SEP01-065).

mod document;

use std::sync::Arc;

use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};

pub(crate) use document::document;

use crate::Api;

/// The most that wallets read, in bytes (SEP01-004).
pub(crate) const MAX_LENGTH: usize = 100 * 1024;

/// `GET /.well-known/stellar.toml`, as text that a browser shows (SEP01-003).
pub(crate) async fn stellar_toml(State(api): State<Arc<Api>>) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], api.stellar_toml.clone()).into_response()
}
