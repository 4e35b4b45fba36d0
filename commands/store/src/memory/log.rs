//! The events, by stream and in the log's order.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::timestamp::whole_micros;
use crate::{LogPosition, RecordedEvent, StreamAppend, StreamId};

#[derive(Default)]
pub(super) struct Log {
    events: Vec<Arc<RecordedEvent>>,
    streams: BTreeMap<StreamId, Vec<Arc<RecordedEvent>>>,
}

impl Log {
    pub(super) fn load(&self, stream: &StreamId) -> Vec<RecordedEvent> {
        let events = self.streams.get(stream).into_iter().flatten();
        events.map(|event| RecordedEvent::clone(event)).collect()
    }

    pub(super) fn read(&self, after: LogPosition, limit: u32) -> Vec<RecordedEvent> {
        let read = self.events.partition_point(|event| event.at <= after);
        let page = self.events.iter().skip(read).take(limit as usize);
        page.map(|event| RecordedEvent::clone(event)).collect()
    }

    pub(super) fn version(&self, stream: &StreamId) -> usize {
        self.streams.get(stream).map_or(0, Vec::len)
    }

    pub(super) fn append(&mut self, new: StreamAppend, now: OffsetDateTime) -> Vec<RecordedEvent> {
        let mut recorded = Vec::with_capacity(new.events.len());
        for event in new.events {
            let history = self.streams.entry(new.stream.clone()).or_default();
            let event = RecordedEvent {
                stream: new.stream.clone(),
                sequence: history.len() as u64 + 1,
                event_type: event.event_type,
                event_version: event.event_version,
                payload: event.payload,
                metadata: event.metadata,
                at: LogPosition { tx: 0, position: self.events.len() as i64 + 1 },
                recorded_at: whole_micros(now),
            };
            let shared = Arc::new(event.clone());
            history.push(Arc::clone(&shared));
            self.events.push(shared);
            recorded.push(event);
        }
        recorded
    }
}
