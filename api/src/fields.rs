//! A request's fields as text, whether they come as JSON, as a form, as multipart or in the address (SEP24-007).

mod json;
mod multipart;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, Form, FromRequest, FromRequestParts, Query, Request},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE, request::Parts},
};
use tokio::time::timeout;

use crate::{Api, error::ApiError};

/// The most that is read of a form or of JSON, in bytes.
const MOST_TEXT: usize = 64 * 1024;
/// The most that is read of multipart, in bytes: it may have pictures.
const MOST_MULTIPART: usize = 2 * 1024 * 1024;
/// So long a form or JSON may take to arrive.
const TEXT_PATIENCE: Duration = Duration::from_secs(10);
/// So long multipart may take to arrive.
const MULTIPART_PATIENCE: Duration = Duration::from_secs(30);

/// Fields by name. An empty one counts as absent; of several by one name the last counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// The field of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The field of that name, as what it has to be.
    pub(crate) fn parse<T>(&self, name: &str) -> Result<Option<T>, ApiError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        let parsed = self.get(name).map(str::parse).transpose();
        parsed.map_err(|error| ApiError::BadRequest(format!("{name}: {error}")))
    }
}

impl FromIterator<(String, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

/// The fields of the address.
pub(crate) struct QueryFields(pub(crate) Fields);

impl FromRequestParts<Arc<Api>> for QueryFields {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Api>) -> Result<Self, ApiError> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let Query(fields) = query.map_err(|error| ApiError::BadRequest(error.body_text()))?;
        Ok(Self(fields.into_iter().collect()))
    }
}

impl FromRequest<Arc<Api>> for Fields {
    type Rejection = ApiError;

    async fn from_request(mut request: Request, _: &Arc<Api>) -> Result<Self, ApiError> {
        let kind = content_type(request.headers());
        let multipart = kind == "multipart/form-data";
        let (most, patience) =
            if multipart { (MOST_MULTIPART, MULTIPART_PATIENCE) } else { (MOST_TEXT, TEXT_PATIENCE) };
        DefaultBodyLimit::max(most).apply(&mut request);
        let read = async {
            match kind.as_str() {
                "multipart/form-data" => multipart::read(request).await,
                "application/json" => json::read(&bytes(request).await?),
                "application/x-www-form-urlencoded" => form(request).await,
                _ => Err(ApiError::bad_request(
                    "the content type must be application/json, application/x-www-form-urlencoded or multipart/form-data",
                )),
            }
        };
        timeout(patience, read).await.map_err(|_| ApiError::TimedOut)?
    }
}

/// The content type without its parameters.
fn content_type(headers: &HeaderMap) -> String {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

async fn bytes(request: Request) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, &()).await.map_err(|error| body_error(error.status()))
}

async fn form(request: Request) -> Result<Fields, ApiError> {
    let form = Form::<Vec<(String, String)>>::from_request(request, &()).await;
    let Form(fields) = form.map_err(|error| body_error(error.status()))?;
    Ok(fields.into_iter().collect())
}

/// What follows from a body that could not be read.
fn body_error(status: StatusCode) -> ApiError {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        _ => ApiError::bad_request("the request's body cannot be read"),
    }
}
