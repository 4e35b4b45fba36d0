//! Friendbot: a new account with 10,000 lumens for whoever asks.

use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::{Form, Json};
use serde_json::Value;

use super::{Parameters, account_id};
use crate::Sandbox;
use crate::horizon::Problem;
use crate::horizon::resources::{Links, transaction};

/// How often a transaction may fail because of somebody else's account in it.
const ATTEMPTS: u32 = 3;

pub(in crate::horizon) async fn by_query(
    State(sandbox): State<Sandbox>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Value>, Problem> {
    fund(&sandbox, &parameters).await
}

pub(in crate::horizon) async fn by_form(
    State(sandbox): State<Sandbox>,
    Query(in_query): Query<Parameters>,
    form: Result<Form<Parameters>, FormRejection>,
) -> Result<Json<Value>, Problem> {
    let mut parameters = in_query;
    if let Ok(Form(form)) = form {
        parameters.extend(form);
    }
    fund(&sandbox, &parameters).await
}

async fn fund(sandbox: &Sandbox, parameters: &Parameters) -> Result<Json<Value>, Problem> {
    let account = parameters.get("addr").map_or("", String::as_str);
    let account = account_id(account)
        .map_err(|_| Problem::bad_request("addr", "addr must be the account to create (G...)"))?;
    let stopped = sandbox.stopped();
    for _ in 0..ATTEMPTS {
        if sandbox.ledger().await.account(&account).is_some() {
            break;
        }
        let asked = sandbox.friendbot().ask(account.clone());
        let in_ledger = asked.ok_or_else(Problem::unavailable)?;
        let hash = tokio::select! {
            hash = in_ledger => hash,
            () = stopped.cancelled() => return Err(Problem::unavailable()),
        };
        // No hash: the account came into being in another way.
        let Ok(hash) = hash else { break };
        let found = sandbox.store().transaction(sandbox.network_id(), &hash);
        if let Some(record) = found.await?.filter(|record| record.successful) {
            return Ok(Json(transaction::render(&record, &Links::of(sandbox))));
        }
    }
    Err(Problem::bad_request("addr", "account already funded to starting balance"))
}
