//! Who may use a transfer's pages: the holder of its unused link, then the session which that was exchanged for.

use axum::http::{HeaderMap, HeaderValue};
use time::OffsetDateTime;
use windlass_commands::{CommandError, Context};
use windlass_domain::{
    Actor,
    transfer::{Initiated, TransferId},
};

use super::cookie;
use crate::{
    Api,
    auth::{Claims, TokenError, Usage},
    error::ApiError,
    fields::Fields,
};

/// A session of a transfer's pages.
pub(super) struct PageSession {
    id: String,
    /// The cookie to set, for a new session.
    pub(super) cookie: Option<HeaderValue>,
}

/// What a form carries, so that it counts.
pub(super) enum Proof {
    /// The link's token, before there is a session.
    Link(String),
    /// What ties it to the session.
    Session(String),
}

impl PageSession {
    /// The session that the request's cookie names.
    pub(super) fn of(api: &Api, headers: &HeaderMap, id: TransferId) -> Option<Self> {
        let token = cookie::find(headers, id)?;
        let claims = api.tokens.read(Usage::InteractiveSession, token, api.clock.now()).ok()?;
        (claims.sub == id.to_string()).then_some(Self { id: claims.jti, cookie: None })
    }

    /// Exchanges a link for a session (SEP24-037).
    pub(super) async fn begin(
        api: &Api,
        id: TransferId,
        link: &Claims,
        context: &Context,
    ) -> Result<Self, ApiError> {
        let expires = OffsetDateTime::from_unix_timestamp(link.exp).map_err(|_| ApiError::Internal)?;
        let session_id = api.ids.id().to_string();
        let opened = api.commands.open_interactive_session(id, &link.jti, expires, &session_id, context);
        opened.await.map_err(|error| match error {
            CommandError::AlreadyUsed => USED,
            error => error.into(),
        })?;
        let (now, lifetime) = (api.clock.now(), api.config.session_timeout);
        let claims = api.tokens.claims(Usage::InteractiveSession, id, &session_id, now, lifetime);
        let token = api.tokens.issue(Usage::InteractiveSession, &claims)?;
        Ok(Self { id: session_id, cookie: cookie::set(api, id, &token) })
    }

    /// What this session's forms carry.
    pub(super) fn proof(&self, api: &Api) -> Proof {
        Proof::Session(api.tokens.form_proof(&self.id))
    }

    /// Refuses a form that was made by another site. The first form, sent once more after going back, carries the
    /// link's token instead, which no other site knows either.
    pub(super) fn check(&self, api: &Api, id: TransferId, form: &Fields) -> Result<(), ApiError> {
        let ours = form.get("csrf").is_some_and(|proof| api.tokens.is_form_proof(&self.id, proof))
            || link(api, form, id).is_ok();
        if ours { Ok(()) } else { Err(ApiError::Forbidden("this form was not made by this page")) }
    }
}

/// The proof for the first form: a link that is good and not used. Reading it uses nothing.
pub(super) async fn unused_link(api: &Api, query: &Fields, id: TransferId) -> Result<Proof, ApiError> {
    let link = link(api, query, id)?;
    if api.commands.interactive_token_used(&link.jti).await? {
        return Err(USED);
    }
    Ok(Proof::Link(query.get("token").unwrap_or_default().to_owned()))
}

/// On the order of the transfer's owner.
pub(super) fn context(initiated: &Initiated) -> Context {
    let client_domain = initiated.client_domain.clone();
    Context::of(Actor::Client { subject: initiated.subject, client_domain })
}

const USED: ApiError = ApiError::Gone("this link was already used, and works only once and in one browser");

/// The link's token among the fields, if it is good; it may be used already.
pub(super) fn link(api: &Api, fields: &Fields, id: TransferId) -> Result<Claims, ApiError> {
    let invalid = ApiError::Forbidden("this link is not complete or not ours");
    let token = fields.get("token").unwrap_or_default();
    match api.tokens.read(Usage::InteractiveLink, token, api.clock.now()) {
        Ok(claims) if claims.sub == id.to_string() => Ok(claims),
        Ok(_) | Err(TokenError::Invalid) => Err(invalid),
        Err(TokenError::Expired) => Err(ApiError::Gone("this link has expired")),
    }
}
