//! A place in the whole log: the order in which every reader sees the events.

use std::fmt;
use std::str::FromStr;

/// The place of an event in the log. Ordered by transaction first: a position alone would let an
/// event that commits late slip behind a reader's checkpoint.
///
/// Written as `tx.position`, for example `0.42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogPosition {
    /// The id of the writing transaction; 0 where there is a single writer (SQLite, memory).
    pub tx: i64,
    /// The number that the event got when it was inserted.
    pub position: i64,
}

impl LogPosition {
    /// Before the first event.
    pub const START: Self = Self { tx: 0, position: 0 };
}

/// The text is not `tx.position`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a log position: it is two whole numbers with a dot between, as in 0.42")]
pub struct ParsePositionError(String);

impl fmt::Display for LogPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.tx, self.position)
    }
}

impl FromStr for LogPosition {
    type Err = ParsePositionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |digits: &str| {
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        let parse = || {
            let (tx, position) = text.split_once('.')?;
            Some(Self { tx: number(tx)?, position: number(position)? })
        };
        parse().ok_or_else(|| ParsePositionError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_being_written_and_read() {
        let at = LogPosition { tx: 738, position: i64::MAX };
        assert_eq!(at.to_string().parse(), Ok(at));
    }

    #[test]
    fn text_that_is_no_position_is_refused() {
        for text in ["", ".", "1", "1.", ".1", "1.2.3", "-1.2", "+1.2", "1. 2", "9223372036854775808.0"] {
            assert!(text.parse::<LogPosition>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_transaction_counts_before_the_position() {
        let early = LogPosition { tx: 1, position: 9 };
        let late = LogPosition { tx: 2, position: 3 };
        assert!(LogPosition::START < early && early < late);
    }
}
