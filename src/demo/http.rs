//! Requests with limits on time and size, and answers that say where they came from.

use std::{error::Error, time::Duration};

use reqwest::{Client, RequestBuilder, StatusCode, Url, header::CONTENT_TYPE, redirect};
use serde::de::DeserializeOwned;

use super::DemoError;

/// How long one answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The largest answer that is read, in bytes.
const MAX_BODY: usize = 2 * 1024 * 1024;
/// How much of an unexpected answer an error quotes, in characters.
const QUOTE: usize = 300;

/// A client for programs' interfaces, which do not redirect, and one as a browser has it: with cookies and redirects.
#[derive(Clone, Debug)]
pub(super) struct Http {
    /// For interfaces.
    pub plain: Client,
    /// For pages.
    pub browser: Client,
}

impl Http {
    /// Both clients.
    pub fn new() -> Result<Self, DemoError> {
        let builder = || {
            Client::builder()
                .user_agent(concat!("windlass-demo/", env!("CARGO_PKG_VERSION")))
                .timeout(TIMEOUT)
                .connect_timeout(Duration::from_secs(10))
        };
        let plain = builder().redirect(redirect::Policy::none()).build();
        let browser = builder().redirect(redirect::Policy::limited(10)).cookie_store(true).build();
        Ok(Self { plain: plain.map_err(DemoError::Client)?, browser: browser.map_err(DemoError::Client)? })
    }

    /// The answer to a plain GET.
    pub async fn get(&self, url: &Url, expected: &'static str) -> Result<Answer, DemoError> {
        send(self.plain.get(url.clone()), url, expected).await
    }
}

/// A complete answer, whatever its status.
#[derive(Debug)]
pub(super) struct Answer {
    /// Where it came from, after redirects.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its content type, in lower case.
    pub content_type: String,
    body: Vec<u8>,
    expected: &'static str,
}

/// Sends the request, which is for `expected` from `url`, and reads the answer up to the limit.
pub(super) async fn send(
    request: RequestBuilder,
    url: &Url,
    expected: &'static str,
) -> Result<Answer, DemoError> {
    let no_answer = |error: reqwest::Error| DemoError::NoAnswer {
        expected,
        url: without_query(url),
        cause: in_full(error),
    };
    let mut response = request.send().await.map_err(no_answer)?;
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut answer = Answer {
        url: response.url().clone(),
        status: response.status(),
        content_type: content_type.unwrap_or_default().to_ascii_lowercase(),
        body: Vec::new(),
        expected,
    };
    while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
        if answer.body.len() + chunk.len() > MAX_BODY {
            return Err(answer.unexpected(format!("more than {MAX_BODY} bytes")));
        }
        answer.body.extend_from_slice(&chunk);
    }
    Ok(answer)
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// How many bytes the body has.
    pub fn len(&self) -> usize {
        self.body.len()
    }

    /// The same answer, if it is a success.
    pub fn success(self) -> Result<Self, DemoError> {
        if self.status.is_success() { Ok(self) } else { Err(self.refused()) }
    }

    /// The body of a success, read from JSON.
    pub fn json<T: DeserializeOwned>(self) -> Result<T, DemoError> {
        let answer = self.success()?;
        serde_json::from_slice(&answer.body).map_err(|error| {
            answer.unexpected(format!("what cannot be read ({error}): {}", quote(&answer.text())))
        })
    }

    /// As an error: the status and the beginning of the body.
    pub fn refused(&self) -> DemoError {
        self.unexpected(format!("{}: {}", self.status, quote(&self.text())))
    }

    /// As an error, because of what `came`.
    pub fn unexpected(&self, came: String) -> DemoError {
        DemoError::Answer { expected: self.expected.to_owned(), url: without_query(&self.url), came }
    }
}

/// The address without its query, which may carry a token.
pub(super) fn without_query(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url
}

/// The beginning of a text, on one line.
pub(super) fn quote(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return "an empty body".to_owned();
    }
    let cut: String = text.chars().take(QUOTE).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

/// An error with all its causes, without the address, which the caller names.
fn in_full(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        said = format!("{said}: {inner}");
        cause = inner.source();
    }
    said
}
