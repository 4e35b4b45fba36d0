//! What network and bank are told to do wrong.

use anyhow::{Result, bail};
use reqwest::Client;
use serde_json::Value;

use crate::World;

/// Tells the network.
///
/// # Errors
/// Where it does not take the rule.
pub async fn network(world: &World, rule: Value) -> Result<()> {
    post(&format!("{}/horizon", world.sandbox_url()), rule).await
}

/// Tells the bank.
///
/// # Errors
/// Where it does not take the rule.
pub async fn bank(world: &World, rule: Value) -> Result<()> {
    post(&format!("{}/bank", world.sandbox_url()), rule).await
}

/// Lets both behave again.
///
/// # Errors
/// Where one does not answer.
pub async fn end(world: &World) -> Result<()> {
    for face in ["horizon", "bank"] {
        let url = format!("{}/{face}/sandbox/faults", world.sandbox_url());
        Client::new().delete(url).send().await?.error_for_status()?;
    }
    Ok(())
}

async fn post(face: &str, rule: Value) -> Result<()> {
    let answer = Client::new().post(format!("{face}/sandbox/faults")).json(&rule).send().await?;
    if !answer.status().is_success() {
        bail!("the rule {rule} was not taken: {}", answer.text().await?);
    }
    Ok(())
}
