//! Which work follows from which events. Money moves by these tasks, written in the append of the events.

use time::{Duration, OffsetDateTime};
use windlass_domain::transfer::{Closure, Delivery, Funding, Transfer, TransferEvent, TransferId};
pub use windlass_store::TaskLease;
use windlass_store::{Append, NewTask};

/// Closes a transfer whose deadline went by. Key: the transfer.
pub const EXPIRE: &str = "expire";
/// Prepares the payment of a funded deposit. Key: the transfer.
pub const PAY: &str = "pay";
/// Brings an envelope into the ledger, or proves it dead. Key: its hash.
pub const SUBMIT: &str = "submit";
/// Orders the payout of a funded withdrawal and sees it through. Key: the transfer.
pub const PAY_OUT: &str = "pay_out";

/// Money that was paid before the deadline is often seen after it.
const EXPIRY_GRACE: Duration = Duration::seconds(60);
/// Another attempt after a failed one waits this long.
const BEFORE_NEXT_ATTEMPT: Duration = Duration::seconds(5);

/// Adds to `append` what follows from `events`, which bring a transfer to `after` at version `version`.
pub(crate) fn follow(
    append: &mut Append,
    id: TransferId,
    events: &[TransferEvent],
    after: &Transfer,
    version: u64,
    now: OffsetDateTime,
) {
    let (mut expires_at, mut deliver_at) = (None, None);
    for event in events {
        match event {
            TransferEvent::Initiated(_) | TransferEvent::TransferInstructionsIssued { .. } => {
                append.cancel_tasks.push((EXPIRE, id.to_string()));
                expires_at = expiry(after);
            }
            TransferEvent::FundsReceived(_) => {
                append.cancel_tasks.push((EXPIRE, id.to_string()));
                expires_at = None;
                deliver_at = Some(now);
            }
            // A recovery brings its own task; what was parked would be left over.
            TransferEvent::Failed { .. } => {
                append.cancel_tasks.extend([PAY, PAY_OUT].map(|kind| (kind, id.to_string())));
            }
            TransferEvent::Recovered { .. } | TransferEvent::StellarPaymentAbandoned { .. } => {
                deliver_at = Some(now)
            }
            TransferEvent::StellarPaymentFailed { .. } | TransferEvent::PayoutFailed { .. } => {
                deliver_at = Some(now + BEFORE_NEXT_ATTEMPT);
            }
            _ => {}
        }
    }
    if let Some(due_at) = expires_at {
        append.tasks.push(task(EXPIRE, id, version, due_at));
    }
    let waits_for_delivery = after.closure == Closure::Open
        && after.funding != Funding::None
        && matches!(after.delivery, Delivery::NotStarted | Delivery::AwaitingTrust(_));
    if let (Some(due_at), true, Some(initiated)) = (deliver_at, waits_for_delivery, &after.initiated) {
        let kind = if initiated.kind.is_deposit() { PAY } else { PAY_OUT };
        append.tasks.push(task(kind, id, version, due_at));
    }
}

/// When to look whether a transfer has expired.
pub(crate) fn expiry(transfer: &Transfer) -> Option<OffsetDateTime> {
    let grace = if transfer.instructions.is_some() { EXPIRY_GRACE } else { Duration::ZERO };
    transfer.deadline?.checked_add(grace)
}

fn task(kind: &'static str, id: TransferId, sequence: u64, due_at: OffsetDateTime) -> NewTask {
    NewTask { kind, key: id.to_string(), sequence, payload: String::new(), due_at }
}
