//! Which address leads where, and what stands around it.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{
        HeaderName, HeaderValue, Method,
        header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::from_fn_with_state,
    response::Response,
    routing::{get, post},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{Any, CorsLayer},
    set_header::SetResponseHeaderLayer,
};

use crate::{
    Api, audit,
    error::{ApiError, Face},
    guard::{guard, panicked_json, panicked_page},
    health, pages, sep01, sep10, sep24, timeline,
};

/// Everything that this anchor answers. [`crate::serve`] serves it, and tells it who asks.
pub fn router(api: Arc<Api>) -> Router {
    // CORS is outermost, so that errors of all kinds have it too (SEP10-002, SEP24-003).
    let open = with_guard(seps(), &api, Face::Json).layer(cors());
    let closed = with_guard(closed(), &api, Face::Json);
    let pages = with_guard(people(), &api, Face::Page);
    let health = Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed);
    Router::new()
        .merge(open)
        .merge(closed)
        .merge(pages)
        .merge(health)
        .fallback(unknown)
        .with_state(api)
        .layer(SetResponseHeaderLayer::overriding(
            X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            HeaderName::from_static("referrer-policy"),
            HeaderValue::from_static("no-referrer"),
        ))
}

/// What wallets call, from any origin.
fn seps() -> Router<Arc<Api>> {
    Router::new()
        .route("/.well-known/stellar.toml", get(sep01::stellar_toml))
        .route("/sep24/info", get(sep24::info))
        .merge(private(
            Router::new()
                .route("/auth", get(sep10::challenge).post(sep10::token))
                .route("/sep24/transactions/deposit/interactive", post(sep24::deposit))
                .route("/sep24/transactions/withdraw/interactive", post(sep24::withdraw))
                .route("/sep24/transaction", get(sep24::transaction))
                .route("/sep24/transactions", get(sep24::transactions)),
        ))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

/// What only our own programs call.
fn closed() -> Router<Arc<Api>> {
    private(
        Router::new()
            .route("/transfers/{id}/events", get(timeline::events))
            .route("/audit/transfers/{id}", get(audit::transfer))
            .route("/audit/transfers/{id}/events", get(audit::transfer_events))
            .route("/audit/events", get(audit::events)),
    )
    .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

/// What people see.
fn people() -> Router<Arc<Api>> {
    Router::new()
        .route("/", get(pages::home))
        .merge(private(
            Router::new()
                .route("/sep24/interactive", get(pages::open).post(pages::submit))
                .route("/sep24/transaction/more_info", get(pages::status)),
        ))
        .method_not_allowed_fallback(async || Face::Page.answer(ApiError::MethodNotAllowed))
}

/// Answers for one user, which nothing in between may keep.
fn private(routes: Router<Arc<Api>>) -> Router<Arc<Api>> {
    routes.layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-store")))
}

fn with_guard(routes: Router<Arc<Api>>, api: &Arc<Api>, face: Face) -> Router<Arc<Api>> {
    let panicked = match face {
        Face::Json => panicked_json,
        Face::Page => panicked_page,
    };
    routes.layer(CatchPanicLayer::custom(panicked)).layer(from_fn_with_state((api.clone(), face), guard))
}

fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::OPTIONS])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, ACCEPT])
        .max_age(Duration::from_secs(3600))
}

async fn unknown(request: Request) -> Response {
    let accepts = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let face = if accepts.contains("text/html") { Face::Page } else { Face::Json };
    face.answer(ApiError::NotFound("there is nothing at this address"))
}
