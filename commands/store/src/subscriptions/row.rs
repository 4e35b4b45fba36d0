//! A subscription's row.

use time::OffsetDateTime;

use crate::timestamp::{from_micros, to_micros};
use crate::{LogPosition, Row, StoreError, StreamId};

/// What a subscription does with events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Keeps tables: its checkpoint moves in the transaction of its rows.
    Feed,
    /// Does something outside, at least once.
    Effect,
    /// Fills new tables for a feed, beside those that are served.
    Build,
}

impl Kind {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Effect => "effect",
            Self::Build => "build",
        }
    }
}

/// How far a subscription has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its name; of a build, `NAME@NUMBER`.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// The program's version of the rows that it serves.
    pub version: u32,
    /// The number of the last build that was begun; 1 is the first filling.
    pub build: i64,
    /// Where it began.
    pub start: LogPosition,
    /// Events that were recorded earlier are passed over.
    pub not_before: Option<OffsetDateTime>,
    /// The last event that is done.
    pub at: LogPosition,
    /// Grows whenever an operator or a build moves it.
    pub generation: i64,
    /// An operator holds it.
    pub paused: bool,
    /// How often it failed since it last succeeded.
    pub failures: u32,
    /// Not to be tried before.
    pub retry_at: Option<OffsetDateTime>,
    /// What went wrong last, while it has not succeeded since.
    pub last_error: Option<String>,
    /// The event at which it fails, where that is known.
    pub failed_at: Option<FailedAt>,
    /// Since when it waits for an operator.
    pub parked_at: Option<OffsetDateTime>,
    /// How many events it has handled.
    pub handled: u64,
    minute: i64,
    in_minute: u64,
    in_last_minute: u64,
    /// When this was written.
    pub updated_at: OffsetDateTime,
}

/// An event at which a subscription fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAt {
    /// Its stream.
    pub stream: StreamId,
    /// Its number within the stream.
    pub sequence: u64,
    /// Its place in the log.
    pub at: LogPosition,
}

impl Subscription {
    /// Events handled per second over the last minute.
    pub fn rate(&self, now: OffsetDateTime) -> f64 {
        let now = to_micros(now);
        let minute = now.div_euclid(super::MICROS_PER_MINUTE);
        let (current, last) = match minute - self.minute {
            0 => (self.in_minute, self.in_last_minute),
            1 => (0, self.in_minute),
            _ => (0, 0),
        };
        // Of the last minute, the part that is less than a minute ago.
        let passed = now.rem_euclid(super::MICROS_PER_MINUTE) as f64 / super::MICROS_PER_MINUTE as f64;
        (current as f64 + last as f64 * (1.0 - passed)) / 60.0
    }
}

pub(super) fn subscription(row: &Row) -> Result<Subscription, StoreError> {
    let kind = match row.get::<String>(1)?.as_str() {
        "feed" => Kind::Feed,
        "effect" => Kind::Effect,
        "build" => Kind::Build,
        other => {
            return Err(StoreError::Corrupt { detail: format!("'{other}' is no kind of subscription") });
        }
    };
    let time = |column| row.get::<Option<i64>>(column)?.map(from_micros).transpose();
    let failed_at = match (row.get::<Option<String>>(14)?, row.get::<Option<String>>(15)?) {
        (Some(aggregate_type), Some(aggregate_id)) => Some(FailedAt {
            stream: StreamId::new(aggregate_type, aggregate_id),
            sequence: row.count(16)?,
            at: LogPosition { tx: row.get(17)?, position: row.get(18)? },
        }),
        _ => None,
    };
    Ok(Subscription {
        name: row.get(0)?,
        kind,
        version: u32::try_from(row.count(2)?).unwrap_or(u32::MAX),
        build: row.get(3)?,
        start: LogPosition { tx: row.get(4)?, position: row.get(5)? },
        not_before: time(6)?,
        at: LogPosition { tx: row.get(7)?, position: row.get(8)? },
        generation: row.get(9)?,
        paused: row.get::<i64>(10)? == 1,
        failures: u32::try_from(row.count(11)?).unwrap_or(u32::MAX),
        retry_at: time(12)?,
        last_error: row.get(13)?,
        failed_at,
        parked_at: time(19)?,
        handled: row.count(20)?,
        minute: row.get(21)?,
        in_minute: row.count(22)?,
        in_last_minute: row.count(23)?,
        updated_at: from_micros(row.get(24)?)?,
    })
}
