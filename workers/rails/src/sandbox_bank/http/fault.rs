//! Where the faults strike: around an operation, between the bank and the one who asked.

use std::{future::Future, time::Duration};

use axum::http::StatusCode;

use super::HttpError;
use crate::sandbox_bank::{BankError, EntryKind, Fault, Faulty, SandboxBank, Statement};

/// Runs an operation to its end, even if the one who asked goes away meanwhile: a bank that has begun to book does
/// not stop because nobody waits for the answer.
pub(super) async fn detached<T: Send + 'static>(
    operation: impl Future<Output = Result<T, BankError>> + Send + 'static,
) -> Result<T, HttpError> {
    match tokio::spawn(operation).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(HttpError::internal()),
    }
}

/// The operation, with the next fault for such requests, if there is one.
pub(super) async fn strike<T>(
    bank: &SandboxBank,
    on: Faulty,
    operation: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, HttpError> {
    match bank.faults().take(on, Fault::is_general) {
        Some(Fault::Unavailable) => {
            Err(HttpError::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the bank is told to be down"))
        }
        Some(Fault::Hang) => Err(silence().await),
        Some(Fault::ApplyThen504) => {
            operation.await?;
            Err(gateway_timeout())
        }
        Some(Fault::ApplyThenHang) => {
            operation.await?;
            Err(silence().await)
        }
        Some(Fault::DelayMs(millis)) => {
            tokio::time::sleep(Duration::from_millis(millis.into())).await;
            operation.await
        }
        Some(Fault::DuplicateCredit | Fault::SettleLate) | None => operation.await,
    }
}

/// Shows the first credit of the page twice, if there is one and the bank is told to. The page stays within `limit`.
pub(super) fn duplicate_credit(bank: &SandboxBank, statement: &mut Statement, limit: u32) {
    let entries = &mut statement.entries;
    let Some(first) = entries.iter().position(|entry| entry.kind == EntryKind::Payment) else { return };
    let Some(credit) = entries.get(first).cloned() else { return };
    if bank.faults().take(Faulty::Credits, |fault| fault == Fault::DuplicateCredit).is_some() {
        entries.insert(first, credit);
        entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX).max(1));
        statement.next = entries.last().map(|entry| entry.id.clone());
    }
}

async fn silence() -> HttpError {
    tokio::time::sleep(Fault::PATIENCE).await;
    gateway_timeout()
}

fn gateway_timeout() -> HttpError {
    HttpError::new(StatusCode::GATEWAY_TIMEOUT, "timeout", "the bank is told to time out")
}
