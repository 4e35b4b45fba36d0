//! On whose order, and in answer to what.

use uuid::Uuid;
use windlass_domain::Actor;
use windlass_store::TaskLease;

/// What every event of a command carries.
#[derive(Clone, Debug)]
pub struct Context {
    /// On whose order.
    pub actor: Actor,
    /// The same for all that follows from one request; where none is given, a stream goes on with its own.
    pub correlation_id: Option<Uuid>,
    /// The event or task that this answers.
    pub causation_id: Option<String>,
}

impl Context {
    /// On that order, in answer to nothing.
    pub fn of(actor: Actor) -> Self {
        Self { actor, correlation_id: None, causation_id: None }
    }

    /// A worker's answer to a task.
    pub fn task(lease: &TaskLease) -> Self {
        Self {
            actor: Actor::system(lease.kind.clone()),
            correlation_id: None,
            causation_id: Some(format!("task:{}:{}:{}", lease.kind, lease.key, lease.sequence)),
        }
    }

    /// For a stream that begins beside another one: with that one's correlation, unless one is given.
    pub(crate) fn beside(&self, correlation_id: Option<Uuid>) -> Self {
        Self { correlation_id: self.correlation_id.or(correlation_id), ..self.clone() }
    }
}
