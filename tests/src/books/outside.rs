//! Reading JSON from network and bank.

use anyhow::{Context, Result};
use reqwest::Client;
use rust_decimal::Decimal;
use serde_json::Value;

/// The anchor's token at the sandbox bank, which its documentation names.
const BANK_TOKEN: &str = "sandbox-bank-token";

pub(super) async fn get(url: &str) -> Result<Value> {
    let answer = Client::new().get(url).bearer_auth(BANK_TOKEN).send().await?;
    let answer = answer.error_for_status().with_context(|| format!("{url} does not answer"))?;
    Ok(answer.json().await?)
}

pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn decimal(value: &Value, field: &str) -> Result<Decimal> {
    let text = text(value, field);
    text.parse().with_context(|| format!("{field} is '{text}', which is no amount"))
}
