//! The page behind `more_info_url`: status, instructions while they matter, amounts, references, timeline (SEP24-086).

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use maud::{Markup, html};
use windlass_domain::{
    Terms,
    transfer::{Closure, Funding, Initiated, Status, TransferId, TransferInstructions},
};
use windlass_projections::{TimelineEvent, TransferView};

use super::{layout::Page, show, words};
use crate::{
    Api,
    auth::{TokenError, Usage},
    error::{ApiError, PageError},
    fields::{Fields, QueryFields},
};

/// While we work, the page is asked for again soon; while the user pays, less often, for he reads.
const WORKING_REFRESH: u32 = 5;
const WAITING_REFRESH: u32 = 15;

pub(crate) async fn status(
    State(api): State<Arc<Api>>,
    query: Result<QueryFields, ApiError>,
) -> Result<Response, PageError> {
    let QueryFields(query) = query?;
    let id = authorized(&api, &query)?;
    let view = api.queries.transfer(id).await?;
    let view = view.ok_or(ApiError::NotFound("there is no such transfer"))?;
    let Some(initiated) = view.initiated() else { return Err(ApiError::Internal.into()) };
    let timeline = api.queries.timeline(id).await?;
    let refresh = match view.status {
        status if words::is_final(status) => None,
        status if status.awaits_user() => Some(WAITING_REFRESH),
        _ => Some(WORKING_REFRESH),
    };
    let (state, _) = words::status(view.status, initiated.kind.is_deposit());
    let title = format!("{state}: {}", initiated.kind.as_str());
    Ok(Page {
        title: &title,
        organization: Some(&api.config.organization.name),
        support: api.config.organization.support_email.as_deref(),
        sandbox: api.config.sandbox.is_some(),
        refresh,
        body: body(&view, initiated, &timeline),
    }
    .answer(StatusCode::OK))
}

/// The transfer that the link was made for (SEP24-T18).
fn authorized(api: &Api, query: &Fields) -> Result<TransferId, ApiError> {
    let token = query.get("token").unwrap_or_default();
    let claims = api.tokens.read(Usage::MoreInfo, token, api.clock.now()).map_err(|error| match error {
        TokenError::Expired => ApiError::Gone("this link has expired"),
        TokenError::Invalid => ApiError::Forbidden("this link is not complete or not ours"),
    })?;
    let asked = query.get("transaction_id").unwrap_or_default();
    match claims.sub.parse() {
        Ok(id) if claims.sub == asked => Ok(id),
        _ => Err(ApiError::Forbidden("this link is not complete or not ours")),
    }
}

fn body(view: &TransferView, initiated: &Initiated, timeline: &[TimelineEvent]) -> Markup {
    let is_deposit = initiated.kind.is_deposit();
    let (state, explanation) = words::status(view.status, is_deposit);
    html! {
        h1 { (if is_deposit { "Deposit of " } else { "Withdrawal of " }) (initiated.stellar_asset.code()) }
        div.state role="status" data-status=(view.status) {
            strong { (state) }
            (explanation)
            @if let Some(message) = &view.message { p data-field="message" { (message) } }
        }
        @if view.status == Status::PendingUserTransferStart { (instructions(view, initiated)) }
        @if !words::is_final(view.status) && view.status != Status::Incomplete {
            p { "You can close this window and go back to your wallet; this goes on without it." }
        }
        h2 { "Details" }
        (details(view, initiated))
        h2 { "What happened so far" }
        ol.steps { @for event in timeline {
            @if let Some(text) = words::event(&event.event, is_deposit) {
                li data-event=(event.event) { (text) (show::time(event.occurred_at)) }
            }
        } }
    }
}

/// How the user pays, every value under a name of its own.
fn instructions(view: &TransferView, initiated: &Initiated) -> Markup {
    let terms = &initiated.terms;
    let amount = view.transfer.amounts.map(|amounts| amounts.amount_in.amount);
    html! {
        h2 { "How to pay" }
        dl {
            @if let Some(amount) = amount {
                (show::line("Amount", html! {
                    span.copy data-field="amount" { (show::given(amount, terms)) } " " (terms.asset_in.code())
                }))
            }
            @match &view.transfer.instructions {
                Some(TransferInstructions::OffChain { reference, details, .. }) => {
                    @for field in details.fields.iter().filter(|field| field.value != *reference) {
                        (show::copyable(&field.description, &field.name, &field.value))
                    }
                    (show::copyable("Reference: enter it exactly, so that we know that the payment is yours", "reference", reference))
                }
                Some(TransferInstructions::Stellar { account, memo }) => {
                    @if let Some(issuer) = initiated.stellar_asset.issuer() {
                        (show::copyable("Issuer of the asset", "asset_issuer", &issuer.to_string()))
                    }
                    (show::copyable("To this Stellar account", "withdraw_anchor_account", &account.to_string()))
                    @if let (Some(kind), Some(value)) = (memo.kind(), memo.value()) {
                        (show::copyable("With this memo, or we do not know that the payment is yours", "withdraw_memo", &value))
                        (show::copyable("Type of the memo", "withdraw_memo_type", kind))
                    }
                }
                None => {}
            }
            @if let Some(deadline) = view.transfer.deadline { (show::line("By", show::time(deadline))) }
        }
    }
}

/// What goes in and comes out; of a payment that was rejected for its amount, what came.
fn amounts(view: &TransferView, terms: &Terms) -> Markup {
    let transfer = &view.transfer;
    html! {
        @match (&transfer.funding, transfer.amounts) {
            (Funding::Received(receipt), _) if matches!(transfer.closure, Closure::TooSmall | Closure::TooLarge) => {
                (show::line("You paid", show::money(receipt.money, terms)))
            }
            (_, Some(amounts)) => {
                (show::line("You pay", show::money(amounts.amount_in, terms)))
                (show::line("Fee", show::money(amounts.fee, terms)))
                (show::line("You get", show::money(amounts.amount_out, terms)))
            }
            (_, None) => {}
        }
    }
}

fn details(view: &TransferView, initiated: &Initiated) -> Markup {
    let terms = &initiated.terms;
    let account = initiated.stellar_account.to_string();
    html! {
        dl {
            (amounts(view, terms))
            (show::copyable(if initiated.kind.is_deposit() { "To Stellar account" } else { "From Stellar account" }, "account", &account))
            @if let Some(payout) = &view.transfer.payout {
                (show::line("To bank account", html! { span data-field="payout_account" { (payout.masked) } }))
            }
            @if let Some(hash) = &view.stellar_transaction_id {
                (show::copyable("Stellar transaction", "stellar_transaction_id", hash))
            }
            @if let Some(id) = &view.external_transaction_id {
                (show::copyable("Bank transaction", "external_transaction_id", id))
            }
            (show::copyable("Number of this transfer", "id", &view.id.to_string()))
            (show::line("Begun", show::time(view.started_at)))
            @if let Some(completed) = view.completed_at { (show::line("Completed", show::time(completed))) }
        }
    }
}
