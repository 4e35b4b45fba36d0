//! Requests to the bank, with limits on time and size, and what an answer means for certain.

use std::time::Duration;

use reqwest::{
    Client as HttpClient, RequestBuilder, Response, StatusCode, Url,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use windlass_domain::ports::RailError;

use super::{
    config::SandboxBankRailError,
    wire::{PayoutRequest, is_code},
};

/// The largest answer: a full page of entries has less than half of it.
const MAX_ANSWER: usize = 1024 * 1024;

pub(super) struct Client {
    http: HttpClient,
    base: Url,
    timeout: Duration,
}

/// What the bank itself answered; anything else is an error already.
pub(super) enum Answer {
    /// 200, with this body.
    Given(Vec<u8>),
    /// The bank did not do it, for certain.
    Refused(Refusal),
}

/// A refusal in the bank's own form.
pub(super) struct Refusal {
    status: StatusCode,
    /// The bank's code; lower-case letters, digits and underscores.
    pub code: String,
}

impl From<Refusal> for RailError {
    fn from(refusal: Refusal) -> Self {
        // Not the bank's words: they are not known to be free of personal data.
        Self::Refused(format!("{} ({})", refusal.code, refusal.status.as_u16()))
    }
}

impl Client {
    pub fn new(base: &str, token: &SecretString, timeout: Duration) -> Result<Self, SandboxBankRailError> {
        let address = || SandboxBankRailError::Address(base.to_owned());
        let base = Url::parse(base).map_err(|_| address())?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(address());
        }
        let bearer = format!("Bearer {}", token.expose_secret());
        let mut bearer = HeaderValue::from_str(&bearer).map_err(|_| SandboxBankRailError::Token)?;
        bearer.set_sensitive(true);
        let http = HttpClient::builder()
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, bearer)]))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .build()?;
        Ok(Self { http, base, timeout })
    }

    /// `GET /accounts/{number}/entries`.
    pub async fn statement(
        &self,
        number: &str,
        after: Option<&str>,
        limit: u32,
        wait_seconds: u64,
    ) -> Result<Answer, RailError> {
        let request = self
            .http
            .get(self.url(&["accounts", number, "entries"])?)
            .query(&[("limit", u64::from(limit)), ("wait_seconds", wait_seconds)])
            .query(&after.map(|after| ("after", after)).as_slice())
            .timeout(self.timeout + Duration::from_secs(wait_seconds));
        ask(request).await
    }

    /// `POST /payouts`.
    pub async fn pay_out(&self, key: &str, order: &PayoutRequest) -> Result<Answer, RailError> {
        let url = self.url(&["payouts"])?;
        ask(self.http.post(url).header("Idempotency-Key", checked(key)?).json(order).timeout(self.timeout))
            .await
    }

    /// `GET /payouts/{key}`.
    pub async fn payout(&self, key: &str) -> Result<Answer, RailError> {
        let url = self.url(&["payouts", checked(key)?])?;
        ask(self.http.get(url).timeout(self.timeout)).await
    }

    fn url(&self, path: &[&str]) -> Result<Url, RailError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| RailError::Refused("the bank's address cannot be extended".to_owned()))?
            .pop_if_empty()
            .extend(path);
        Ok(url)
    }
}

/// The bank's keys. Others are not sent: in a path they could ask for something else.
fn checked(key: &str) -> Result<&str, RailError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':');
    if (1..=100).contains(&key.len()) && key.bytes().all(plain) {
        return Ok(key);
    }
    Err(RailError::Refused("a key is 1 to 100 letters, digits, '-', '_' and ':'".to_owned()))
}

async fn ask(request: RequestBuilder) -> Result<Answer, RailError> {
    let response = request.send().await.map_err(|error| unknown(&error))?;
    let status = response.status();
    let body = read(response).await?;
    if status == StatusCode::OK {
        return Ok(Answer::Given(body));
    }
    refusal(status, &body)
        .map(Answer::Refused)
        .ok_or_else(|| RailError::Unknown(format!("status {}", status.as_u16())))
}

/// The body, within the limit.
async fn read(mut response: Response) -> Result<Vec<u8>, RailError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unknown(&error))? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(RailError::Unknown(format!("an answer of more than {MAX_ANSWER} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A client error in the bank's own form. One from elsewhere on the way, such as a proxy's 404, proves nothing.
fn refusal(status: StatusCode, body: &[u8]) -> Option<Refusal> {
    #[derive(Deserialize)]
    struct ErrorBody {
        code: String,
    }
    let transient =
        matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS);
    if !status.is_client_error() || transient {
        return None;
    }
    let ErrorBody { code } = serde_json::from_slice(body).ok()?;
    is_code(&code).then_some(Refusal { status, code })
}

fn unknown(error: &reqwest::Error) -> RailError {
    let why = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else if error.is_body() || error.is_decode() {
        "the answer broke off"
    } else {
        "the request failed on its way"
    };
    RailError::Unknown(why.to_owned())
}
