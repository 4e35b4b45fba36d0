//! The interactive POSTs: a transfer begins, and the wallet gets the link to its pages.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use windlass_domain::transfer::Kind;

use super::{links, request};
use crate::{Api, auth::Session, error::ApiError, fields::Fields};

/// The answer (SEP24-035).
#[derive(Serialize)]
pub(crate) struct InteractiveResponse {
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
    id: String,
}

pub(crate) async fn deposit(
    State(api): State<Arc<Api>>,
    session: Session,
    fields: Fields,
) -> Result<Json<InteractiveResponse>, ApiError> {
    initiate(&api, Kind::Sep24Deposit, &session, &fields).await
}

pub(crate) async fn withdraw(
    State(api): State<Arc<Api>>,
    session: Session,
    fields: Fields,
) -> Result<Json<InteractiveResponse>, ApiError> {
    initiate(&api, Kind::Sep24Withdrawal, &session, &fields).await
}

async fn initiate(
    api: &Api,
    kind: Kind,
    session: &Session,
    fields: &Fields,
) -> Result<Json<InteractiveResponse>, ApiError> {
    let request = request::read(api, kind, session, fields)?;
    if kind.is_deposit() && api.account(request.stellar_account.account).await?.is_none() {
        return Err(ApiError::BadRequest(format!(
            "account: {} is not on the ledger, and accounts are not created here; fund it first",
            request.stellar_account.account
        )));
    }
    let id = api.commands.initiate(request, &session.context()).await?;
    tracing::info!(transfer = %id, kind = kind.as_str(), account = %session.subject.account(), "a transfer begins");
    Ok(Json(InteractiveResponse {
        kind: "interactive_customer_info_needed",
        url: links::interactive_url(api, id, request::lang(fields))?,
        id: id.to_string(),
    }))
}
