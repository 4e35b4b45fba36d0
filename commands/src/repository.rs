//! Aggregates from events and back: one place where the log's text becomes types.

use cqrs_es::{Aggregate, DomainEvent};
use time::OffsetDateTime;
use uuid::Uuid;
use windlass_domain::Metadata;
use windlass_store::{Append, AppendError, NewEvent, RecordedEvent, StreamAppend, StreamId};

use crate::{CommandError, Commands, Context};

/// How often a command that met a change by others is decided anew.
pub(crate) const TRIES: u32 = 4;

/// An aggregate as loaded.
pub(crate) struct Loaded<A> {
    pub(crate) stream: StreamId,
    pub(crate) state: A,
    history: Vec<RecordedEvent>,
}

impl<A: Aggregate> Loaded<A> {
    /// The number of its last event.
    pub(crate) fn version(&self) -> u64 {
        self.history.len() as u64
    }

    /// What its events have in common with all that follows from the same request.
    pub(crate) fn correlation_id(&self) -> Option<Uuid> {
        let last: Metadata = serde_json::from_str(&self.history.last()?.metadata).ok()?;
        Some(last.correlation_id)
    }
}

impl Commands {
    pub(crate) async fn load<A: Aggregate>(&self, id: &str) -> Result<Loaded<A>, CommandError> {
        let stream = StreamId::new(A::TYPE, id);
        let history = self.store.load(&stream).await?;
        let mut state = A::default();
        for event in &history {
            state.apply(serde_json::from_str(&event.payload).map_err(|source| CommandError::Malformed {
                what: format!("event {} of {stream}", event.sequence),
                source,
            })?);
        }
        Ok(Loaded { stream, state, history })
    }

    /// The append of `events` to what was loaded; they happened at `occurred_at`, or now.
    pub(crate) fn changes<A: Aggregate>(
        &self,
        loaded: Loaded<A>,
        events: &[A::Event],
        context: &Context,
        occurred_at: Option<OffsetDateTime>,
    ) -> Result<StreamAppend, CommandError> {
        let occurred_at = occurred_at.unwrap_or_else(|| self.clock.now());
        let mut correlation_id = context.correlation_id.or_else(|| loaded.correlation_id());
        let mut written = Vec::with_capacity(events.len());
        for event in events {
            let event_id = self.ids.id();
            let metadata = Metadata {
                event_id,
                occurred_at,
                actor: context.actor.clone(),
                correlation_id: *correlation_id.get_or_insert(event_id),
                causation_id: context.causation_id.clone(),
            };
            let malformed = |source| CommandError::Malformed {
                what: format!("{} of {}", event.event_type(), loaded.stream),
                source,
            };
            written.push(NewEvent {
                event_type: event.event_type(),
                event_version: event.event_version(),
                payload: serde_json::to_string(event).map_err(malformed)?,
                metadata: serde_json::to_string(&metadata).map_err(malformed)?,
            });
        }
        Ok(StreamAppend { stream: loaded.stream, history: loaded.history, events: written })
    }

    /// Appends. `None`: others changed a stream since it was loaded; decide anew.
    pub(crate) async fn append(&self, append: Append) -> Result<Option<()>, CommandError> {
        match self.store.append(append).await {
            Ok(_) => Ok(Some(())),
            Err(AppendError::Conflict { .. }) => Ok(None),
            Err(AppendError::LeaseLost) => Err(CommandError::LeaseLost),
            Err(AppendError::CursorMoved { .. }) => Err(CommandError::CursorMoved),
            Err(AppendError::Store(error)) => Err(error.into()),
            Err(other) => Err(CommandError::Unexpected(other)),
        }
    }

    /// A moment before deciding anew, so that those who met do not meet again.
    pub(crate) async fn pause_after_conflict(&self, attempt: u32) {
        let mut random = [0; 2];
        self.ids.random(&mut random);
        let most = 4u64 << attempt.min(6);
        let wait = u64::from(u16::from_le_bytes(random)) % most;
        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
    }
}
