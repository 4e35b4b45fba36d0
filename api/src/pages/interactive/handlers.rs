//! The two requests of the interactive pages.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{LOCATION, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use windlass_commands::CommandError;
use windlass_domain::transfer::{Initiated, Refusal, Status, TransferId};
use windlass_projections::TransferView;

use super::{
    entered::{Checked, Entered},
    gate::{self, PageSession, Proof},
    markup::Form,
};
use crate::{
    Api,
    error::{ApiError, PageError},
    fields::{Fields, QueryFields},
    sep24,
};

/// `GET`: the form. It uses nothing up.
pub(crate) async fn open(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    query: Result<QueryFields, ApiError>,
) -> Result<Response, PageError> {
    let QueryFields(query) = query?;
    let id = transfer_id(&query)?;
    let proof = match PageSession::of(&api, &headers, id) {
        Some(session) => session.proof(&api),
        None => gate::unused_link(&api, &query, id).await?,
    };
    let view = transfer(&api, id).await?;
    match going_on(&view) {
        Some(initiated) => Ok(form(&api, id, initiated, &proof, Entered::prefilled(initiated)).answer()),
        None => Ok(to_status(&api, &view)?),
    }
}

/// `POST`: review, change or confirm.
pub(crate) async fn submit(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    query: Result<QueryFields, ApiError>,
    fields: Result<Fields, ApiError>,
) -> Result<Response, PageError> {
    let (QueryFields(query), fields) = (query?, fields?);
    let id = transfer_id(&query)?;
    let (session, view) = enter(&api, &headers, id, &fields).await?;
    let answer = match going_on(&view) {
        Some(initiated) => step(&api, &view, initiated, &session, &fields).await,
        None => to_status(&api, &view),
    };
    // Whatever came of it: the link is used up, so the session must reach the browser.
    let mut response = answer.unwrap_or_else(|error| PageError(error).into_response());
    if let Some(cookie) = session.cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The session, known or new. Who asks is settled before the transfer is looked up: strangers do not learn whether
/// there is one.
async fn enter(
    api: &Api,
    headers: &HeaderMap,
    id: TransferId,
    form: &Fields,
) -> Result<(PageSession, TransferView), ApiError> {
    if let Some(session) = PageSession::of(api, headers, id) {
        session.check(api, id, form)?;
        return Ok((session, transfer(api, id).await?));
    }
    let link = gate::link(api, form, id)?;
    let view = transfer(api, id).await?;
    let initiated = view.initiated().ok_or(ApiError::Internal)?;
    let session = PageSession::begin(api, id, &link, &gate::context(initiated)).await?;
    Ok((session, view))
}

async fn step(
    api: &Api,
    view: &TransferView,
    initiated: &Initiated,
    session: &PageSession,
    fields: &Fields,
) -> Result<Response, ApiError> {
    let entered = Entered::from_form(fields);
    let proof = session.proof(api);
    let form = form(api, view.id, initiated, &proof, entered);
    if fields.get("step") == Some("change") {
        return Ok(form.answer());
    }
    match form.entered.check(initiated) {
        Err(faults) => Ok(form.with_faults(faults)),
        Ok(checked) if fields.get("step") == Some("confirm") => {
            confirm(api, view, initiated, form, checked).await
        }
        Ok(checked) => Ok(form.review(&checked, StatusCode::OK, None)),
    }
}

async fn confirm(
    api: &Api,
    view: &TransferView,
    initiated: &Initiated,
    form: Form<'_>,
    checked: Checked,
) -> Result<Response, ApiError> {
    let context = gate::context(initiated);
    match api.commands.submit_form(view.id, checked.input.clone(), &context).await {
        Ok(()) => {
            tracing::info!(transfer = %view.id, "the user confirmed the form");
            to_status(api, view)
        }
        // A second click, or the deadline: the status page says which (SEP24-T15).
        Err(CommandError::Refused(Refusal::FormAlreadySubmitted | Refusal::Closed(_))) => {
            to_status(api, view)
        }
        Err(error) => match ApiError::from(error) {
            error @ ApiError::Unavailable(text) => Ok(form.review(&checked, error.status(), Some(text))),
            error => Err(error),
        },
    }
}

fn form<'a>(
    api: &'a Api,
    id: TransferId,
    initiated: &'a Initiated,
    proof: &'a Proof,
    entered: Entered,
) -> Form<'a> {
    Form { api, id, initiated, proof, entered }
}

/// What was asked for, as long as the form is not confirmed and the transfer goes on.
fn going_on(view: &TransferView) -> Option<&Initiated> {
    view.initiated().filter(|_| view.status == Status::Incomplete)
}

/// To the status page; the path alone, so that it stays where the form came from.
fn to_status(api: &Api, view: &TransferView) -> Result<Response, ApiError> {
    let lang = view.initiated().and_then(|initiated| initiated.lang.as_deref());
    let path = sep24::more_info_path(api, view.id, lang)?;
    let location = format!("{}{path}", api.base_path());
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response())
}

fn transfer_id(query: &Fields) -> Result<TransferId, ApiError> {
    let id = query.get("transaction_id").and_then(|id| id.parse().ok());
    id.ok_or(ApiError::NotFound("there is no such transfer"))
}

async fn transfer(api: &Api, id: TransferId) -> Result<TransferView, ApiError> {
    api.queries.transfer(id).await?.ok_or(ApiError::NotFound("there is no such transfer"))
}
