//! The requests: each reads what is asked, looks it up or passes it on, and shapes the answer.

pub(super) mod accounts;
pub(super) mod faults;
pub(super) mod fee_stats;
pub(super) mod friendbot;
pub(super) mod history;
pub(super) mod root;
pub(super) mod submit;

use std::collections::HashMap;

use stellar_xdr::AccountId;

use super::Problem;

/// Parameters of a request; those that nobody knows (`X-Client-Name` …) are ignored.
type Parameters = HashMap<String, String>;

fn account_id(text: &str) -> Result<AccountId, Problem> {
    text.parse().map_err(|_| {
        Problem::bad_request(
            "account_id",
            "Account ID must start with `G` and contain 56 alphanum characters",
        )
    })
}
