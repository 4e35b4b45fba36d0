//! Which tables are copied: each component declares its own.

use crate::Database;

/// A table to be copied, the same in SQLite and PostgreSQL but for its columns' types: numbers, texts, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopiedTable {
    pub(crate) name: &'static str,
    pub(crate) key: &'static [&'static str],
    pub(crate) without: &'static [&'static str],
    pub(crate) checkpoint: Option<(&'static str, &'static str)>,
}

impl CopiedTable {
    /// A table with its primary key's columns, none of which is ever null. Tables that refer to others come after them.
    pub const fn new(name: &'static str, key: &'static [&'static str]) -> Self {
        Self { name, key, without: &[], checkpoint: None }
    }

    /// Leaves these columns out; in the copy they have their default.
    #[must_use]
    pub const fn without(self, columns: &'static [&'static str]) -> Self {
        Self { without: columns, ..self }
    }

    /// The columns that say how far the log was read: they are translated to the same place in the copy.
    #[must_use]
    pub const fn with_checkpoint(self, tx: &'static str, position: &'static str) -> Self {
        Self { checkpoint: Some((tx, position)), ..self }
    }
}

/// The store's own, beside the events. Nobody holds a lease in a copy; generations go on growing.
const STORE: [CopiedTable; 5] = [
    CopiedTable::new("commands", &["key"]),
    CopiedTable::new("reservations", &["kind", "key"]),
    CopiedTable::new("cursors", &["name"]),
    CopiedTable::new("tasks", &["id"]).without(&["lease_owner", "leased_until", "running_key"]),
    CopiedTable::new("leases", &["name"]).without(&["owner"]),
];

/// Every table that is copied, in order.
pub(super) fn all(from: &Database, others: &[CopiedTable]) -> Vec<CopiedTable> {
    let projections = from.projections().iter().map(|projection| projection.table());
    let projections = projections.map(|table| CopiedTable::new(table.name, table.key));
    STORE.into_iter().chain(projections).chain(others.iter().copied()).collect()
}
