//! Ending without delivery: expiry and failure.

use time::OffsetDateTime;

use super::{Decision, Transfer, TransferEvent};
use crate::transfer::{Delivery, Funding, Refusal};

impl Transfer {
    pub(super) fn expire(&self, now: OffsetDateTime) -> Decision {
        self.open()?;
        if self.funding != Funding::None {
            return Err(Refusal::Funded);
        }
        match self.deadline {
            Some(deadline) if now >= deadline => Ok(vec![TransferEvent::Expired { deadline }]),
            _ => Err(Refusal::NotDue),
        }
    }

    pub(super) fn fail(&self, code: String, message: String) -> Decision {
        self.open()?;
        match self.delivery {
            // Its fate is not known: it may yet arrive.
            Delivery::Prepared(_) | Delivery::Submitted(_) => Err(Refusal::DeliveryInProgress),
            _ => Ok(vec![TransferEvent::Failed { code, message }]),
        }
    }
}
