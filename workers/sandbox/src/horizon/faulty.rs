//! Carries out the faults that were asked for.

use std::time::Duration;

use super::Problem;
use crate::Sandbox;
use crate::faults::{Do, On};

/// How a request ends once it has been carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// With its answer.
    Answer,
    /// As if nobody knew what became of it.
    Timeout,
    /// Never.
    Hang,
}

/// Waits, refuses or hangs as the next rule for such requests says; else says how the request
/// is to end.
pub(super) async fn before(sandbox: &Sandbox, on: On) -> Result<After, Problem> {
    match sandbox.faults().take(on) {
        None => Ok(After::Answer),
        Some(Do::DelayMs(milliseconds)) => {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(milliseconds)) => Ok(After::Answer),
                () = sandbox.stopped().cancelled_owned() => Err(Problem::unavailable()),
            }
        }
        Some(Do::Unavailable) => Err(Problem::unavailable()),
        Some(Do::NotFound) => Err(Problem::not_found()),
        Some(Do::Hang) => Err(hang(sandbox).await),
        Some(Do::ApplyThen504) if on == On::Submit => Ok(After::Timeout),
        Some(Do::ApplyThenHang) if on == On::Submit => Ok(After::Hang),
        Some(Do::ApplyThen504) => Err(Problem::gateway_timeout()),
        Some(Do::ApplyThenHang) => Err(hang(sandbox).await),
    }
}

/// Answers only when the network stops.
pub(super) async fn hang(sandbox: &Sandbox) -> Problem {
    sandbox.stopped().cancelled_owned().await;
    Problem::unavailable()
}
