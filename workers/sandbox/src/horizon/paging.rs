//! Pages: cursor, order and limit in a request, and the links to the pages before and after.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::Problem;
use crate::network::store::{Direction, Range};

const DEFAULT_LIMIT: i64 = 10;
const MAX_LIMIT: i64 = 200;

/// What a request says about the page it wants. Unknown parameters are no concern of ours.
#[derive(Clone, Debug)]
pub(super) struct PageQuery {
    cursor: Option<Cursor>,
    direction: Direction,
    limit: i64,
    /// Whether operations come with their transactions.
    pub join_transactions: bool,
    /// Whether what failed is listed too.
    pub include_failed: bool,
}

#[derive(Clone, Copy, Debug)]
enum Cursor {
    /// After all that has happened so far.
    Now,
    At(i64),
}

/// The part of history that a path speaks of, both ends exclusive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    pub after: i64,
    pub before: i64,
}

impl Scope {
    pub(super) const ALL: Self = Self { after: -1, before: i64::MAX };

    pub(super) fn ledger(sequence: u32) -> Self {
        Self { after: i64::from(sequence) << 32, before: (i64::from(sequence) + 1) << 32 }
    }

    /// The one record with this token.
    pub(super) fn only(token: i64) -> Self {
        Self { after: token.saturating_sub(1), before: token.saturating_add(1) }
    }

    /// The operations of one transaction.
    pub(super) fn transaction(id: i64) -> Self {
        Self { after: id, before: id | 0xfff }
    }
}

/// The first token of the ledger after this one: all that happened lies before it.
pub(super) fn end_of(ledger: u32) -> i64 {
    (i64::from(ledger) + 1) << 32
}

impl PageQuery {
    pub(super) fn parse(query: &HashMap<String, String>) -> Result<Self, Problem> {
        // A client that has no cursor sends an empty one.
        let given = |name: &str| query.get(name).map(String::as_str).filter(|v| !v.is_empty());
        let cursor = match given("cursor") {
            None => None,
            Some("now") => Some(Cursor::Now),
            Some(token) => Some(Cursor::At(parse_cursor(token)?)),
        };
        let direction = match given("order") {
            None | Some("asc") => Direction::OldestFirst,
            Some("desc") => Direction::NewestFirst,
            Some(_) => return Err(Problem::bad_request("order", "order must be asc or desc")),
        };
        let limit = match given("limit").map(str::parse) {
            None => DEFAULT_LIMIT,
            Some(Ok(limit)) if (1..=MAX_LIMIT).contains(&limit) => limit,
            Some(_) => {
                return Err(Problem::bad_request("limit", "limit must be between 1 and 200"));
            }
        };
        let join_transactions = match given("join") {
            None => false,
            Some("transactions") => true,
            Some(_) => return Err(Problem::bad_request("join", "only transactions can be joined")),
        };
        let include_failed = match given("include_failed") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                return Err(Problem::bad_request("include_failed", "must be true or false"));
            }
        };
        Ok(Self { cursor, direction, limit, join_transactions, include_failed })
    }

    /// What to read, where `now` is the end of all history.
    pub(super) fn range(&self, scope: Scope, now: i64) -> Range {
        let cursor = self.cursor.map(|cursor| match cursor {
            Cursor::Now => now,
            Cursor::At(token) => token,
        });
        let (mut after, mut before) = (scope.after, scope.before);
        match self.direction {
            Direction::OldestFirst => after = after.max(cursor.unwrap_or(after)),
            Direction::NewestFirst => before = before.min(cursor.unwrap_or(before)),
        }
        Range { after, before, direction: self.direction, limit: self.limit }
    }

    /// Where a stream begins: after the last event that the client has, else after the cursor.
    pub(super) fn stream_start(&self, last_event: Option<&str>, now: i64) -> Result<i64, Problem> {
        if let Some(token) = last_event.filter(|token| !token.is_empty() && *token != "now") {
            return parse_cursor(token);
        }
        Ok(match self.cursor {
            None => -1,
            Some(Cursor::Now) => now,
            Some(Cursor::At(token)) => token,
        })
    }

    /// A page of records, given with their tokens, that was read at this URL.
    pub(super) fn page(&self, url: &str, records: Vec<(i64, Value)>) -> Value {
        let (order, reverse) = match self.direction {
            Direction::OldestFirst => ("asc", "desc"),
            Direction::NewestFirst => ("desc", "asc"),
        };
        let cursor = match self.cursor {
            None => String::new(),
            Some(Cursor::Now) => "now".to_owned(),
            Some(Cursor::At(token)) => token.to_string(),
        };
        let token = |record: Option<&(i64, Value)>| {
            record.map_or_else(|| cursor.clone(), |(token, _)| token.to_string())
        };
        let mut options = String::new();
        if self.join_transactions {
            options.push_str("&join=transactions");
        }
        if self.include_failed {
            options.push_str("&include_failed=true");
        }
        let limit = self.limit;
        let link = |cursor: &str, order: &str| json!({"href": format!("{url}?cursor={cursor}&limit={limit}&order={order}{options}")});
        json!({
            "_links": {
                "self": link(&cursor, order),
                "next": link(&token(records.last()), order),
                "prev": link(&token(records.first()), reverse),
            },
            "_embedded": {
                "records": records.into_iter().map(|(_, record)| record).collect::<Vec<_>>(),
            },
        })
    }
}

fn parse_cursor(token: &str) -> Result<i64, Problem> {
    token
        .parse()
        .ok()
        .filter(|token| *token >= 0)
        .ok_or_else(|| Problem::bad_request("cursor", "cursor must be a paging token or now"))
}
