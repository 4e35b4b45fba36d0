//! An account and its data, as of the last ledger, which the answer names in `Latest-Ledger`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;
use stellar_xdr::String64;

use super::account_id;
use crate::Sandbox;
use crate::faults::On;
use crate::horizon::resources::{Links, account};
use crate::horizon::router::LATEST_LEDGER;
use crate::horizon::{Problem, faulty};

pub(in crate::horizon) async fn show(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    faulty::before(&sandbox, On::Account).await?;
    let id = account_id(&id)?;
    let ledger = sandbox.ledger().await;
    let found = ledger.account(&id).zip(ledger.account_entry(&id));
    let answer = match found {
        Some((found, entry)) => {
            let links = Links::of(&sandbox);
            Json(account::render(found, entry, &ledger, &links)).into_response()
        }
        None => Problem::not_found().into_response(),
    };
    Ok(([(LATEST_LEDGER, ledger.sequence().to_string())], answer).into_response())
}

pub(in crate::horizon) async fn data(
    State(sandbox): State<Sandbox>,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id = account_id(&id)?;
    let name = name.as_str().try_into().map_err(|_| Problem::not_found())?;
    let ledger = sandbox.ledger().await;
    let answer = match ledger.data(&id, &String64(name)) {
        Some(found) => {
            let value = BASE64.encode(found.data_value.0.as_slice());
            Json(json!({"value": value})).into_response()
        }
        None => Problem::not_found().into_response(),
    };
    Ok(([(LATEST_LEDGER, ledger.sequence().to_string())], answer).into_response())
}
