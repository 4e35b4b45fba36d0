//! Which tables are copied: each component declares its own.

use crate::Database;

/// A table to be copied, the same in SQLite and PostgreSQL but for its columns' types: numbers, texts, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopiedTable {
    pub(crate) name: &'static str,
    pub(crate) key: &'static [&'static str],
    pub(crate) without: &'static [&'static str],
    pub(crate) checkpoints: &'static [(&'static str, &'static str)],
}

impl CopiedTable {
    /// A table with its primary key's columns, none of which is ever null. Tables that refer to others come after them.
    pub const fn new(name: &'static str, key: &'static [&'static str]) -> Self {
        Self { name, key, without: &[], checkpoints: &[] }
    }

    /// Leaves these columns out; in the copy they have their default.
    #[must_use]
    pub const fn without(self, columns: &'static [&'static str]) -> Self {
        Self { without: columns, ..self }
    }

    /// The pairs of columns, transaction and position, that name places in the log: they are translated to the same places
    /// in the copy.
    #[must_use]
    pub const fn with_checkpoints(self, columns: &'static [(&'static str, &'static str)]) -> Self {
        Self { checkpoints: columns, ..self }
    }
}

/// The store's own, beside the events. Nobody holds a lease in a copy; generations go on growing.
const STORE: [CopiedTable; 7] = [
    CopiedTable::new("commands", &["key"]),
    CopiedTable::new("reservations", &["kind", "key"]),
    CopiedTable::new("cursors", &["name"]),
    CopiedTable::new("tasks", &["id"]).without(&["lease_owner", "leased_until", "running_key"]),
    CopiedTable::new("leases", &["name"]).without(&["owner"]),
    CopiedTable::new("subscriptions", &["name"]).with_checkpoints(&[
        ("start_tx", "start_position"),
        ("tx", "position"),
        ("failed_tx", "failed_position"),
    ]),
    CopiedTable::new("subscription_skips", &["subscription", "tx", "position", "skipped_at"])
        .with_checkpoints(&[("tx", "position")]),
];

/// Every table that is copied, in order.
pub(super) fn all(from: &Database, others: &[CopiedTable]) -> Vec<CopiedTable> {
    let projections = from.projections().iter().map(|projection| projection.table());
    let projections = projections.map(|table| CopiedTable::new(table.name, table.key));
    STORE.into_iter().chain(projections).chain(others.iter().copied()).collect()
}
