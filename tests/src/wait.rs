//! Waiting for something that must happen, with a generous limit.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Far longer than anything should take on a loaded machine.
pub const LONG: Duration = Duration::from_secs(120);

const PAUSE: Duration = Duration::from_millis(25);

/// Looks again and again until `look` gives something.
///
/// # Errors
/// Where it still gives nothing after [`LONG`], or fails.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if started.elapsed() > LONG {
            bail!("waited in vain for {what}");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
