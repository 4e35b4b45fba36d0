//! A listing: a kind of record, of all history or a part of it, read page by page.

use serde_json::Value;
use stellar_xdr::AccountId;

use super::Problem;
use super::paging::Scope;
use super::resources::{Links, ledger, operation, transaction};
use crate::Sandbox;
use crate::network::store::{Direction, Range};

/// How many records a stream reads at once.
const BATCH: i64 = 200;

/// What is listed.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    pub what: What,
    pub scope: Scope,
    pub account: Option<AccountId>,
    pub join_transactions: bool,
    pub include_failed: bool,
}

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Ledgers,
    Transactions,
    Operations,
    Payments,
}

impl What {
    /// The kind that the last part of a path names, below an account, ledger or transaction.
    pub(super) fn parse(name: &str) -> Result<Self, Problem> {
        match name {
            "transactions" => Ok(Self::Transactions),
            "operations" => Ok(Self::Operations),
            "payments" => Ok(Self::Payments),
            _ => Err(Problem::not_found()),
        }
    }
}

impl Listing {
    /// All records of a kind that did not fail.
    pub(super) fn of(what: What) -> Self {
        Self { what, scope: Scope::ALL, account: None, join_transactions: false, include_failed: false }
    }

    /// The records of a page, with their paging tokens.
    pub(super) async fn read(&self, sandbox: &Sandbox, range: Range) -> Result<Vec<(i64, Value)>, Problem> {
        let (store, network_id) = (sandbox.store(), sandbox.network_id());
        let links = Links::of(sandbox);
        let account = self.account.as_ref();
        Ok(match self.what {
            What::Ledgers => {
                let records = store.ledgers(in_sequences(range)).await?;
                records.iter().map(|record| (ledger::token(record), ledger::render(record, &links))).collect()
            }
            What::Transactions => {
                let records = store.transactions(network_id, range, self.include_failed, account).await?;
                records.iter().map(|record| (record.id, transaction::render(record, &links))).collect()
            }
            What::Operations | What::Payments => {
                let payments = self.what == What::Payments;
                let records =
                    store.operations(network_id, range, self.include_failed, payments, account).await?;
                let join = self.join_transactions;
                records.iter().map(|record| (record.id, operation::render(record, &links, join))).collect()
            }
        })
    }

    /// The next records of a stream.
    pub(super) async fn read_after(
        &self,
        sandbox: &Sandbox,
        cursor: i64,
    ) -> Result<Vec<(i64, Value)>, Problem> {
        let range = Range {
            after: self.scope.after.max(cursor),
            before: self.scope.before,
            direction: Direction::OldestFirst,
            limit: BATCH,
        };
        self.read(sandbox, range).await
    }
}

/// Ledgers are stored by number; as paging tokens these stand in the upper half.
fn in_sequences(range: Range) -> Range {
    Range {
        after: range.after >> 32,
        before: (range.before >> 32) + i64::from(range.before & 0xffff_ffff != 0),
        ..range
    }
}
