//! What of the log is asked for.

use windlass_projections::{LogPosition, audit::LogFilter};

use crate::{auth::Auditor, error::ApiError, fields::Fields};

/// How many events an answer has if nothing is said.
const DEFAULT_LIMIT: usize = 100;
/// The most events of an answer.
const MOST_LISTED: usize = 1_000;

/// A range of the log, and where to go on in it.
pub(super) struct LogQuery {
    /// Which events.
    pub(super) filter: LogFilter,
    /// After which place.
    pub(super) after: LogPosition,
    /// The most to answer with.
    pub(super) limit: usize,
}

impl LogQuery {
    /// As the fields of the address say; a fault is told with its field.
    pub(super) fn read(query: &Fields) -> Result<Self, ApiError> {
        let limit = match query.parse::<usize>("limit")? {
            Some(0) => return Err(ApiError::bad_request("limit: at least 1 is needed")),
            Some(limit) => limit.min(MOST_LISTED),
            None => DEFAULT_LIMIT,
        };
        Ok(Self {
            filter: LogFilter {
                from: query.parse("from")?,
                to: query.parse("to")?,
                asset: query.parse("asset")?,
                account: query.parse("account")?,
            },
            after: query.parse("after")?.unwrap_or(LogPosition::START),
            limit,
        })
    }

    /// Who reads what; one line.
    pub(super) fn note(&self, auditor: &Auditor, query: &Fields, way: &str) {
        let (from, to) = (query.get("from"), query.get("to"));
        let (asset, account) = (query.get("asset"), query.get("account"));
        let after = self.after.to_string();
        tracing::info!(
            auditor = auditor.name,
            after,
            from,
            to,
            asset,
            account,
            way,
            "an auditor reads the log"
        );
    }
}
