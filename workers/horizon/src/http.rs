//! Requests with limits on time, size and repetition.

use std::{error::Error, time::Duration};

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url, header, redirect};
use serde::de::DeserializeOwned;
use tokio::time::sleep;
use windlass_domain::ports::LedgerError;

use crate::{HorizonConfig, HorizonConfigError, problem::Problem};

/// How often a read is tried where no connection comes about or the server has a fault.
const ATTEMPTS: u32 = 3;
/// The pause after the first attempt; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The largest body that is read, in bytes: a page of payments brings each one's transaction with it.
const MAX_BODY: usize = 8 * 1024 * 1024;
/// How long to wait if we are told to, without being told how long.
const DEFAULT_RETRY_AFTER: u64 = 5;
/// No wait is longer than this, whatever a header says; in seconds.
const MAX_RETRY_AFTER: u64 = 3600;

/// The HTTP side of a Horizon.
#[derive(Debug)]
pub(crate) struct Http {
    client: Client,
    base: Url,
    read_timeout: Duration,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Nothing was sent.
    #[error("no connection: {0}")]
    Connect(String),
    /// The request may have arrived; its answer did not.
    #[error("no complete answer: {0}")]
    Broken(String),
    /// More than we read.
    #[error("the answer is larger than {MAX_BODY} bytes")]
    TooLarge,
}

impl From<Failure> for LedgerError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Connect(_) | Failure::Broken(_) => Self::Unavailable(failure.to_string()),
            Failure::TooLarge => Self::Malformed(failure.to_string()),
        }
    }
}

/// A complete answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: header::HeaderMap,
    body: Vec<u8>,
}

impl Http {
    pub(crate) fn new(config: &HorizonConfig) -> Result<Self, HorizonConfigError> {
        let client = Client::builder()
            .user_agent(concat!("windlass/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(config.connect_timeout)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()?;
        Ok(Self { client, base: config.base()?, read_timeout: config.read_timeout })
    }

    /// A request for `path` below the base, such as `accounts/G…`, without a time limit yet.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path()));
        self.client.request(method, url)
    }

    /// Reads; tries a few times where that may help.
    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, Failure> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            let answer = self.get_once(path, query).await;
            match &answer {
                Err(Failure::Connect(_)) => {}
                Ok(answer) if answer.status.is_server_error() => {}
                _ => return answer,
            }
            sleep(pause).await;
            pause *= 2;
        }
        self.get_once(path, query).await
    }

    async fn get_once(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, Failure> {
        let request = self.request(Method::GET, path).query(query);
        answer(request.timeout(self.read_timeout)).await
    }

    /// Sends a form, once.
    pub(crate) async fn post(
        &self,
        path: &str,
        form: &[(&str, &str)],
        timeout: Duration,
    ) -> Result<Answer, Failure> {
        answer(self.request(Method::POST, path).form(form).timeout(timeout)).await
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What was asked for; `None` only where Horizon itself says that there is no such thing (SEP10-T06).
    pub(crate) fn find<T: DeserializeOwned>(&self) -> Result<Option<T>, LedgerError> {
        if self.problem().is_some_and(|problem| problem.is("not_found")) {
            return Ok(None);
        }
        self.read().map(Some)
    }

    /// What was asked for.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, LedgerError> {
        if !self.status.is_success() {
            return Err(self.error());
        }
        serde_json::from_slice(&self.body).map_err(|error| LedgerError::Malformed(error.to_string()))
    }

    /// What Horizon itself says is wrong; a proxy's page is none.
    pub(crate) fn problem(&self) -> Option<Problem> {
        let is_problem = self.header("content-type")?.starts_with("application/problem+json");
        if is_problem && !self.status.is_success() { serde_json::from_slice(&self.body).ok() } else { None }
    }

    /// What an answer without success means.
    pub(crate) fn error(&self) -> LedgerError {
        let problem = self.problem();
        let said = problem.as_ref().map_or_else(
            || format!("HTTP {}, not in Horizon's own words", self.status.as_u16()),
            Problem::to_string,
        );
        match self.status {
            StatusCode::TOO_MANY_REQUESTS => LedgerError::RateLimited(self.retry_after()),
            status if status.is_client_error() && problem.is_some() => LedgerError::Refused(said),
            _ => LedgerError::Unavailable(said),
        }
    }

    fn retry_after(&self) -> Duration {
        let seconds = self.header("retry-after").and_then(|value| value.trim().parse().ok());
        Duration::from_secs(seconds.unwrap_or(DEFAULT_RETRY_AFTER).min(MAX_RETRY_AFTER))
    }
}

async fn answer(request: RequestBuilder) -> Result<Answer, Failure> {
    complete(request.send().await.map_err(failure)?).await
}

/// Reads the body, up to the limit.
pub(crate) async fn complete(mut response: Response) -> Result<Answer, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Failure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status(), headers: response.headers().clone(), body })
}

/// Says what happened without the address, which may contain a password.
pub(crate) fn failure(error: reqwest::Error) -> Failure {
    let connect = error.is_connect() || error.is_builder();
    let error = error.without_url();
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        said = format!("{said}: {inner}");
        cause = inner.source();
    }
    if connect { Failure::Connect(said) } else { Failure::Broken(said) }
}
