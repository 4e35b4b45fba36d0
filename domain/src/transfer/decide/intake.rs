//! Intake: beginning, the one-time link, the form.

use super::{Decision, Transfer, TransferEvent};
use crate::transfer::{FormSubmission, FormSubmitted, Initiated, Intake, Refusal, TransferInstructions};

impl Transfer {
    pub(super) fn initiate(&self, initiated: Box<Initiated>) -> Decision {
        match self.initiated {
            Some(_) => Err(Refusal::AlreadyInitiated),
            None => Ok(vec![TransferEvent::Initiated(initiated)]),
        }
    }

    pub(super) fn open_session(&self, session_id: String, token_id: String) -> Decision {
        self.initiated()?;
        Ok(vec![TransferEvent::InteractiveSessionOpened { session_id, token_id }])
    }

    pub(super) fn submit_form(&self, form: FormSubmission) -> Decision {
        let initiated = self.open()?;
        if self.intake == Intake::Submitted {
            return Err(Refusal::FormAlreadySubmitted);
        }
        let by_rail = matches!(form.instructions, TransferInstructions::OffChain { .. });
        if by_rail != initiated.kind.is_deposit() {
            return Err(Refusal::InstructionsMismatch);
        }
        if !initiated.kind.is_deposit() && form.payout.is_none() {
            return Err(Refusal::PayoutDestinationMissing);
        }
        let amounts = initiated.terms.calculate(form.amount)?;
        Ok(vec![
            TransferEvent::FormSubmitted(FormSubmitted { amount: amounts.amount_in, payout: form.payout }),
            TransferEvent::AmountsCalculated(amounts),
            TransferEvent::TransferInstructionsIssued {
                instructions: form.instructions,
                deadline: form.deadline,
            },
        ])
    }
}
