//! What does something outside for events.

use async_trait::async_trait;
use windlass_store::{RecordedEvent, Start};

use super::{Filter, HandlerError};

/// Does something outside for each event: posts, publishes, sends. At least once: after a crash an event may come again,
/// under the same key.
#[async_trait]
pub trait Effect: Send + Sync {
    /// Its name, unique among all event handlers: small letters, digits and `_`.
    fn name(&self) -> &'static str;

    /// Which events it is given.
    fn filter(&self) -> Filter {
        Filter::ALL
    }

    /// Where it begins when it runs for the first time.
    fn start(&self) -> Start {
        Start::Beginning
    }

    /// Does it, within ten seconds. Events come one at a time in the log's order. `idempotency_key` names the event,
    /// however often it comes: the receiver tells repeats by it.
    ///
    /// # Errors
    /// [`HandlerError::Transient`] to be tried again, [`HandlerError::Permanent`] to be parked.
    async fn handle(&self, event: &RecordedEvent, idempotency_key: &str) -> Result<(), HandlerError>;
}

/// The name of an event that is the same for ever: stream and sequence, as in `transfer/0195…:3`.
pub fn idempotency_key(event: &RecordedEvent) -> String {
    format!("{}:{}", event.stream, event.sequence)
}
