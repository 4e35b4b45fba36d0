//! The Customer aggregate: a person as the log knows them, by the identity that already stands in their transfers' events.
//! What it remembers of a person is that they were erased, and why; never anything about them.

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};

/// A person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// How often they were erased: whoever comes back can be erased again.
    pub erasures: u32,
}

/// What happened to a person's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CustomerEvent {
    /// It was ordered that the keys of all that is sealed for the person are deleted, which is done at once after this.
    CustomerErased {
        /// Why, in the operator's words; no personal data.
        reason: String,
    },
}

/// The order to erase a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erase {
    /// Why, in the operator's words; no personal data.
    pub reason: String,
}

/// An erasure needs a reason: the log keeps it when all else is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an erasure needs a reason, of at most 500 characters")]
pub struct NoReason;

const LONGEST_REASON: usize = 500;

impl Customer {
    /// What happens when the erasure is ordered.
    ///
    /// # Errors
    /// [`NoReason`] for an empty or overlong one.
    pub fn decide(&self, Erase { reason }: Erase) -> Result<Vec<CustomerEvent>, NoReason> {
        let reason = reason.trim().to_owned();
        let fits = !reason.is_empty() && reason.chars().count() <= LONGEST_REASON;
        fits.then(|| vec![CustomerEvent::CustomerErased { reason }]).ok_or(NoReason)
    }
}

impl CustomerEvent {
    /// Its name, as it stands in the log's `event_type`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CustomerErased { .. } => "CustomerErased",
        }
    }
}

impl Aggregate for Customer {
    const TYPE: &'static str = "customer";
    type Command = Erase;
    type Event = CustomerEvent;
    type Error = NoReason;
    type Services = ();

    async fn handle(
        &mut self,
        command: Erase,
        _services: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), NoReason> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: CustomerEvent) {
        match event {
            CustomerEvent::CustomerErased { .. } => self.erasures = self.erasures.saturating_add(1),
        }
    }
}

impl DomainEvent for CustomerEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
