//! A walk through the log, stream by stream, each read whole.

use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;

use crate::sql::rows;
use crate::{
    Database, InlineProjection, LogPosition, RecordedEvent, Statement, StoreError, StreamChange, StreamId,
};

/// How long the transaction of a page may take.
const PAGE_TIME: Duration = Duration::from_millis(100);
const FIRST_PAGE: u32 = 1_000;
const LARGEST_PAGE: u32 = 20_000;
/// How far a walk through the log has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Walked {
    /// How many streams are done.
    pub streams: u64,
    /// How many events they had.
    pub events: u64,
}

/// Up to where the log is replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// To its end.
    End,
    /// To that event, and with it.
    Position(LogPosition),
    /// To what was recorded at that moment.
    Time(OffsetDateTime),
}

/// A walk through the log, stream by stream.
pub(super) struct Walk {
    kinds: &'static [&'static str],
    until: Until,
    /// The place in `kinds`, and the last stream of that kind that is done.
    at: (usize, String),
    page: u32,
    progress: Walked,
}

/// Some streams, each whole.
pub(super) struct Page {
    pub(super) streams: Vec<Vec<RecordedEvent>>,
    /// The last of them.
    pub(super) kind: &'static str,
    pub(super) last: String,
    /// How far the walk is with them.
    pub(super) walked: Walked,
}

impl Walk {
    pub(super) fn of(
        projection: &dyn InlineProjection,
        until: Until,
        cursor: (Option<String>, Option<String>),
        progress: Walked,
    ) -> Self {
        let kinds = projection.aggregate_types();
        let at = match cursor {
            (Some(kind), Some(id)) => (kinds.iter().position(|known| *known == kind).unwrap_or(0), id),
            _ => (0, String::new()),
        };
        Self { kinds, until, at, page: FIRST_PAGE, progress }
    }

    /// The next streams; none at the end.
    pub(super) async fn next(&mut self, database: &Database) -> Result<Option<Page>, StoreError> {
        while let Some(kind) = self.kinds.get(self.at.0) {
            let page = Statement::new(database.engine().texts().streams)
                .text(*kind)
                .text(self.at.1.as_str())
                .integer(i64::from(self.page));
            let page = database.read(page).await?;
            let is_last = page.len() < self.page as usize;
            let mut streams: Vec<Vec<RecordedEvent>> = Vec::new();
            for row in &page {
                let event = rows::event(row)?;
                match streams.last_mut() {
                    Some(stream) if stream.last().is_some_and(|last| last.stream == event.stream) => {
                        stream.push(event);
                    }
                    _ => streams.push(vec![event]),
                }
            }
            if !is_last {
                self.complete(database, &mut streams).await?;
            }
            let Some(last) = streams.last().and_then(|stream| stream.first()) else {
                self.at = (self.at.0 + 1, String::new());
                continue;
            };
            self.at.1.clone_from(&last.stream.aggregate_id);
            self.progress.streams += streams.len() as u64;
            self.progress.events += streams.iter().map(|stream| stream.len() as u64).sum::<u64>();
            for stream in &mut streams {
                stream.retain(|event| self.until.covers(event));
            }
            streams.retain(|stream| !stream.is_empty());
            return Ok(Some(Page { streams, kind, last: self.at.1.clone(), walked: self.progress }));
        }
        Ok(None)
    }

    /// The last stream of a full page may go on behind it: it is left for the next page, or, alone, read whole.
    async fn complete(
        &self,
        database: &Database,
        streams: &mut Vec<Vec<RecordedEvent>>,
    ) -> Result<(), StoreError> {
        let Some(cut) = streams.pop() else { return Ok(()) };
        if streams.is_empty()
            && let Some(event) = cut.first()
        {
            let whole: StreamId = event.stream.clone();
            streams.push(database.engine().load(&whole).await?);
        }
        Ok(())
    }

    /// Larger pages while they are quick, smaller ones where they are slow.
    pub(super) fn adapt(&mut self, took: Duration) {
        if took > PAGE_TIME {
            self.page = (self.page / 2).max(100);
        } else if took < PAGE_TIME / 3 {
            self.page = (self.page * 2).min(LARGEST_PAGE);
        }
    }
}

impl Until {
    /// Whether the event is part of it.
    pub fn covers(self, event: &RecordedEvent) -> bool {
        match self {
            Self::End => true,
            Self::Position(last) => event.at <= last,
            Self::Time(moment) => event.recorded_at <= moment,
        }
    }
}

/// The rows of whole streams, as the projection's upsert.
pub(super) fn upsert(
    database: &Database,
    projection: &dyn InlineProjection,
    suffix: &str,
    streams: &[Vec<RecordedEvent>],
) -> Result<Statement, StoreError> {
    let mut all = Vec::new();
    for history in streams {
        let Some(first) = history.first() else { continue };
        let change = StreamChange { stream: &first.stream, history, appended: &[] };
        for row in crate::planned_row::rows_of(projection, &change)? {
            all.push(Value::Object(row.into_object()));
        }
    }
    let json = Value::Array(all).to_string();
    Ok(Statement::on_build(projection.statement(database.dialect()), suffix).text(json))
}
