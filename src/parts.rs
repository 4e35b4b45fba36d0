//! The parts of a process that run side by side, and how they are waited for.

use std::time::Duration;

/// Waits for a part to end by itself; for ever where there is none.
pub async fn ended(part: Option<&mut tokio::task::JoinHandle<()>>) {
    match part {
        Some(part) => {
            if let Err(error) = part.await {
                tracing::error!(%error, "the work ended badly");
            }
        }
        None => std::future::pending().await,
    }
}

/// Waits for a part to end, but not for ever.
pub async fn finish<T>(what: &str, part: Option<tokio::task::JoinHandle<T>>) {
    const PATIENCE: Duration = Duration::from_secs(30);
    let Some(part) = part else { return };
    match tokio::time::timeout(PATIENCE, part).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::error!(%error, "{what} ended badly"),
        Err(_) => tracing::warn!(
            "{what} did not end within {PATIENCE:?}; nothing is lost, it goes on at the next start"
        ),
    }
}
