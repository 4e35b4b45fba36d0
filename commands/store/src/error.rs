//! What can go wrong, by what the caller can do about it.

use crate::{NewTask, StreamId};

/// The store itself failed; nothing was written, as far as it can tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else has the database locked. Worth trying again.
    #[error(
        "the database is busy: another process holds its write lock; try again, and look for a process that does not let go"
    )]
    Busy,
    /// The database cannot be reached or opened, or the store was closed. Worth trying again later. Where a connection
    /// broke during a write, that write may have been committed nevertheless: load again before anything is concluded.
    #[error("the database is not available: {detail}")]
    Unavailable {
        /// What was tried and what came back.
        detail: String,
    },
    /// The transaction took longer than it may, and was rolled back.
    #[error("the transaction took longer than {} ms and was rolled back", limit.as_millis())]
    TooSlow {
        /// How long it may take.
        limit: std::time::Duration,
    },
    /// No space is left.
    #[error("the disk that holds the database is full; free some space, nothing was written")]
    Full,
    /// The database can be read and not written.
    #[error(
        "the database cannot be written: {detail}; check the owner and the rights of the file and of its folder"
    )]
    ReadOnly {
        /// What the database said.
        detail: String,
    },
    /// The database holds what it cannot hold.
    #[error("the database is damaged: {detail}; stop, keep the files, and restore a backup")]
    Corrupt {
        /// What was found.
        detail: String,
    },
    /// A newer program has already worked on the database.
    #[error(
        "the database's {component} schema is version {found}, and this program knows only up to {known}; use the newer program"
    )]
    NewerSchema {
        /// Whose schema.
        component: String,
        /// The version in the database.
        found: u32,
        /// The newest version that this program knows.
        known: u32,
    },
    /// A schema change could not be applied.
    #[error("the database's {component} schema could not be brought to version {version}: {detail}")]
    Migration {
        /// Whose schema.
        component: String,
        /// The version that failed.
        version: u32,
        /// What the database said.
        detail: String,
    },
    /// An inline projection refused the events or the database refused its rows.
    #[error("the projection {projection} could not be written: {detail}")]
    Projection {
        /// The projection's name.
        projection: &'static str,
        /// What went wrong.
        detail: String,
    },
    /// Anything else that the database reported.
    #[error("the database failed: {detail}")]
    Database {
        /// What the database said.
        detail: String,
    },
}

/// An append was refused; nothing of it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Somebody else appended to the stream since it was loaded. Load again and decide again.
    #[error("{stream} has changed since it was loaded")]
    Conflict {
        /// The stream.
        stream: StreamId,
    },
    /// The name is taken.
    #[error("the {kind} `{key}` is already reserved by {owner}")]
    Reserved {
        /// What sort of name it is.
        kind: &'static str,
        /// The name.
        key: String,
        /// Who holds it.
        owner: String,
    },
    /// A command with this idempotency key was carried out before.
    #[error("a command with this idempotency key was already carried out")]
    Repeated {
        /// Whether it was the same request.
        fingerprint_matches: bool,
        /// What the first one was answered with.
        outcome: String,
    },
    /// Somebody else has taken the task over, or it is gone. Drop the work.
    #[error("the lease on the task was lost")]
    LeaseLost,
    /// The cursor is not where the caller thought. Read it again.
    #[error("the cursor {name} has moved, to {actual:?}")]
    CursorMoved {
        /// The cursor's name.
        name: String,
        /// Where it is; none if it does not exist.
        actual: Option<String>,
    },
    /// A task of this kind, key and sequence exists already: a mistake in the command.
    #[error("a task {kind} `{key}` with sequence {sequence} exists already")]
    TaskExists {
        /// Which step carries it out.
        kind: &'static str,
        /// What it is about.
        key: String,
        /// Its sequence.
        sequence: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AppendError {
    /// The task is there already.
    pub(crate) fn exists(task: &NewTask) -> Self {
        Self::TaskExists { kind: task.kind, key: task.key.clone(), sequence: task.sequence }
    }
}

/// A lease could not be renewed, given back or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeaseError {
    /// Somebody else has taken it over, or it is gone. Drop the work.
    #[error("the lease was lost")]
    Lost,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
