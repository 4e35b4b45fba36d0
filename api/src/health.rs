//! Whether this process lives, and whether it can do its work.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::{sync::Mutex, time::timeout};

use crate::Api;

/// A check that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(2);
/// So long an answer of the ledger's counts: whoever asks us must not make us ask Horizon each time.
const FRESH: time::Duration = time::Duration::seconds(5);

/// When the ledger was last asked, and whether it answered.
#[derive(Default)]
pub(crate) struct LedgerHealth(Mutex<Option<(OffsetDateTime, bool)>>);

/// `GET /health/live`: it answers, so it lives.
pub(crate) async fn live() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /health/ready`: 200 if every check is `ok`, else 503; each check by name.
pub(crate) async fn ready(State(api): State<Arc<Api>>) -> Response {
    let (database, ledger) = tokio::join!(database(&api), ledger(&api));
    let ready = database && ledger;
    let word = |good| if good { "ok" } else { "unavailable" };
    let body = json!({
        "status": word(ready),
        "checks": { "database": word(database), "ledger": word(ledger) },
    });
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}

async fn database(api: &Api) -> bool {
    matches!(timeout(PATIENCE, api.queries.ping()).await, Ok(Ok(())))
}

async fn ledger(api: &Api) -> bool {
    let mut last = api.ledger_health.0.lock().await;
    let now = api.clock.now();
    match *last {
        Some((asked, answered)) if (asked..asked + FRESH).contains(&now) => answered,
        _ => {
            let answered = matches!(timeout(PATIENCE, api.ledger.ledger(None)).await, Ok(Ok(_)));
            *last = Some((now, answered));
            answered
        }
    }
}
