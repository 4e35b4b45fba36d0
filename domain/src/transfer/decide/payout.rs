//! Delivery by a rail: only funded withdrawals, one payout at a time, each under a key that names it for ever.

use time::OffsetDateTime;

use super::{Decision, Transfer, TransferEvent, failed_for_good};
use crate::transfer::{Delivery, FailureClass, Funding, Leg, PayoutPrepared, ReceiptSource, Refusal};

impl Transfer {
    pub(super) fn prepare_payout(&self, rail: String, key: String) -> Decision {
        let initiated = self.open()?;
        if initiated.kind.is_deposit() {
            return Err(Refusal::WrongDirection(initiated.kind.as_str()));
        }
        if self.funding == Funding::None {
            return Err(Refusal::NotFunded);
        }
        if self.delivery != Delivery::NotStarted {
            return Err(Refusal::DeliveryInProgress);
        }
        let payout = self.payout.as_ref().ok_or(Refusal::PayoutDestinationMissing)?;
        Ok(vec![TransferEvent::PayoutPrepared(PayoutPrepared {
            attempt: self.attempts.saturating_add(1),
            rail,
            key,
            money: self.amounts()?.amount_out,
            masked_destination: payout.masked.clone(),
        })])
    }

    pub(super) fn record_payout_submitted(&self, key: &str, provider_ref: String) -> Decision {
        let attempt = self.payout_in_flight(key)?;
        match &self.delivery {
            Delivery::Submitted(_) => Ok(vec![]),
            _ => Ok(vec![TransferEvent::PayoutSubmitted { attempt, provider_ref }]),
        }
    }

    pub(super) fn confirm_payout(
        &self,
        key: &str,
        provider_ref: String,
        booked_at: OffsetDateTime,
    ) -> Decision {
        let attempt = self.payout_in_flight(key)?;
        let stellar_transaction_id = match self.receipt_source() {
            Some(ReceiptSource::Stellar { hash, .. }) => *hash,
            _ => return Err(Refusal::NotFunded),
        };
        let external_transaction_id = provider_ref.clone();
        Ok(vec![
            TransferEvent::PayoutConfirmed { attempt, external_transaction_id: provider_ref, booked_at },
            TransferEvent::Completed {
                amounts: self.amounts()?,
                stellar_transaction_id,
                external_transaction_id,
            },
        ])
    }

    pub(super) fn fail_payout(
        &self,
        key: &str,
        code: String,
        message: String,
        class: FailureClass,
    ) -> Decision {
        let attempt = self.payout_in_flight(key)?;
        let follows = match class {
            FailureClass::Retryable => None,
            FailureClass::NeedsTrust(_) => return Err(Refusal::WrongDirection("withdrawal")),
            FailureClass::Terminal => Some(failed_for_good(code.clone())),
        };
        let failed = TransferEvent::PayoutFailed { attempt, code, message, class };
        Ok(std::iter::once(failed).chain(follows).collect())
    }

    fn payout_in_flight(&self, key: &str) -> Result<u32, Refusal> {
        match &self.delivery {
            Delivery::Prepared(Leg::Payout { attempt, key: ours, .. })
            | Delivery::Submitted(Leg::Payout { attempt, key: ours, .. })
                if ours == key =>
            {
                Ok(*attempt)
            }
            _ => Err(Refusal::OtherDelivery),
        }
    }
}
