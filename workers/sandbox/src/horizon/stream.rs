//! Server-sent events: history as it grows. A stream reads on from its cursor when it is opened
//! and after each ledger; between ledgers it sleeps.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::listing::Listing;
use crate::Sandbox;

/// How soon a client shall come back: after a fault, and after an orderly end.
const RETRY: Duration = Duration::from_secs(1);
const RETRY_AT_END: Duration = Duration::from_millis(10);
const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// Where a stream is.
struct Reading {
    sandbox: Sandbox,
    listing: Listing,
    cursor: i64,
    ready: VecDeque<Event>,
    closed: watch::Receiver<u32>,
    stopped: CancellationToken,
    ended: bool,
}

/// Streams a listing from after a cursor.
pub(super) fn events(sandbox: &Sandbox, listing: Listing, cursor: i64) -> Response {
    let hello = Event::default().retry(RETRY).event("open").data("\"hello\"");
    let reading = Reading {
        sandbox: sandbox.clone(),
        listing,
        cursor,
        ready: VecDeque::from([hello]),
        closed: sandbox.closed(),
        stopped: sandbox.stopped(),
        ended: false,
    };
    let events = stream::unfold(reading, async |mut reading| {
        let event = reading.next().await?;
        Some((Ok::<_, Infallible>(event), reading))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

impl Reading {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.ended {
                return None;
            }
            // Marked as seen before reading, so that a ledger that closes meanwhile wakes us.
            self.closed.borrow_and_update();
            let Ok(records) = self.listing.read_after(&self.sandbox, self.cursor).await else {
                // The fault is logged; the client comes back with its last event.
                return None;
            };
            if records.is_empty() {
                self.sleep().await;
            }
            for (token, record) in records {
                self.cursor = token;
                let event = Event::default().id(token.to_string()).data(record.to_string());
                self.ready.push_back(event);
            }
        }
    }

    /// Until the next ledger, or the end.
    async fn sleep(&mut self) {
        tokio::select! {
            Ok(()) = self.closed.changed() => {}
            () = self.stopped.cancelled() => {
                self.ended = true;
                let bye = Event::default().retry(RETRY_AT_END).event("close").data("\"byebye\"");
                self.ready.push_back(bye);
            }
        }
    }
}
