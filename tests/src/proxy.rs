//! Stands between wallet and anchor, and tells what the wallet has just been answered: the moment to break something.

use std::sync::Arc;

use anyhow::{Context, Result};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use reqwest::{Client, redirect};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};

/// More than any page or form is long.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// A request that the anchor has answered. The answer is held back until the step is dropped or [`Step::go_on`].
pub struct Step {
    /// `POST /auth`, without query.
    pub name: String,
    go_on: oneshot::Sender<()>,
}

impl Step {
    /// Lets the answer through.
    pub fn go_on(self) {
        // The wallet may have given up by now.
        let _ = self.go_on.send(());
    }
}

#[derive(Clone)]
struct Proxy {
    client: Client,
    anchor: String,
    steps: mpsc::Sender<Step>,
}

/// Serves at `port` what the anchor at `anchor` answers, and hands out each step.
///
/// # Errors
/// Where the port cannot be had.
pub async fn between(port: u16, anchor: String) -> Result<mpsc::Receiver<Step>> {
    let (steps, taken) = mpsc::channel(1);
    let client = Client::builder().redirect(redirect::Policy::none()).build()?;
    let proxy = Arc::new(Proxy { client, anchor, steps });
    let router = axum::Router::new().fallback(forward).with_state(proxy);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    // It ends with the test's runtime.
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(taken)
}

async fn forward(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    match proxy.pass_on(request).await {
        Ok(response) => response,
        Err(error) => (StatusCode::BAD_GATEWAY, format!("{error:#}")).into_response(),
    }
}

impl Proxy {
    async fn pass_on(&self, request: Request) -> Result<Response> {
        let (parts, body) = request.into_parts();
        let name = format!("{} {}", parts.method, parts.uri.path());
        let path = parts.uri.path_and_query().context("no path")?;
        let mut headers = parts.headers;
        headers.remove(header::HOST);
        headers.remove(header::CONTENT_LENGTH);
        let body = to_bytes(body, MAX_BODY).await?;
        let url = format!("{}{path}", self.anchor);
        let answer = self.client.request(parts.method, url).headers(headers).body(body).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(header::TRANSFER_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
        let mut response = Response::new(Body::from(answer.bytes().await?));
        *response.status_mut() = status;
        *response.headers_mut() = headers;

        let (go_on, goes_on) = oneshot::channel();
        if self.steps.send(Step { name, go_on }).await.is_ok() {
            // Dropped is as good as told.
            let _ = goes_on.await;
        }
        Ok(response)
    }
}
