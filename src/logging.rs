//! Structured logs on standard error, with a level per module.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

/// Begins to log. `LOG` sets the levels (`info`, or `info,windlass_workers=debug`), `LOG_FORMAT=json` the form.
///
/// # Errors
/// Where `LOG` or `LOG_FORMAT` cannot be understood.
pub fn start(default: &str) -> Result<()> {
    let levels =
        std::env::var("LOG").ok().filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned());
    let filter = EnvFilter::builder().parse(&levels).with_context(|| {
        format!("LOG is '{levels}', but levels such as info,windlass_workers=debug are needed")
    })?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Telling of a line that could not be written panics where standard error is on a full disk.
        .log_internal_errors(false);
    match std::env::var("LOG_FORMAT").as_deref() {
        Err(_) | Ok("" | "text") => logs.with_ansi(std::io::stderr().is_terminal()).init(),
        Ok("json") => logs.json().flatten_event(true).init(),
        Ok(other) => anyhow::bail!("LOG_FORMAT is '{other}', but text or json is needed"),
    }
    Ok(())
}
