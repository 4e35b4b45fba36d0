//! The bank's HTTP face. `face.md` describes it, and is what `GET` at the root answers.

mod answer;
mod auth;
mod fault;
mod read;

use std::time::Duration;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use serde::Deserialize;

use self::{
    answer::HttpError,
    auth::Anchor,
    read::{Body, IdempotencyKey, Path, Query},
};
use super::{Account, FaultRule, Faulty, NewAccount, NewPayment, NewPayout, Payout, SandboxBank, Statement};

const MAX_BODY: usize = 64 * 1024;

pub(super) fn router(bank: SandboxBank) -> Router {
    Router::new()
        .route("/", get(describe))
        .route("/accounts", post(open_account))
        .route("/accounts/{number}", get(account))
        .route("/accounts/{number}/entries", get(statement))
        .route("/payments", post(pay))
        .route("/payouts", post(pay_out))
        .route("/payouts/{key}", get(payout))
        .route("/sandbox/faults", get(list_faults).post(add_fault).delete(clear_faults))
        .fallback(async || HttpError::new(StatusCode::NOT_FOUND, "unknown_path", "the bank has no such page"))
        .method_not_allowed_fallback(async || {
            HttpError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "wrong_method",
                "the bank does not take this method here",
            )
        })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(bank)
}

async fn describe(State(bank): State<SandboxBank>) -> impl IntoResponse {
    include_str!("http/face.md").replace("{base_url}", bank.base_url())
}

async fn open_account(
    State(bank): State<SandboxBank>,
    Body(new): Body<NewAccount>,
) -> Result<(StatusCode, Json<Account>), HttpError> {
    let account = fault::detached(async move { bank.open_account(&new).await }).await?;
    Ok((StatusCode::CREATED, Json(account)))
}

async fn account(
    State(bank): State<SandboxBank>,
    anchor: Option<Anchor>,
    Path(number): Path<String>,
) -> Result<Json<Account>, HttpError> {
    auth::admit(&bank, &number, anchor).await?;
    Ok(Json(bank.account(&number).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementQuery {
    after: Option<String>,
    #[serde(default = "default_limit")]
    limit: u32,
    #[serde(default)]
    wait_seconds: u32,
}

const fn default_limit() -> u32 {
    50
}

async fn statement(
    State(bank): State<SandboxBank>,
    anchor: Option<Anchor>,
    Path(number): Path<String>,
    Query(query): Query<StatementQuery>,
) -> Result<Json<Statement>, HttpError> {
    let is_anchors = auth::admit(&bank, &number, anchor).await?;
    let wait = Duration::from_secs(query.wait_seconds.into());
    let read = bank.statement(&number, query.after.as_deref(), query.limit, wait);
    if !is_anchors {
        return Ok(Json(read.await?));
    }
    let mut statement = fault::strike(&bank, Faulty::Credits, async { Ok(read.await?) }).await?;
    fault::duplicate_credit(&bank, &mut statement, query.limit);
    Ok(Json(statement))
}

async fn pay(State(bank): State<SandboxBank>, Body(new): Body<NewPayment>) -> Result<StatusCode, HttpError> {
    let booking = {
        let bank = bank.clone();
        fault::detached(async move { bank.pay(&new).await })
    };
    fault::strike(&bank, Faulty::Payment, booking).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn pay_out(
    State(bank): State<SandboxBank>,
    Anchor: Anchor,
    IdempotencyKey(key): IdempotencyKey,
    Body(new): Body<NewPayout>,
) -> Result<Json<Payout>, HttpError> {
    let booking = {
        let bank = bank.clone();
        fault::detached(async move { bank.pay_out(&key, &new).await })
    };
    Ok(Json(fault::strike(&bank, Faulty::Payout, booking).await?))
}

async fn payout(
    State(bank): State<SandboxBank>,
    Anchor: Anchor,
    Path(key): Path<String>,
) -> Result<Json<Payout>, HttpError> {
    Ok(Json(bank.payout(&key).await?))
}

async fn list_faults(State(bank): State<SandboxBank>) -> Json<Vec<FaultRule>> {
    Json(bank.faults().list())
}

async fn add_fault(
    State(bank): State<SandboxBank>,
    Body(rule): Body<FaultRule>,
) -> Result<(StatusCode, Json<Vec<FaultRule>>), HttpError> {
    bank.faults().add(rule)?;
    Ok((StatusCode::CREATED, Json(bank.faults().list())))
}

async fn clear_faults(State(bank): State<SandboxBank>) -> StatusCode {
    bank.faults().clear();
    StatusCode::NO_CONTENT
}
