//! Why a copy did not come to its end, by what can be done about it.

use crate::StoreError;

/// A copy did not come to its end. The source is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CopyError {
    /// Somebody works on the source.
    #[error(
        "{0}: stop the anchor first, every process of it (after a crash, wait until its leases have run out)"
    )]
    SourceBusy(String),
    /// Tables of a projection are being built.
    #[error("the projection {0} is being rebuilt in the source: let that come to its end first")]
    Building(String),
    /// There is something in the target that no copy has put there.
    #[error("the target is not empty: there are rows in {0}; give an empty database")]
    TargetNotEmpty(&'static str),
    /// A copy from somewhere else was begun in the target.
    #[error(
        "a copy from {0} into this target was begun and not ended: give the same --from, or --restart to begin anew"
    )]
    OtherSource(String),
    /// The target holds an event that the source does not.
    #[error("the target holds event {1} of {0}, which the source does not: --restart begins anew")]
    ForeignEvent(String, i64),
    /// A table has other columns on the other side, or of a type that cannot be carried over.
    #[error("the table {table} cannot be copied: {detail}")]
    Columns {
        /// The table.
        table: &'static str,
        /// What does not fit.
        detail: String,
    },
    /// Both sides are not the same.
    #[error(
        "the table {table} is not the same on both sides ({source_rows} rows in the source, {target_rows} in the target): \
        something wrote to one of them meanwhile; stop it, and begin anew with --restart"
    )]
    Differs {
        /// The table.
        table: &'static str,
        /// How many rows there are in the source.
        source_rows: u64,
        /// How many rows there are in the target.
        target_rows: u64,
    },
    /// One of the databases failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
