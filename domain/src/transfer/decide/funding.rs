//! Funding: money that came in, judged by the terms, whenever it came.

use super::{Decision, Transfer, TransferEvent};
use crate::{
    Money,
    transfer::{Closure, Funding, Receipt, ReceiptSource, Refusal},
};

impl Transfer {
    pub(super) fn record_funds(&self, receipt: Receipt) -> Decision {
        let initiated = self.initiated()?;
        if self.inbound_payments.contains(&receipt.inbound_payment) {
            return Err(Refusal::PaymentAlreadyRecorded(receipt.inbound_payment));
        }
        if receipt.money.asset != initiated.terms.asset_in {
            let expected = initiated.terms.asset_in.code().to_owned();
            return Err(Refusal::WrongAsset { received: receipt.money, expected });
        }
        let by_rail = matches!(receipt.source, ReceiptSource::Rail { .. });
        if by_rail != initiated.kind.is_deposit() {
            return Err(Refusal::WrongSource(initiated.kind.as_str()));
        }
        if self.instructions.is_none() {
            return Err(Refusal::NotAwaitingFunds);
        }
        match (self.closure, &self.funding) {
            (Closure::Open, Funding::Received(_)) => {
                Ok(vec![TransferEvent::AdditionalFundsReceived(receipt)])
            }
            (Closure::Open, Funding::None) => {
                let received = receipt.money;
                let mut events = vec![TransferEvent::FundsReceived(receipt)];
                events.extend(self.judge(received)?);
                Ok(events)
            }
            // Paid in time, seen late: the user did what was asked.
            (Closure::Expired, Funding::None) if self.deadline.is_some_and(|end| receipt.paid_at <= end) => {
                let mut after = self.clone();
                let late = TransferEvent::LateFundsReceived(receipt);
                after.apply_event(late.clone());
                let mut events = vec![late];
                events.extend(after.recovered("paid before the deadline, seen after it".to_owned())?);
                Ok(events)
            }
            _ => Ok(vec![TransferEvent::LateFundsReceived(receipt)]),
        }
    }

    pub(super) fn recover(&self, reason: String) -> Decision {
        self.initiated()?;
        match (self.closure, &self.funding) {
            (Closure::Failed | Closure::Expired, Funding::Received(_)) => self.recovered(reason),
            _ => Err(Refusal::NotRecoverable),
        }
    }

    /// Goes on with the money that is here. A transfer that delivery was tried for keeps the amounts promised then.
    fn recovered(&self, reason: String) -> Decision {
        let mut events = vec![TransferEvent::Recovered { reason }];
        if let (Funding::Received(receipt), 0) = (&self.funding, self.attempts) {
            events.extend(self.judge(receipt.money)?);
        }
        Ok(events)
    }

    /// What follows from the amount that came: nothing if it is the expected one, new amounts, or its rejection.
    fn judge(&self, received: Money) -> Result<Option<TransferEvent>, Refusal> {
        let terms = &self.initiated()?.terms;
        let expected = self.amounts.map(|amounts| amounts.amount_in);
        if expected == Some(received) {
            return Ok(None);
        }
        match terms.calculate(received.amount) {
            Ok(amounts) => Ok(Some(TransferEvent::AmountsCalculated(amounts))),
            Err(_) if received.amount > terms.maximum => {
                Ok(Some(TransferEvent::AmountRejectedAsTooLarge { received, limit: terms.maximum }))
            }
            // Too small, eaten by the fee, or a fraction that the asset does not have.
            Err(_) => Ok(Some(TransferEvent::AmountRejectedAsTooSmall { received, limit: terms.minimum })),
        }
    }
}
