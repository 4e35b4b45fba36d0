//! Schema versions: each component numbers its own migrations, 1, 2, 3 and so on.

/// The tables of one component of the database and how they came to be.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Whose tables, as in `store` or a projection's name.
    pub component: &'static str,
    /// SQL that takes the tables from each version to the next, each in one transaction. What was
    /// released never changes; what is new comes at the end.
    pub migrations: &'static [&'static str],
}

impl Schema {
    /// The newest version that this program knows.
    pub fn version(&self) -> u32 {
        u32::try_from(self.migrations.len()).unwrap_or(u32::MAX)
    }
}
