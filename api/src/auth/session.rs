//! Who asks, as a request's `Authorization` header proves it.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{header::AUTHORIZATION, request::Parts},
};
use windlass_commands::Context;
use windlass_domain::{Actor, Subject};

use super::{Usage, token::Claims};
use crate::{Api, error::ApiError};

/// A SEP-10 session. As an extractor it comes before the body: without a token no body is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// Who has logged in.
    pub(crate) subject: Subject,
    /// The wallet's domain, where it proved it.
    pub(crate) client_domain: Option<String>,
}

impl Session {
    /// On this user's order.
    pub(crate) fn context(&self) -> Context {
        Context::of(Actor::Client { subject: self.subject, client_domain: self.client_domain.clone() })
    }

    fn of(claims: Claims, api: &Api) -> Option<Self> {
        let here = claims.home_domain.as_deref() == Some(api.config.home_domain.as_str());
        let subject = claims.sub.parse().ok()?;
        here.then_some(Self { subject, client_domain: claims.client_domain })
    }
}

impl FromRequestParts<Arc<Api>> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        bearer(parts)
            .and_then(|token| api.tokens.read(Usage::Session, token, api.clock.now()).ok())
            .and_then(|claims| Self::of(claims, api))
            .ok_or(ApiError::AuthenticationRequired)
    }
}

/// The token of the `Authorization` header.
pub(crate) fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
