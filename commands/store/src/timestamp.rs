//! Time as the databases keep it: whole microseconds since 1970, UTC.

use std::time::Duration;

use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use crate::StoreError;

/// Microseconds since 1970; anything finer is cut off.
pub(crate) fn to_micros(at: OffsetDateTime) -> i64 {
    // Every OffsetDateTime fits: years up to 9999 are less than 2^58 microseconds away.
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1000)).unwrap_or(i64::MAX)
}

/// The moment that a database wrote down.
pub(crate) fn from_micros(micros: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000)
        .map_err(|_| StoreError::Corrupt { detail: format!("{micros} microseconds since 1970 is no date") })
}

/// The moment as a database will give it back.
pub(crate) fn whole_micros(at: OffsetDateTime) -> OffsetDateTime {
    let at = at.to_offset(UtcOffset::UTC);
    at.replace_nanosecond(at.nanosecond() / 1000 * 1000).unwrap_or(at)
}

/// `wait` after `now`, or the end of time.
pub(crate) fn after(now: OffsetDateTime, wait: Duration) -> OffsetDateTime {
    time::Duration::try_from(wait)
        .ok()
        .and_then(|wait| now.checked_add(wait))
        .unwrap_or(PrimitiveDateTime::MAX.assume_utc())
}
