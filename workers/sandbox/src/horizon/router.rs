//! Which path goes where.

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use tower_http::cors::{Any, CorsLayer};

use super::Problem;
use super::handlers::{accounts, faults, fee_stats, friendbot, history, root, submit};
use crate::Sandbox;

/// Which ledger an answer is of.
pub(super) const LATEST_LEDGER: HeaderName = HeaderName::from_static("latest-ledger");
/// The longest transaction in base64 fits in.
const BODY_LIMIT: usize = 512 * 1024;

impl Sandbox {
    /// Horizon's face, friendbot and the switch for faults, to be mounted under the configured
    /// base URL.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(root::show))
            .route("/accounts/{id}", get(accounts::show))
            .route("/accounts/{id}/data/{name}", get(accounts::data))
            .route("/accounts/{id}/{what}", get(history::of_account))
            .route("/ledgers", get(history::ledgers))
            .route("/ledgers/{sequence}", get(history::ledger))
            .route("/ledgers/{sequence}/{what}", get(history::of_ledger))
            .route("/transactions", get(history::transactions).post(submit::and_wait))
            .route("/transactions/{hash}", get(history::transaction))
            .route("/transactions/{hash}/{what}", get(history::of_transaction))
            .route("/transactions_async", post(submit::and_return))
            .route("/operations", get(history::operations))
            .route("/operations/{id}", get(history::operation))
            .route("/payments", get(history::payments))
            .route("/fee_stats", get(fee_stats::show))
            .route("/friendbot", get(friendbot::by_query).post(friendbot::by_form))
            .route("/sandbox/faults", get(faults::list).post(faults::add).delete(faults::clear))
            .fallback(async || Problem::not_found())
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .layer(middleware::from_fn_with_state(self.clone(), name_ledger))
            .layer(
                CorsLayer::new()
                    .allow_origin(Any)
                    .allow_methods(Any)
                    .allow_headers(Any)
                    .expose_headers([LATEST_LEDGER]),
            )
            .with_state(self.clone())
    }
}

/// Says which ledger was the last before the answer was looked up, where the answer itself does
/// not know it better.
async fn name_ledger(
    State(sandbox): State<Sandbox>,
    request: axum::extract::Request,
    next: Next,
) -> Response {
    let latest = *sandbox.closed().borrow();
    let mut response = next.run(request).await;
    response.headers_mut().entry(LATEST_LEDGER).or_insert(HeaderValue::from(latest));
    response
}
