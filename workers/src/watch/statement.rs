//! Follows the rail's statement from its stored cursor.

use std::time::Duration;

use async_trait::async_trait;
use windlass_commands::{Context, Recorded, crash};
use windlass_domain::{Actor, inbound_payment::UnmatchedReason, ports::Cursor};
use windlass_store::CursorMove;

use crate::{Duty, Ports, StepError, Turn};

/// How many credits are read at once.
const PAGE: u32 = 100;

/// Follows the rail's statement.
pub struct WatchStatement(pub(super) Ports);

#[async_trait]
impl Duty for WatchStatement {
    fn name(&self) -> String {
        format!("watch_statement:{}", self.0.rail.name())
    }

    fn rest(&self) -> Duration {
        Duration::from_millis(500)
    }

    async fn turn(&self) -> Result<Turn, StepError> {
        let Ports { commands, rail, .. } = &self.0;
        let name = format!("statement:{}", rail.name());
        let from = commands.cursor(&name).await?;
        let cursor = from.clone().map(Cursor);
        let page = rail.credits(cursor.as_ref(), PAGE).await?;
        let Some(Cursor(to)) = page.next else { return Ok(Turn::Idle) };
        let context = Context::of(Actor::Rail { provider: rail.name().to_owned() });
        let mut cursor = Some(CursorMove { name, from, to });
        let mut credits = page.credits.iter().peekable();
        while let Some(credit) = credits.next() {
            let moves = if credits.peek().is_none() { cursor.take() } else { None };
            crash::point("statement.seen");
            let recorded = commands.record_credit(rail.name(), credit, moves, &context).await?;
            crash::point("statement.recorded");
            match recorded {
                Recorded::Matched(transfer) => {
                    tracing::info!(%transfer, credit = %credit.id, "credit received")
                }
                Recorded::Unmatched(UnmatchedReason::NoReference) => {
                    tracing::info!(credit = %credit.id, "credit without a reference, kept for an operator");
                }
                Recorded::Unmatched(why) => {
                    tracing::warn!(credit = %credit.id, ?why, "credit fits no transfer, kept for an operator");
                }
                Recorded::Known => tracing::debug!(credit = %credit.id, "credit was recorded before"),
            }
        }
        if let Some(cursor) = cursor {
            commands.move_cursor(cursor).await?;
        }
        Ok(Turn::Worked)
    }
}
