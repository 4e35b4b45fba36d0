//! Orders the payout of a funded withdrawal and sees it through. The payout is in the log under its key before the rail
//! is called; an unknown outcome is looked up or ordered again under the same key, as the rail allows.

use async_trait::async_trait;
use time::Duration;
use windlass_commands::{TaskLease, crash, tasks};
use windlass_domain::{
    ports::{PayoutOrder, PayoutOutcome},
    transfer::{Closure, Delivery, FailureClass, Funding, Leg, Transfer, TransferId},
};

use super::{Outcome, Step, key};
use crate::{Ports, StepError};

/// How often to ask the rail how a payout stands.
const LOOK_AGAIN: Duration = Duration::seconds(2);

/// Orders the payout of a funded withdrawal.
pub struct PayOut(pub(super) Ports);

#[async_trait]
impl Step for PayOut {
    fn kind(&self) -> &'static str {
        tasks::PAY_OUT
    }

    fn concurrency(&self) -> usize {
        8
    }

    async fn run(&self, task: &TaskLease) -> Result<Outcome, StepError> {
        let Ports { commands, rail, clock, .. } = &self.0;
        let id: TransferId = key(task)?;
        let transfer = commands.transfer(id).await?;
        if transfer.closure != Closure::Open || transfer.funding == Funding::None {
            return Ok(Outcome::Finished);
        }
        let capabilities = rail.capabilities();
        let (key, outcome) = match &transfer.delivery {
            Delivery::NotStarted => {
                let key = format!("{id}-{}", transfer.attempts + 1);
                commands.prepare_payout(id, rail.name(), &key, task).await?;
                crash::point("payout.prepared");
                let outcome = self.order(&transfer, &key).await?;
                crash::point("payout.ordered");
                (key, outcome)
            }
            // Whether the rail was called is not known.
            Delivery::Prepared(Leg::Payout { key, .. }) => {
                let known = if capabilities.queryable { rail.payout(key).await? } else { None };
                let outcome = match known {
                    Some(outcome) => outcome,
                    None if capabilities.queryable || capabilities.idempotent => {
                        self.order(&transfer, key).await?
                    }
                    None => return Err(nobody_knows(key)),
                };
                (key.clone(), outcome)
            }
            // The rail took it.
            Delivery::Submitted(Leg::Payout { key, .. }) => {
                let outcome = if capabilities.queryable {
                    let forgotten = || StepError::Transient(format!("the rail no longer knows payout {key}"));
                    rail.payout(key).await?.ok_or_else(forgotten)?
                } else if capabilities.idempotent {
                    self.order(&transfer, key).await?
                } else {
                    return Err(nobody_knows(key));
                };
                (key.clone(), outcome)
            }
            _ => return Ok(Outcome::Finished),
        };
        match outcome {
            PayoutOutcome::Submitted { id: provider_ref } => {
                commands
                    .record_payout_submitted(id, &key, &provider_ref, task, clock.now() + LOOK_AGAIN)
                    .await?;
            }
            PayoutOutcome::Paid { id: provider_ref, at } => {
                commands.confirm_payout(id, &key, &provider_ref, at, task).await?;
                crash::point("payout.confirmed");
            }
            PayoutOutcome::Failed { code, message } => {
                commands.fail_payout(id, &key, &code, &message, FailureClass::Terminal, task).await?;
            }
        }
        Ok(Outcome::Settled)
    }
}

impl PayOut {
    /// Orders it under that key. A refusal is of this request only, and often passes (our account at the bank is short,
    /// say): nothing is concluded from it, and the same key is tried again.
    async fn order(&self, transfer: &Transfer, key: &str) -> Result<PayoutOutcome, StepError> {
        let lost = |what: &str| StepError::NeedsOperator(format!("the transfer has no {what}"));
        let destination = self.0.commands.payout_destination(transfer).await?;
        let order = PayoutOrder {
            key: key.to_owned(),
            money: transfer.amounts.ok_or_else(|| lost("amounts"))?.amount_out,
            destination: destination.ok_or_else(|| lost("payout account"))?,
            reference: key.to_owned(),
        };
        Ok(self.0.rail.pay_out(&order).await?)
    }
}

fn nobody_knows(key: &str) -> StepError {
    StepError::NeedsOperator(format!(
        "whether the rail has paid out {key} is not known, and it can neither be asked nor told again"
    ))
}
