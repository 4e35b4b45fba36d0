//! Stands before the anchor's servers as a load balancer does: asks them in turn, and asks again where one is gone or
//! answers 503, so that wallets notice nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use reqwest::{Client, redirect};
use tokio::net::TcpListener;

/// More than any page or form is long.
const MAX_BODY: usize = 4 * 1024 * 1024;
const PAUSE: Duration = Duration::from_millis(50);
/// Less than a wallet waits for one answer.
const PATIENCE: Duration = Duration::from_secs(25);

/// A running balancer. It ends with the test's runtime.
#[derive(Clone)]
pub struct Balancer {
    client: Client,
    servers: Arc<[u16]>,
    asked: Arc<AtomicUsize>,
    unavailable: Arc<AtomicUsize>,
}

impl Balancer {
    /// Serves at `port` what the anchor's servers at those ports answer.
    ///
    /// # Errors
    /// Where the port cannot be had.
    pub async fn at(port: u16, servers: &[u16]) -> Result<Self> {
        let client = Client::builder().redirect(redirect::Policy::none()).build()?;
        let balancer =
            Self { client, servers: servers.into(), asked: Arc::default(), unavailable: Arc::default() };
        let router = axum::Router::new().fallback(forward).with_state(balancer.clone());
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(balancer)
    }

    /// How often a server answered 503.
    pub fn unavailable(&self) -> usize {
        self.unavailable.load(Ordering::Relaxed)
    }

    async fn pass_on(&self, request: Request) -> Result<Response> {
        let (mut parts, body) = request.into_parts();
        parts.headers.remove(header::HOST);
        parts.headers.remove(header::CONTENT_LENGTH);
        let body = to_bytes(body, MAX_BODY).await?;
        let began = Instant::now();
        loop {
            let answer = self.ask(&parts, body.clone()).await;
            let again = match &answer {
                Ok(answer) if answer.status() == StatusCode::SERVICE_UNAVAILABLE => {
                    self.unavailable.fetch_add(1, Ordering::Relaxed);
                    true
                }
                answer => answer.is_err(),
            };
            if !again || began.elapsed() > PATIENCE {
                return answer;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn ask(&self, parts: &Parts, body: Bytes) -> Result<Response> {
        let turn = self.asked.fetch_add(1, Ordering::Relaxed) % self.servers.len();
        let port = self.servers.get(turn).context("there is no server")?;
        let path = parts.uri.path_and_query().context("no path")?;
        let request = self.client.request(parts.method.clone(), format!("http://127.0.0.1:{port}{path}"));
        let answer = request.headers(parts.headers.clone()).body(body).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(header::TRANSFER_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
        let mut response = Response::new(Body::from(answer.bytes().await?));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

async fn forward(State(balancer): State<Balancer>, request: Request) -> Response {
    match balancer.pass_on(request).await {
        Ok(response) => response,
        Err(error) => (StatusCode::BAD_GATEWAY, format!("{error:#}")).into_response(),
    }
}
