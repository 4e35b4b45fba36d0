//! Statements on whole tables of projections, whose names are the program's own.

use crate::{Statement, Table};

impl Statement {
    /// Deletes every row of the served table.
    pub fn empty(table: Table) -> Self {
        Self::composed(format!("DELETE FROM {}", table.name))
    }

    /// Drops the table under that suffix, with its indexes.
    pub fn drop_table(table: Table, suffix: &str) -> Self {
        Self::composed(format!("DROP TABLE IF EXISTS {}{suffix}", table.name))
    }

    /// Gives the table under that suffix the served table's name. Its indexes and constraints keep theirs: no other build
    /// has the same number.
    pub fn serve_table(table: Table, suffix: &str) -> Self {
        Self::composed(format!("ALTER TABLE {0}{suffix} RENAME TO {0}", table.name))
    }
}
