//! Checking the log against its tree and the signed roots.

mod chain;
mod walk;

use std::collections::BTreeSet;

use time::OffsetDateTime;
use windlass_stellar::AccountId;
use windlass_store::{Database, LogPosition};

use self::walk::Walk;
use super::{SealError, Tampering};

/// What to check, and against which keys.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// From the event at that place on, or from a little before: from the last signed root that does not have it.
    pub from: Option<LogPosition>,
    /// Up to the event at that place, or a little further: to the first signed root that has it.
    pub to: Option<LogPosition>,
    /// By which every root must be signed; where there are none, whoever signed is told, and not judged.
    pub keys: BTreeSet<AccountId>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// How many events were read.
    pub events: u64,
    /// How many signed roots were checked.
    pub roots: u64,
    /// How many events of the log the last of them has.
    pub sealed: u64,
    /// Who signed them.
    pub keys: BTreeSet<AccountId>,
    /// How many events there are after the last signed root; none where the log was not read to its end.
    pub unsealed: Option<u64>,
    /// When the first of these was recorded.
    pub unsealed_since: Option<OffsetDateTime>,
    /// The first thing that does not fit; whatever comes after it was not checked.
    pub tampering: Option<Tampering>,
}

/// Reads the log in its order and compares each event with its leaf, and the tree with every signed root. It holds a page
/// of each at a time, however long the log is. The tables of [`super::SealFeed`] must have been made.
///
/// # Errors
/// The database's. What was tampered with is no error.
pub async fn verify(database: &Database, options: &Options) -> Result<Verification, SealError> {
    Walk::begin(database, options).await?.run().await
}
