//! A moment of the log: a time, or a place in it.

use std::{fmt, str::FromStr};

use time::{
    Date, OffsetDateTime,
    format_description::{BorrowedFormatItem, well_known::Rfc3339},
    macros::format_description,
};
use windlass_store::{LogPosition, RecordedEvent};

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// A moment of the log. Written as RFC 3339 (`2026-01-31T12:00:00Z`, or a day alone for its midnight in UTC), or as a
/// position (`0.42`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// By when an event was recorded.
    Time(OffsetDateTime),
    /// By its place in the log.
    Position(LogPosition),
}

/// The text is no moment of the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is neither a time (such as 2026-01-31T12:00:00Z, or 2026-01-31 for its midnight in UTC) nor a position in the log (such as 0.42)"
)]
pub struct ParseMomentError(String);

impl Moment {
    /// Whether the event had been recorded by then, that very moment included.
    pub(super) fn has(self, event: &RecordedEvent) -> bool {
        match self {
            Self::Time(time) => event.recorded_at <= time,
            Self::Position(position) => event.at <= position,
        }
    }

    /// Whether the event was recorded before.
    pub(super) fn is_after(self, event: &RecordedEvent) -> bool {
        match self {
            Self::Time(time) => event.recorded_at < time,
            Self::Position(position) => event.at < position,
        }
    }
}

impl FromStr for Moment {
    type Err = ParseMomentError;

    fn from_str(text: &str) -> Result<Self, ParseMomentError> {
        if let Ok(position) = text.parse() {
            return Ok(Self::Position(position));
        }
        OffsetDateTime::parse(text, &Rfc3339)
            .or_else(|_| Date::parse(text, DAY).map(|day| day.midnight().assume_utc()))
            .map(Self::Time)
            .map_err(|_| ParseMomentError(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(time) => f.write_str(&super::words::time(*time)),
            Self::Position(position) => fmt::Display::fmt(position, f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_or_a_position() {
        let midnight = "2026-01-31T00:00:00Z".parse::<Moment>().unwrap();
        assert_eq!("2026-01-31".parse(), Ok(midnight));
        assert_eq!("2026-01-31T01:00:00+01:00".parse(), Ok(midnight));
        assert_eq!("7.42".parse(), Ok(Moment::Position(LogPosition { tx: 7, position: 42 })));
        for moment in [midnight, Moment::Position(LogPosition::START)] {
            assert_eq!(moment.to_string().parse(), Ok(moment));
        }
    }

    #[test]
    fn what_is_no_moment_is_refused_with_what_would_be_right() {
        for text in ["", "yesterday", "42", "2026-13-01", "2026-01-31 12:00", "2026-01-31T12:00:00", "-1.2"] {
            let refusal = text.parse::<Moment>().expect_err(text).to_string();
            assert!(refusal.contains("2026-01-31T12:00:00Z") && refusal.contains("0.42"), "{refusal}");
        }
    }
}
