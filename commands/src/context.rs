//! On whose order, and in answer to what.

use time::OffsetDateTime;
use uuid::Uuid;
use windlass_domain::{
    Actor, Metadata,
    ports::{Clock, Ids},
};
use windlass_store::TaskLease;

/// What every event of a command carries.
#[derive(Clone, Debug)]
pub struct Context {
    /// On whose order.
    pub actor: Actor,
    /// The same for all that follows from one request; new where none is known.
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

    /// An event's metadata; it happened at `occurred_at`, or now.
    pub(crate) fn metadata(
        &self,
        clock: &dyn Clock,
        ids: &dyn Ids,
        occurred_at: Option<OffsetDateTime>,
    ) -> Metadata {
        let event_id = ids.id();
        Metadata {
            event_id,
            occurred_at: occurred_at.unwrap_or_else(|| clock.now()),
            actor: self.actor.clone(),
            correlation_id: self.correlation_id.unwrap_or(event_id),
            causation_id: self.causation_id.clone(),
        }
    }
}
