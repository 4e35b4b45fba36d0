//! Submitting a transaction. What history already knows is answered from there, so sending the
//! same envelope again is safe at any time.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use super::Parameters;
use crate::Sandbox;
use crate::engine::SignedTransaction;
use crate::faults::On;
use crate::horizon::Problem;
use crate::horizon::faulty::{self, After};
use crate::horizon::problem::base64;
use crate::horizon::resources::{Links, transaction};
use crate::network::Answer;
use crate::network::store::TransactionRecord;

/// How long a client waits for the ledger with its transaction.
const PATIENCE: Duration = Duration::from_secs(30);

type Sent = Result<Form<Parameters>, FormRejection>;

/// Answers when a ledger holds the transaction, when it is refused, or when time is up (504: it
/// may still come).
pub(in crate::horizon) async fn and_wait(
    State(sandbox): State<Sandbox>,
    form: Sent,
) -> Result<Response, Problem> {
    let after = faulty::before(&sandbox, On::Submit).await?;
    let tx = Arc::new(decode(&sandbox, form)?);
    let outcome = submit(&sandbox, &tx).await;
    match after {
        After::Answer => outcome,
        After::Timeout => Err(Problem::timeout(&tx)),
        After::Hang => Err(faulty::hang(&sandbox).await),
    }
}

/// Answers at once with what the network says to the transaction.
pub(in crate::horizon) async fn and_return(
    State(sandbox): State<Sandbox>,
    form: Sent,
) -> Result<Response, Problem> {
    let tx = Arc::new(decode(&sandbox, form)?);
    let hash = hex::encode(tx.hash());
    let (status, name, result) = match sandbox.submit(Arc::clone(&tx)).await {
        Answer::Pending => (StatusCode::CREATED, "PENDING", None),
        Answer::Duplicate => (StatusCode::CONFLICT, "DUPLICATE", None),
        Answer::TryAgainLater => (StatusCode::SERVICE_UNAVAILABLE, "TRY_AGAIN_LATER", None),
        Answer::Refused(result) => (StatusCode::BAD_REQUEST, "ERROR", Some(base64(&result))),
    };
    let body = match result {
        Some(result) => json!({"tx_status": name, "hash": hash, "error_result_xdr": result}),
        None => json!({"tx_status": name, "hash": hash}),
    };
    Ok((status, Json(body)).into_response())
}

fn decode(sandbox: &Sandbox, form: Sent) -> Result<SignedTransaction, Problem> {
    let missing = |_| Problem::bad_request("tx", "send tx= as application/x-www-form-urlencoded");
    let Form(form) = form.map_err(missing)?;
    let envelope = form.get("tx").map_or("", String::as_str);
    SignedTransaction::from_base64(envelope, sandbox.network_id())
        .map_err(|_| Problem::transaction_malformed(envelope))
}

async fn submit(sandbox: &Sandbox, tx: &Arc<SignedTransaction>) -> Result<Response, Problem> {
    if let Some(record) = look_up(sandbox, tx).await? {
        return outcome(sandbox, tx, &record);
    }
    let mut closed = sandbox.closed();
    let stopped = sandbox.stopped();
    if let Answer::Refused(result) = sandbox.submit(Arc::clone(tx)).await {
        // It may have come into a ledger since we looked.
        return match look_up(sandbox, tx).await? {
            Some(record) => outcome(sandbox, tx, &record),
            None => Err(Problem::transaction_failed(tx, &result)),
        };
    }
    // Waiting, a duplicate of what waits, or not now: all mean to wait for what history will say.
    let deadline = Instant::now() + PATIENCE;
    loop {
        tokio::select! {
            changed = timeout_at(deadline, closed.changed()) => {
                if !matches!(changed, Ok(Ok(()))) {
                    return Err(Problem::timeout(tx));
                }
            }
            () = stopped.cancelled() => return Err(Problem::timeout(tx)),
        }
        if let Some(record) = look_up(sandbox, tx).await? {
            return outcome(sandbox, tx, &record);
        }
    }
}

async fn look_up(sandbox: &Sandbox, tx: &SignedTransaction) -> Result<Option<TransactionRecord>, Problem> {
    let hash = tx.hash();
    let found = sandbox.store().transaction(sandbox.network_id(), &hash);
    Ok(found.await?)
}

fn outcome(
    sandbox: &Sandbox,
    tx: &SignedTransaction,
    record: &TransactionRecord,
) -> Result<Response, Problem> {
    if !record.successful {
        return Err(Problem::transaction_failed(&record.tx, &record.result));
    }
    let links = Links::of(sandbox);
    Ok(Json(transaction::render_as(record, tx.hash(), &links)).into_response())
}
