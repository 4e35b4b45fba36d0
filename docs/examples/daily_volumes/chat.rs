//! Telling a chat: one message for each transfer that was completed.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, StatusCode, redirect};
use serde_json::json;
use windlass::{
    domain::transfer::TransferEvent,
    feed::{Effect, Filter, HandlerError, Start},
    store::RecordedEvent,
};

/// The environment variable with the address of the chat's webhook.
pub const URL: &str = "CHAT_WEBHOOK_URL";

/// Well below the ten seconds that an effect may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Posts to a chat's webhook.
pub struct Chat {
    url: String,
}

impl Chat {
    /// The webhook at that address, which the operator has chosen.
    pub fn at(url: impl Into<String>) -> Self {
        Self { url: url.into() }
    }

    async fn post(&self, text: &str, idempotency_key: &str) -> Result<StatusCode, reqwest::Error> {
        let client = Client::builder().timeout(TIMEOUT).redirect(redirect::Policy::none()).build()?;
        let request = client.post(&self.url).header("Idempotency-Key", idempotency_key);
        Ok(request.json(&json!({ "text": text })).send().await?.status())
    }
}

#[async_trait]
impl Effect for Chat {
    fn name(&self) -> &'static str {
        "chat"
    }

    fn filter(&self) -> Filter {
        Filter { aggregate_types: Some(&["transfer"]), event_types: Some(&["Completed"]) }
    }

    /// Nobody wants to read of years past on the first day.
    fn start(&self) -> Start {
        Start::Now
    }

    async fn handle(&self, event: &RecordedEvent, idempotency_key: &str) -> Result<(), HandlerError> {
        let TransferEvent::Completed { amounts, .. } = serde_json::from_str(&event.payload)? else {
            return Ok(());
        };
        let (id, paid, got) = (&event.stream.aggregate_id, amounts.amount_in, amounts.amount_out);
        let text = format!(
            "Transfer {id} is complete: {} {} came in, {} {} went out.",
            paid.amount, paid.asset, got.amount, got.asset
        );
        // An error's text has the address in it, and the address may be a secret.
        let status = self.post(&text, idempotency_key).await;
        let status = status.map_err(|error| HandlerError::Transient(error.without_url().to_string()))?;
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                Err(HandlerError::Transient(format!("the chat answered {status}")))
            }
            status if status.is_client_error() => {
                Err(HandlerError::Permanent(format!("the chat refused the message: {status}")))
            }
            status => Err(HandlerError::Transient(format!("the chat answered {status}"))),
        }
    }
}
