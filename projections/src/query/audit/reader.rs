//! The log, page by page: whatever its size, no more than a page of it is held at once.

use windlass_store::LogPosition;

use super::{LogEntry, LogFilter, Moment, belonging::Owners};
use crate::{Queries, QueryError};

/// How many events are read at once.
const PAGE: u32 = 1_000;

/// Reads the log on from a position.
pub struct LogReader {
    queries: Queries,
    filter: LogFilter,
    after: LogPosition,
    owners: Owners,
}

/// What a stretch of the log had.
#[derive(Debug)]
pub struct LogPage {
    /// The events that were wanted.
    pub events: Vec<LogEntry>,
    /// How many were read for them.
    pub read: u64,
    /// Whether there is nothing more at present.
    pub end: bool,
    /// Whether there is nothing more for ever: the range has ended.
    pub over: bool,
}

impl LogReader {
    /// Where it has read to: whoever goes on after this misses nothing and gets nothing twice.
    pub fn position(&self) -> LogPosition {
        self.after
    }

    /// The next stretch, of which at most `most` events are wanted. A stretch without any is not the end.
    pub async fn next(&mut self, most: usize) -> Result<LogPage, QueryError> {
        let by_transfer = self.filter.goes_by_transfer();
        let all = !by_transfer && self.filter.from.is_none() && self.filter.to.is_none();
        let limit = if all { PAGE.min(u32::try_from(most).unwrap_or(PAGE)) } else { PAGE };
        let mut events = self.queries.store.read_log(self.after, limit).await?;
        let mut end = (events.len() as u64) < u64::from(limit);
        let mut over = false;
        if let Some(Moment::Position(to)) = self.filter.to {
            let inside = events.iter().take_while(|event| event.at < to).count();
            over = inside < events.len();
            end = end || over;
            events.truncate(inside);
        }
        let mut read = events.len() as u64;
        let last = events.last().map(|event| event.at);
        events.retain(|event| self.filter.spans(event));
        if by_transfer && !events.is_empty() {
            events = self.owners.wanted(&self.queries, &self.filter, events).await?;
        }
        if events.len() > most {
            events.truncate(most);
            (end, over) = (false, false);
            read = events.len() as u64;
            self.after = events.last().map_or(self.after, |event| event.at);
        } else {
            self.after = last.unwrap_or(self.after);
        }
        let events = events.into_iter().map(LogEntry::of).collect::<Result<_, _>>()?;
        Ok(LogPage { events, read, end, over })
    }
}

impl Queries {
    /// Reads what `filter` wants of the log after a position.
    pub fn audit_log(&self, filter: LogFilter, after: LogPosition) -> LogReader {
        let after = match filter.from {
            Some(Moment::Position(LogPosition { tx, position })) => {
                after.max(LogPosition { tx, position: position.saturating_sub(1) })
            }
            _ => after,
        };
        LogReader { queries: self.clone(), filter, after, owners: Owners::default() }
    }
}
