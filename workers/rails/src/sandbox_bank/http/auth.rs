//! The anchor's token: a bearer token for its own account and its payouts. People need none.

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{StatusCode, header::AUTHORIZATION, request::Parts},
};

use super::{HttpError, SandboxBank};

/// Proof that the request carries the anchor's token. As an extractor it refuses the request before its body is read.
pub(super) struct Anchor;

impl FromRequestParts<SandboxBank> for Anchor {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, bank: &SandboxBank) -> Result<Self, HttpError> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(unauthorized)?;
        if equal(token.as_bytes(), bank.anchor_token().as_bytes()) { Ok(Self) } else { Err(unauthorized()) }
    }
}

impl OptionalFromRequestParts<SandboxBank> for Anchor {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, bank: &SandboxBank) -> Result<Option<Self>, HttpError> {
        if !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(None);
        }
        <Self as FromRequestParts<SandboxBank>>::from_request_parts(parts, bank).await.map(Some)
    }
}

/// Whether the account is the anchor's; then only the anchor may see it.
pub(super) async fn admit(
    bank: &SandboxBank,
    number: &str,
    anchor: Option<Anchor>,
) -> Result<bool, HttpError> {
    let is_anchors = bank.is_anchors(number).await?;
    if is_anchors && anchor.is_none() {
        return Err(unauthorized());
    }
    Ok(is_anchors)
}

fn unauthorized() -> HttpError {
    HttpError::new(StatusCode::UNAUTHORIZED, "unauthorized", "the anchor's bearer token is needed here")
}

/// Compares in a time that does not tell how much is right.
fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}
