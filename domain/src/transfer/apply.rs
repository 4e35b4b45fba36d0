//! How events change the facets. No rule of business here: what happened, happened.

use super::{Closure, Delivery, FailureClass, Funding, Intake, Leg, ReceiptSource, Transfer, TransferEvent};

impl Transfer {
    pub(super) fn apply_event(&mut self, event: TransferEvent) {
        match event {
            TransferEvent::Initiated(initiated) => {
                self.deadline = Some(initiated.deadline);
                self.initiated = Some(initiated);
            }
            TransferEvent::InteractiveSessionOpened { .. } => {}
            TransferEvent::FormSubmitted(form) => {
                self.intake = Intake::Submitted;
                self.payout = form.payout;
            }
            TransferEvent::AmountsCalculated(amounts) => self.amounts = Some(amounts),
            TransferEvent::TransferInstructionsIssued { instructions, deadline } => {
                self.instructions = Some(instructions);
                self.deadline = Some(deadline);
            }
            TransferEvent::FundsReceived(receipt) => {
                self.inbound_payments.push(receipt.inbound_payment.clone());
                self.funding = Funding::Received(receipt);
            }
            TransferEvent::AdditionalFundsReceived(receipt) => {
                self.inbound_payments.push(receipt.inbound_payment);
            }
            TransferEvent::LateFundsReceived(receipt) => {
                self.inbound_payments.push(receipt.inbound_payment.clone());
                // The first money that came, however late, is what a recovery goes on with.
                if self.funding == Funding::None {
                    self.funding = Funding::Received(receipt);
                }
            }
            TransferEvent::AmountRejectedAsTooSmall { .. } => self.closure = Closure::TooSmall,
            TransferEvent::AmountRejectedAsTooLarge { .. } => self.closure = Closure::TooLarge,
            TransferEvent::TrustlineRequested { reason } => self.delivery = Delivery::AwaitingTrust(reason),
            TransferEvent::TrustlineEstablished => self.delivery = Delivery::NotStarted,
            TransferEvent::StellarPaymentPrepared(payment) => {
                self.attempts = payment.attempt;
                self.delivery =
                    Delivery::Prepared(Leg::Payment { attempt: payment.attempt, hash: payment.hash });
            }
            TransferEvent::StellarPaymentSubmitted { attempt, hash } => {
                self.delivery = Delivery::Submitted(Leg::Payment { attempt, hash });
            }
            TransferEvent::StellarPaymentConfirmed { attempt, hash, .. } => {
                self.delivery = Delivery::Delivered(Leg::Payment { attempt, hash });
            }
            TransferEvent::StellarPaymentFailed { class, .. } | TransferEvent::PayoutFailed { class, .. } => {
                self.delivery = match class {
                    FailureClass::Retryable => Delivery::NotStarted,
                    FailureClass::NeedsTrust(reason) => Delivery::AwaitingTrust(reason),
                    FailureClass::Terminal => Delivery::Failed,
                };
            }
            TransferEvent::StellarPaymentAbandoned { .. } => self.delivery = Delivery::NotStarted,
            TransferEvent::PayoutPrepared(payout) => {
                self.attempts = payout.attempt;
                self.delivery = Delivery::Prepared(Leg::Payout {
                    attempt: payout.attempt,
                    key: payout.key,
                    provider_ref: None,
                });
            }
            TransferEvent::PayoutSubmitted { attempt, provider_ref } => {
                if let Delivery::Prepared(Leg::Payout { key, .. }) = &self.delivery {
                    let key = key.clone();
                    self.delivery =
                        Delivery::Submitted(Leg::Payout { attempt, key, provider_ref: Some(provider_ref) });
                }
            }
            TransferEvent::PayoutConfirmed { attempt, external_transaction_id, .. } => {
                if let Delivery::Prepared(Leg::Payout { key, .. })
                | Delivery::Submitted(Leg::Payout { key, .. }) = &self.delivery
                {
                    let (key, provider_ref) = (key.clone(), Some(external_transaction_id));
                    self.delivery = Delivery::Delivered(Leg::Payout { attempt, key, provider_ref });
                }
            }
            TransferEvent::Completed { .. } => self.closure = Closure::Completed,
            TransferEvent::Expired { .. } => self.closure = Closure::Expired,
            TransferEvent::Failed { .. } => self.closure = Closure::Failed,
            TransferEvent::Recovered { .. } => {
                self.closure = Closure::Open;
                if self.delivery == Delivery::Failed {
                    self.delivery = Delivery::NotStarted;
                }
            }
        }
    }

    /// The transaction or rail id by which the user's money came, once it has.
    pub fn receipt_source(&self) -> Option<&ReceiptSource> {
        match &self.funding {
            Funding::None => None,
            Funding::Received(receipt) => Some(&receipt.source),
        }
    }
}
