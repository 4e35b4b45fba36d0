//! What an envelope takes from its source account and from the ledger: the sequence number, the fee, the time.

use time::{Duration, OffsetDateTime};
use windlass_domain::ports::FeeStats;
use windlass_stellar::{AccountId, Stroops};

use crate::{Ports, StepError};

/// An envelope that is not in a ledger by then is dead, and prepared anew.
const TIME_TO_LEDGER: Duration = Duration::seconds(60);

/// The number after the last one that the log gave out; from the ledger only before the first. `None` while an envelope of
/// that account has an open fate.
pub(crate) async fn next_sequence(ports: &Ports, source: AccountId) -> Result<Option<i64>, StepError> {
    let account = ports.ledger.account(source).await?;
    let account =
        account.ok_or_else(|| StepError::Transient(format!("the account {source} does not exist")))?;
    // The ledger first: whatever of ours it has by then is in the log by now, whichever process sent it.
    let ours = ports.queries.source_account(source).await?;
    if ours.open > 0 {
        return Ok(None);
    }
    match ours.last_sequence {
        None => Ok(Some(account.sequence + 1)),
        // Somebody else signs for this account, or this log has lost its end: paying on could pay twice.
        Some(last) if account.sequence > last => Err(StepError::NeedsOperator(format!(
            "the ledger has sequence {} for {source}, the log only {last}: payments from it stop",
            account.sequence
        ))),
        Some(last) => Ok(Some(last + 1)),
    }
}

/// By when an envelope that is signed now must be in a ledger, in ledger time.
pub(crate) async fn max_time(ports: &Ports) -> Result<OffsetDateTime, StepError> {
    let max_time = ports.ledger.ledger(None).await?.closed_at + TIME_TO_LEDGER;
    Ok(max_time.replace_nanosecond(0).unwrap_or(max_time))
}

/// What is offered for an operation.
pub(crate) fn fee(stats: &FeeStats, cap: Stroops) -> Stroops {
    stats.p90.max(stats.base).min(cap)
}
