//! Time and identity as arguments.

use time::OffsetDateTime;
use uuid::Uuid;

/// The local clock. It never decides about the ledger: there, ledger time does.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> OffsetDateTime;
}

/// Fresh ids and random bytes.
pub trait Ids: Send + Sync {
    /// A new id that nobody has, ordered by time (UUID version 7).
    fn id(&self) -> Uuid;

    /// Fills `bytes` from a cryptographic source.
    fn random(&self, bytes: &mut [u8]);
}
