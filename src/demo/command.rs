//! The subcommand: from its arguments to an exit code.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use reqwest::Url;

use super::{DemoOptions, run};

/// Runs the demo against that anchor; it has shown by itself what came of it.
///
/// # Errors
/// Only where `anchor` is no address.
pub async fn main(anchor: &str, json: bool, time_limit: Duration) -> Result<ExitCode> {
    let url = Url::parse(anchor).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.with_context(|| format!("'{anchor}' is no anchor's address: https://… is needed"))?;
    let outcome = run(DemoOptions { json, time_limit, ..DemoOptions::new(url) }).await;
    Ok(if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
