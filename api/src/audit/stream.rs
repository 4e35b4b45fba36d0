//! The log as server-sent events: what is there, and then what comes, until the range ends or the server stops.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::stream::unfold;
use time::OffsetDateTime;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::sleep,
};
use windlass_projections::{
    LogPosition,
    audit::{LogEntry, LogFilter, LogReader, Moment},
};

use super::query::LogQuery;
use crate::{Api, error::ApiError};

/// As many streams are open at once.
const MOST_STREAMS: usize = 32;
/// As many events are held for a slow reader.
const BATCH: usize = 100;
/// How often to look for what other processes wrote, where the database tells of nothing.
const POLL: Duration = Duration::from_millis(500);
/// A connection on which nothing comes for so long gets a comment, so that nobody in between takes it for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// An event that is recorded now can be read no later than this, unless the database holds the log back.
const SETTLING: time::Duration = time::Duration::seconds(10);

/// The streams that are open, and the order to end.
pub(crate) struct Streams {
    places: Arc<Semaphore>,
    ended: watch::Sender<bool>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(MOST_STREAMS)), ended: watch::Sender::new(false) }
    }
}

impl Streams {
    /// Ends those that are open, and those that are opened from now on.
    pub(crate) fn end(&self) {
        self.ended.send_replace(true);
    }
}

/// Where a reader that comes back was.
pub(super) fn last_event_id(headers: &HeaderMap) -> Result<Option<LogPosition>, ApiError> {
    let Some(id) = headers.get("last-event-id").filter(|id| !id.is_empty()) else { return Ok(None) };
    let position = id.to_str().ok().map(str::parse::<LogPosition>);
    match position {
        Some(Ok(position)) => Ok(Some(position)),
        Some(Err(error)) => Err(ApiError::BadRequest(format!("Last-Event-ID: {error}"))),
        None => Err(ApiError::bad_request("Last-Event-ID: is no position in the log")),
    }
}

/// The answer that does not end by itself.
pub(super) fn stream(api: Arc<Api>, asked: LogQuery) -> Result<Response, ApiError> {
    let place = api.streams.places.clone().try_acquire_owned().map_err(|_| {
        ApiError::Unavailable("too many streams of the log are open; close one, or read it page by page")
    })?;
    let follower = Follower {
        to: end_of(&asked.filter),
        reader: api.queries.audit_log(asked.filter, asked.after),
        waiting: VecDeque::new(),
        wakeups: api.queries.wakeups(),
        ended: api.streams.ended.subscribe(),
        over: false,
        api,
        _place: place,
    };
    let events = unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(event), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

/// The time at which the range ends; a position ends it by itself.
fn end_of(filter: &LogFilter) -> Option<OffsetDateTime> {
    match filter.to {
        Some(Moment::Time(to)) => to.checked_add(SETTLING),
        Some(Moment::Position(_)) | None => None,
    }
}

/// One reader's stream.
struct Follower {
    api: Arc<Api>,
    reader: LogReader,
    waiting: VecDeque<LogEntry>,
    wakeups: watch::Receiver<u64>,
    ended: watch::Receiver<bool>,
    to: Option<OffsetDateTime>,
    over: bool,
    _place: OwnedSemaphorePermit,
}

impl Follower {
    /// The next event, as soon as there is one; `None` at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if *self.ended.borrow() {
                return None;
            }
            if let Some(entry) = self.waiting.pop_front() {
                return event(&entry);
            }
            if self.over {
                return None;
            }
            let before = self.reader.position();
            self.wakeups.mark_unchanged();
            let page = match self.reader.next(BATCH).await {
                Ok(page) => page,
                Err(error) => {
                    // The reader comes back with the id of the last event that it got.
                    tracing::warn!(%error, "a stream of the log ends, because the log cannot be read");
                    return None;
                }
            };
            self.over = page.over || page.end && self.to.is_some_and(|to| self.api.clock.now() >= to);
            self.waiting.extend(page.events);
            if self.waiting.is_empty() && !page.end && self.reader.position() != before {
                // Nothing was wanted of this stretch: whoever comes back need not look through it again.
                return Some(Event::default().id(self.reader.position().to_string()));
            }
            if self.waiting.is_empty() && page.end && !self.over {
                self.wait().await;
            }
        }
    }

    /// Until something may have been appended, or the server stops.
    async fn wait(&mut self) {
        tokio::select! {
            Ok(()) = self.wakeups.changed() => {}
            _ = self.ended.changed() => {}
            () = sleep(POLL) => {}
        }
    }
}

/// `None` where it cannot be written, which ends the stream.
fn event(entry: &LogEntry) -> Option<Event> {
    let data = serde_json::to_string(entry)
        .inspect_err(|error| tracing::error!(%error, "an event of the log cannot be written as JSON"))
        .ok()?;
    // Only between its parts can JSON have this letter, and there it means nothing.
    Some(Event::default().id(&entry.position).data(data.replace('\r', " ")))
}
