//! Orders the payout of a funded withdrawal and sees it through. The payout is in the log under its key before the rail
//! is called; an unknown outcome is looked up or ordered again under the same key, as the rail allows.

use async_trait::async_trait;
use time::Duration;
use windlass_commands::{TaskLease, crash, tasks};
use windlass_domain::{
    ports::{PayoutOrder, PayoutOutcome, RailError},
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
        let (key, outcome) = match &transfer.delivery {
            Delivery::NotStarted => {
                let key = format!("{id}-{}", transfer.attempts + 1);
                commands.prepare_payout(id, rail.name(), &key, task).await?;
                crash::point("payout.prepared");
                let outcome = self.order(&transfer, &key).await;
                crash::point("payout.ordered");
                (key, outcome)
            }
            // Whether the rail was called is not known.
            Delivery::Prepared(Leg::Payout { key, .. }) => {
                (key.clone(), self.order_again(&transfer, key).await?)
            }
            Delivery::Submitted(Leg::Payout { key, .. }) => match rail.payout(key).await? {
                Some(outcome) => (key.clone(), Ok(outcome)),
                None => {
                    (key.clone(), Err(RailError::Unknown("the rail no longer knows the payout".to_owned())))
                }
            },
            _ => return Ok(Outcome::Finished),
        };
        match outcome {
            Ok(PayoutOutcome::Submitted { id: provider_ref }) => {
                commands
                    .record_payout_submitted(id, &key, &provider_ref, task, clock.now() + LOOK_AGAIN)
                    .await?;
            }
            Ok(PayoutOutcome::Paid { id: provider_ref, at }) => {
                commands.confirm_payout(id, &key, &provider_ref, at, task).await?;
                crash::point("payout.confirmed");
            }
            Ok(PayoutOutcome::Failed { code, message }) => {
                commands.fail_payout(id, &key, &code, &message, FailureClass::Terminal, task).await?;
            }
            // Refused is of this request only, and often passes (our account at the bank is short, say): the same key is
            // tried again, and nothing is concluded.
            Err(error) => return Err(error.into()),
        }
        Ok(Outcome::Settled)
    }
}

impl PayOut {
    async fn order(&self, transfer: &Transfer, key: &str) -> Result<PayoutOutcome, RailError> {
        let lost = |what: &str| RailError::Unknown(format!("the transfer has no {what}"));
        let destination = self.0.commands.payout_destination(transfer).await;
        let destination = destination.map_err(|error| RailError::Unknown(error.to_string()))?;
        let order = PayoutOrder {
            key: key.to_owned(),
            money: transfer.amounts.ok_or_else(|| lost("amounts"))?.amount_out,
            destination: destination.ok_or_else(|| lost("payout account"))?,
            reference: key.to_owned(),
        };
        self.0.rail.pay_out(&order).await
    }

    /// Goes on with a payout of which only the log is known to have it.
    async fn order_again(
        &self,
        transfer: &Transfer,
        key: &str,
    ) -> Result<Result<PayoutOutcome, RailError>, StepError> {
        let capabilities = self.0.rail.capabilities();
        if capabilities.queryable
            && let Some(outcome) = self.0.rail.payout(key).await?
        {
            return Ok(Ok(outcome));
        }
        if capabilities.queryable || capabilities.idempotent {
            return Ok(self.order(transfer, key).await);
        }
        Err(StepError::NeedsOperator(format!(
            "whether the rail has taken payout {key} is not known, and it can neither be asked nor told again"
        )))
    }
}
