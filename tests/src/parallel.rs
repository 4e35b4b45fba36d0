//! Many trials at once, as many as the machine bears: they mostly wait for ledgers.

use std::fmt::Display;

use anyhow::{Result, bail};
use futures::{StreamExt, stream};

/// Runs every trial, at most `at_once` of them at a time, and names each that failed.
///
/// # Errors
/// Where any of them failed.
pub async fn trials<T: Display + Clone>(
    at_once: usize,
    trials: impl IntoIterator<Item = T>,
    run: impl AsyncFn(T) -> Result<()>,
) -> Result<()> {
    let named = async |trial: T| run(trial.clone()).await.map_err(|error| format!("== {trial}: {error:#}"));
    let running = stream::iter(trials).map(named).buffer_unordered(at_once);
    let failures: Vec<_> = running.filter_map(async |ended| ended.err()).collect().await;
    if failures.is_empty() {
        return Ok(());
    }
    bail!("{} failed:\n{}", failures.len(), failures.join("\n"))
}
