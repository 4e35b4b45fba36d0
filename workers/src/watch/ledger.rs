//! Follows what a receiving account is paid, from its stored cursor, and never from now.

use std::time::Duration;

use async_trait::async_trait;
use windlass_commands::{Context, Recorded, crash};
use windlass_domain::{
    Actor,
    inbound_payment::{Observation, UnmatchedReason},
    ports::Cursor,
};
use windlass_stellar::AccountId;
use windlass_store::CursorMove;

use crate::{Duty, Ports, StepError, Turn};

/// How long one turn waits for a payment.
const WAIT: Duration = Duration::from_secs(10);

/// Follows what one account is paid.
pub struct WatchLedger {
    pub(super) ports: Ports,
    pub(super) account: AccountId,
}

#[async_trait]
impl Duty for WatchLedger {
    fn name(&self) -> String {
        format!("watch_ledger:{}", self.account)
    }

    fn rest(&self) -> Duration {
        Duration::from_millis(50)
    }

    async fn turn(&self) -> Result<Turn, StepError> {
        let Ports { commands, ledger, .. } = &self.ports;
        let name = format!("ledger:{}", self.account);
        let from = commands.cursor(&name).await?;
        let cursor = from.clone().map(Cursor);
        let page = ledger.await_payments(self.account, cursor.as_ref(), WAIT).await?;
        let Some(Cursor(to)) = page.next else { return Ok(Turn::Idle) };
        let context = Context::of(Actor::system("watch_ledger"));
        let mut cursor = Some(CursorMove { name, from, to });
        let mut payments = page.payments.into_iter().peekable();
        // The cursor moves with the last payment of the page: those before it are known by their natural keys.
        while let Some(payment) = payments.next() {
            let moves = if payments.peek().is_none() { cursor.take() } else { None };
            let (transaction, operation) = (payment.transaction, payment.operation);
            crash::point("watch.seen");
            let recorded =
                commands.record_payment(Observation::Stellar(Box::new(payment)), moves, &context).await?;
            crash::point("watch.recorded");
            match recorded {
                Recorded::Matched(transfer) => {
                    tracing::info!(%transfer, %transaction, operation, "payment received")
                }
                Recorded::Unmatched(UnmatchedReason::NoReference) => {
                    tracing::info!(%transaction, operation, "payment without a reference, kept for an operator");
                }
                Recorded::Unmatched(why) => {
                    tracing::warn!(%transaction, operation, ?why, "payment fits no transfer, kept for an operator");
                }
                Recorded::Known => tracing::debug!(%transaction, operation, "payment was recorded before"),
            }
        }
        if let Some(cursor) = cursor {
            commands.move_cursor(cursor).await?;
        }
        Ok(Turn::Worked)
    }
}
