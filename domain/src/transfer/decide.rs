//! The rules: facts in, events or a refusal out. The invariants of the state machine (no payment before funds, never a
//! second one, nothing regular after the end) are refusals here, each file with those of its facet.

mod closing;
mod funding;
mod intake;
mod payment;
mod payout;

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};

use super::{Closure, Initiated, Refusal, Transfer, TransferCommand, TransferEvent};
use crate::Amounts;

impl Aggregate for Transfer {
    const TYPE: &'static str = "transfer";
    type Command = TransferCommand;
    type Event = TransferEvent;
    type Error = Refusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: TransferCommand,
        _services: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refusal> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: TransferEvent) {
        self.apply_event(event);
    }
}

impl DomainEvent for TransferEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

/// What follows from a command: events (none: it is already so), or the rule that forbids it.
type Decision = Result<Vec<TransferEvent>, Refusal>;

impl Transfer {
    /// What happens on that command. No event and no refusal: it is already so.
    ///
    /// # Errors
    /// [`Refusal`]: a rule forbids it.
    pub fn decide(&self, command: TransferCommand) -> Decision {
        use TransferCommand as C;
        match command {
            C::Initiate(initiated) => self.initiate(initiated),
            C::OpenInteractiveSession { session_id, token_id } => self.open_session(session_id, token_id),
            C::SubmitForm(form) => self.submit_form(*form),
            C::RecordFunds(receipt) => self.record_funds(receipt),
            C::RequestTrustline { reason } => self.request_trustline(reason),
            C::EstablishTrustline => self.establish_trustline(),
            C::PreparePayment(payment) => self.prepare_payment(payment),
            C::RecordPaymentSubmitted { hash } => self.record_payment_submitted(hash),
            C::ConfirmPayment { hash, ledger, closed_at } => self.confirm_payment(hash, ledger, closed_at),
            C::FailPayment { hash, codes, class } => self.fail_payment(hash, codes, class),
            C::AbandonPayment { hash, proof } => self.abandon_payment(hash, proof),
            C::PreparePayout { rail, key } => self.prepare_payout(rail, key),
            C::RecordPayoutSubmitted { key, provider_ref } => {
                self.record_payout_submitted(&key, provider_ref)
            }
            C::ConfirmPayout { key, provider_ref, booked_at } => {
                self.confirm_payout(&key, provider_ref, booked_at)
            }
            C::FailPayout { key, code, message, class } => self.fail_payout(&key, code, message, class),
            C::Expire { now } => self.expire(now),
            C::Fail { code, message } => self.fail(code, message),
            C::Recover { reason } => self.recover(reason),
        }
    }

    fn initiated(&self) -> Result<&Initiated, Refusal> {
        self.initiated.as_deref().ok_or(Refusal::NotInitiated)
    }

    fn open(&self) -> Result<&Initiated, Refusal> {
        let initiated = self.initiated()?;
        match self.closure {
            Closure::Open => Ok(initiated),
            _ => Err(Refusal::Closed(self.status())),
        }
    }

    fn amounts(&self) -> Result<Amounts, Refusal> {
        self.amounts.ok_or(Refusal::NotAwaitingFunds)
    }
}

/// A delivery that will fail again ends in `error`: an operator looks at it.
fn failed_for_good(code: String) -> TransferEvent {
    let message =
        "The transfer could not be completed. Your money is safe with us; support will be in touch.";
    TransferEvent::Failed { code, message: message.to_owned() }
}
