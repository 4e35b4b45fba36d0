//! Named leases: who does something that only one process may do.

use time::OffsetDateTime;

/// A named lease that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What is leased.
    pub name: String,
    /// Who holds it; unique to one start of one process.
    pub owner: String,
    /// The fencing token: it grows with each holder, also when the same one comes back.
    pub generation: i64,
    /// From then on others may take it over.
    pub until: OffsetDateTime,
}
