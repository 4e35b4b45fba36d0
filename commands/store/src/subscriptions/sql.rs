//! The statements on subscriptions. Those of [`Texts`] read the log and are each database's own.

use crate::Dialect;

macro_rules! columns {
    () => {
        "name, kind, version, build, start_tx, start_position, not_before, tx, position, generation, paused, failures,
        retry_at, last_error, failed_type, failed_id, failed_sequence, failed_tx, failed_position, parked_at, handled,
        minute, in_minute, in_last_minute, updated_at"
    };
}

pub(super) const LIST: &str = concat!("SELECT ", columns!(), " FROM subscriptions ORDER BY name");

pub(super) const FIND: &str = concat!("SELECT ", columns!(), " FROM subscriptions WHERE name = $1");

/// Parameters: name, kind, version, place to begin after, time to begin at, now.
pub(super) const BEGIN: &str = "INSERT INTO subscriptions
    (name, kind, version, start_tx, start_position, not_before, tx, position, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $4, $5, $7) ON CONFLICT (name) DO NOTHING RETURNING name";

/// Parameters: name, generation, place; the new place, how many were handled, the minute, now.
pub(super) const ADVANCE: &str = "UPDATE subscriptions SET tx = $5, position = $6, handled = handled + $7,
    in_last_minute = CASE minute WHEN $8 THEN in_last_minute WHEN $8 - 1 THEN in_minute ELSE 0 END,
    in_minute = CASE minute WHEN $8 THEN in_minute + $7 ELSE $7 END, minute = $8,
    failures = 0, retry_at = NULL, last_error = NULL, failed_type = NULL, failed_id = NULL, failed_sequence = NULL,
    failed_tx = NULL, failed_position = NULL, parked_at = NULL, updated_at = $9
    WHERE name = $1 AND generation = $2 AND tx = $3 AND position = $4 RETURNING name";

/// Parameters: name, generation, place; the error, when to try again, when it was parked, the event and its place, now.
pub(super) const FAIL: &str = "UPDATE subscriptions SET failures = failures + 1, last_error = $5, retry_at = $6,
    parked_at = $7, failed_type = $8, failed_id = $9, failed_sequence = $10, failed_tx = $11, failed_position = $12,
    updated_at = $13
    WHERE name = $1 AND generation = $2 AND tx = $3 AND position = $4 RETURNING name";

/// Parameters: name, whether it is held, now.
pub(super) const PAUSE: &str =
    "UPDATE subscriptions SET paused = $2, updated_at = $3 WHERE name = $1 RETURNING name";

/// Parameters: name, now.
pub(super) const RETRY: &str =
    "UPDATE subscriptions SET generation = generation + 1, failures = 0, retry_at = NULL,
    parked_at = NULL, updated_at = $2 WHERE name = $1 RETURNING name";

/// Parameters: name, the place, the time to begin at, now.
pub(super) const RESET: &str = "UPDATE subscriptions SET generation = generation + 1,
    start_tx = $2, start_position = $3, not_before = $4, tx = $2, position = $3,
    failures = 0, retry_at = NULL, last_error = NULL, failed_type = NULL, failed_id = NULL, failed_sequence = NULL,
    failed_tx = NULL, failed_position = NULL, parked_at = NULL, updated_at = $5
    WHERE name = $1 RETURNING name";

/// Parameters: name, generation, place of the event, now.
pub(super) const SKIP: &str = "UPDATE subscriptions SET generation = generation + 1, tx = $3, position = $4,
    failures = 0, retry_at = NULL, last_error = NULL, failed_type = NULL, failed_id = NULL, failed_sequence = NULL,
    failed_tx = NULL, failed_position = NULL, parked_at = NULL, updated_at = $5
    WHERE name = $1 AND generation = $2 AND failed_tx = $3 AND failed_position = $4 RETURNING name";

/// Parameters: name, place, stream, sequence, reason, who, now.
pub(super) const RECORD_SKIP: &str = "INSERT INTO subscription_skips
    (subscription, tx, position, aggregate_type, aggregate_id, sequence, reason, skipped_by, skipped_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

pub(super) const SKIPS: &str =
    "SELECT tx, position, aggregate_type, aggregate_id, sequence, reason, skipped_by,
    skipped_at FROM subscription_skips WHERE subscription = $1 ORDER BY tx, position, skipped_at";

/// Parameters: name, the build that it now has.
pub(super) const NUMBER_BUILD: &str =
    "UPDATE subscriptions SET build = $2 WHERE name = $1 AND build = $2 - 1 RETURNING name";

/// Parameters: name of the build, of the served subscription, version, now.
pub(super) const BEGIN_BUILD: &str = "INSERT INTO subscriptions
    (name, kind, version, start_tx, start_position, not_before, tx, position, updated_at)
    SELECT $1, 'build', $3, start_tx, start_position, not_before, start_tx, start_position, $4
    FROM subscriptions WHERE name = $2";

/// The builds of a subscription, the newest last. Parameter: the name's beginning up to the number, and its length.
pub(super) const BUILDS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM subscriptions WHERE kind = 'build' AND substr(name, 1, CAST($2 AS integer)) = $1 ORDER BY name"
);

/// Only a build that has read as far as what is served, and from the same start, takes its place. Parameters: name, name of the build, its
/// generation and place, version, now.
pub(super) const SWAP: &str = "UPDATE subscriptions SET generation = generation + 1, tx = $4, position = $5,
    version = $6, failures = 0, retry_at = NULL, last_error = NULL, failed_type = NULL, failed_id = NULL,
    failed_sequence = NULL, failed_tx = NULL, failed_position = NULL, parked_at = NULL, updated_at = $7
    WHERE name = $1 AND (tx, position) <= ($4, $5)
    AND EXISTS (SELECT 1 FROM subscriptions AS b
        WHERE b.name = $2 AND b.generation = $3 AND b.tx = $4 AND b.position = $5
            AND b.start_tx = subscriptions.start_tx AND b.start_position = subscriptions.start_position)
    RETURNING name";

pub(super) const FORGET: &str = "DELETE FROM subscriptions WHERE name = $1 AND kind = 'build' RETURNING name";

/// The statements that read the log.
pub(super) struct Texts {
    /// The place of the last final event, and the time from which on later ones are new.
    pub(super) last: &'static str,
    /// The place of the first final event that was recorded at that time or later.
    pub(super) first_since: &'static str,
    /// How many events there are after a place, counted up to a number.
    pub(super) count_after: &'static str,
    /// When the first event after a place was recorded.
    pub(super) next_after: &'static str,
}

const SQLITE: Texts = Texts {
    last: "SELECT 0, coalesce((SELECT position FROM events ORDER BY position DESC LIMIT 1), 0), NULL",
    first_since: "SELECT tx, position FROM events WHERE recorded_at >= $1 ORDER BY position LIMIT 1",
    count_after: "SELECT count(*) FROM (SELECT 1 FROM events
        WHERE position > CASE WHEN $1 > 0 THEN 9223372036854775807 ELSE $2 END LIMIT $3)",
    next_after: "SELECT recorded_at FROM events
        WHERE position > CASE WHEN $1 > 0 THEN 9223372036854775807 ELSE $2 END ORDER BY position LIMIT 1",
};

const POSTGRES: Texts = Texts {
    last: "SELECT coalesce(e.tx, 0), coalesce(e.position, 0), windlass_now() FROM (SELECT 1) AS one
        LEFT JOIN LATERAL (SELECT tx, position FROM events WHERE tx < (SELECT windlass_horizon())
            ORDER BY tx DESC, position DESC LIMIT 1) AS e ON true",
    first_since: "SELECT tx, position FROM events
        WHERE recorded_at >= $1 AND tx < (SELECT windlass_horizon()) ORDER BY tx, position LIMIT 1",
    count_after: "SELECT count(*) FROM (SELECT 1 FROM events WHERE (tx, position) > ($1, $2) LIMIT $3) AS unread",
    next_after: "SELECT recorded_at FROM events WHERE (tx, position) > ($1, $2) ORDER BY tx, position LIMIT 1",
};

pub(super) fn texts(dialect: Dialect) -> &'static Texts {
    match dialect {
        Dialect::Sqlite => &SQLITE,
        Dialect::Postgres => &POSTGRES,
    }
}
