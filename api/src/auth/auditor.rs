//! An auditor, as a request's `Authorization` header proves it.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{Role, bearer};
use crate::{Api, error::ApiError};

/// Somebody with the auditor's role. As an extractor it comes before everything else: without a token nothing is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Auditor {
    /// The name in the token.
    pub(crate) name: String,
}

impl FromRequestParts<Arc<Api>> for Auditor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let Some(tokens) = &api.operator_tokens else {
            return Err(ApiError::NotFound(
                "auditing is not configured here: SECRET_OPERATOR_JWT_SECRET is not set",
            ));
        };
        let token = bearer(parts).ok_or(ApiError::Unauthorized)?;
        let claims = tokens.read(token, api.clock.now()).map_err(|_| {
            tracing::warn!("a token that does not count was presented to the audit endpoints");
            ApiError::Unauthorized
        })?;
        if claims.role.as_deref().and_then(|role| role.parse().ok()) != Some(Role::Auditor) {
            tracing::warn!(operator = claims.sub, "an operator without the auditor's role was sent away");
            return Err(ApiError::Forbidden("this needs a token with the role auditor"));
        }
        Ok(Self { name: claims.sub })
    }
}
