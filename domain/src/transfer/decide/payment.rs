//! Delivery on Stellar: only funded deposits, one payment at a time, the next only when the former is proven dead.

use time::OffsetDateTime;
use windlass_stellar::TransactionHash;

use super::{Decision, Transfer, TransferEvent, failed_for_good};
use crate::{
    Amounts, TermsError,
    ports::ResultCodes,
    transfer::{
        Closure, DeathProof, Delivery, FailureClass, Funding, Initiated, Leg, PaymentPrepared,
        PreparedPayment, ReceiptSource, Refusal, TrustReason,
    },
};

impl Transfer {
    pub(super) fn request_trustline(&self, reason: TrustReason) -> Decision {
        self.owed_deposit()?;
        match &self.delivery {
            Delivery::AwaitingTrust(known) if *known == reason => Ok(vec![]),
            Delivery::NotStarted | Delivery::AwaitingTrust(_) => {
                Ok(vec![TransferEvent::TrustlineRequested { reason }])
            }
            _ => Err(Refusal::DeliveryInProgress),
        }
    }

    pub(super) fn establish_trustline(&self) -> Decision {
        match &self.delivery {
            Delivery::AwaitingTrust(_) if self.closure == Closure::Open => {
                Ok(vec![TransferEvent::TrustlineEstablished])
            }
            _ => Err(Refusal::NotAwaitingTrust),
        }
    }

    pub(super) fn prepare_payment(&self, payment: PreparedPayment) -> Decision {
        let (initiated, amounts) = self.owed_deposit()?;
        if self.delivery != Delivery::NotStarted {
            return Err(Refusal::DeliveryInProgress);
        }
        let owed = amounts.amount_out.amount.to_stroops().map_err(TermsError::from)?;
        let as_owed = payment.amount == owed
            && payment.destination == initiated.stellar_account
            && payment.asset == initiated.stellar_asset
            && payment.memo == initiated.memo;
        if !as_owed {
            return Err(Refusal::PaymentDiffers);
        }
        Ok(vec![TransferEvent::StellarPaymentPrepared(PaymentPrepared {
            attempt: self.attempts.saturating_add(1),
            hash: payment.hash,
            destination: payment.destination,
            asset: payment.asset,
            amount: payment.amount,
            memo: payment.memo,
        })])
    }

    pub(super) fn record_payment_submitted(&self, hash: TransactionHash) -> Decision {
        let attempt = self.payment_in_flight(hash)?;
        match &self.delivery {
            Delivery::Submitted(_) => Ok(vec![]),
            _ => Ok(vec![TransferEvent::StellarPaymentSubmitted { attempt, hash }]),
        }
    }

    pub(super) fn confirm_payment(
        &self,
        hash: TransactionHash,
        ledger: u32,
        closed_at: OffsetDateTime,
    ) -> Decision {
        let attempt = self.payment_in_flight(hash)?;
        let external_transaction_id = match self.receipt_source() {
            Some(ReceiptSource::Rail { external_transaction_id, .. }) => external_transaction_id.clone(),
            _ => return Err(Refusal::NotFunded),
        };
        Ok(vec![
            TransferEvent::StellarPaymentConfirmed { attempt, hash, ledger, closed_at },
            TransferEvent::Completed {
                amounts: self.amounts()?,
                stellar_transaction_id: hash,
                external_transaction_id,
            },
        ])
    }

    pub(super) fn fail_payment(
        &self,
        hash: TransactionHash,
        codes: ResultCodes,
        class: FailureClass,
    ) -> Decision {
        let attempt = self.payment_in_flight(hash)?;
        let follows = match class {
            FailureClass::Retryable => None,
            FailureClass::NeedsTrust(reason) => Some(TransferEvent::TrustlineRequested { reason }),
            FailureClass::Terminal => Some(failed_for_good(codes.to_string())),
        };
        let failed = TransferEvent::StellarPaymentFailed { attempt, hash, codes, class };
        Ok(std::iter::once(failed).chain(follows).collect())
    }

    pub(super) fn abandon_payment(&self, hash: TransactionHash, proof: DeathProof) -> Decision {
        let attempt = self.payment_in_flight(hash)?;
        Ok(vec![TransferEvent::StellarPaymentAbandoned { attempt, hash, proof }])
    }

    /// An open deposit whose money is here: only such a one is paid.
    fn owed_deposit(&self) -> Result<(&Initiated, Amounts), Refusal> {
        let initiated = self.open()?;
        if !initiated.kind.is_deposit() {
            return Err(Refusal::WrongDirection(initiated.kind.as_str()));
        }
        if self.funding == Funding::None {
            return Err(Refusal::NotFunded);
        }
        Ok((initiated, self.amounts()?))
    }

    fn payment_in_flight(&self, hash: TransactionHash) -> Result<u32, Refusal> {
        match &self.delivery {
            Delivery::Prepared(Leg::Payment { attempt, hash: ours })
            | Delivery::Submitted(Leg::Payment { attempt, hash: ours })
                if *ours == hash =>
            {
                Ok(*attempt)
            }
            _ => Err(Refusal::OtherDelivery),
        }
    }
}
