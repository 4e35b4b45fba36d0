//! What one command writes: everything in an [`Append`] is committed together, or nothing is.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;

use crate::{AppendError, NewEvent, NewTask, RecordedEvent, StreamId, TaskLease};

/// One command's writes.
///
/// They are checked, and where several are refused the first is reported, in this order: `key`,
/// `settle`, `cursor`, `streams`, `reservations`, `tasks`. `releases` come before `reservations`
/// and `cancel_tasks` before `settle` and `tasks`, so that one append can replace what it takes
/// away.
#[derive(Debug, Clone, Default)]
pub struct Append {
    /// Events for any number of streams, each stream at most once.
    pub streams: Vec<StreamAppend>,
    /// Names to be taken, each of them free until now.
    pub reservations: Vec<Reservation>,
    /// Reservations to be given up, by kind and key; one that is not there does no harm.
    pub releases: Vec<(&'static str, String)>,
    /// Work to be done after the commit.
    pub tasks: Vec<NewTask>,
    /// Tasks that are no longer wanted, by kind and key. What is leased now stays: it will find
    /// out for itself. Waiting and parked ones go.
    pub cancel_tasks: Vec<(&'static str, String)>,
    /// The end of the task which this command carries out.
    pub settle: Option<Settle>,
    /// A cursor that moves with the events that were read up to it.
    pub cursor: Option<CursorMove>,
    /// Makes a repeat of the command recognisable.
    pub key: Option<IdempotencyKey>,
}

/// New events of one stream.
#[derive(Debug, Clone)]
pub struct StreamAppend {
    /// The stream.
    pub stream: StreamId,
    /// The stream as it was loaded. Its length is the expected version; inline projections fold it.
    pub history: Vec<RecordedEvent>,
    /// What is added. With none, the stream is neither changed nor checked.
    pub events: Vec<NewEvent>,
}

/// A name that only one owner can hold: a memo, a payment's natural key, an account's sequence.
///
/// It stays in force until it is released, or until its expiry has passed *and*
/// [`drop_expired_reservations`](crate::EventStore::drop_expired_reservations) has taken it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// What sort of name it is.
    pub kind: &'static str,
    /// The name, unique within its kind.
    pub key: String,
    /// Who holds it. Reserving again is refused, to the owner as to others.
    pub owner: String,
    /// From when it may be dropped; never, if none.
    pub expires_at: Option<OffsetDateTime>,
}

/// How a leased task ends, in the transaction of the command that carried it out. Refused as
/// [`LeaseLost`](crate::AppendError::LeaseLost) once somebody else has taken the task over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settle {
    /// Done: the task is deleted.
    Finish(TaskLease),
    /// To be looked at again.
    Reschedule {
        /// The task.
        lease: TaskLease,
        /// When it is due next.
        due_at: OffsetDateTime,
        /// Whether the attempts are counted from zero again, as after progress.
        attempts_reset: bool,
    },
}

impl Settle {
    /// The lease that is settled.
    pub fn lease(&self) -> &TaskLease {
        match self {
            Self::Finish(lease) | Self::Reschedule { lease, .. } => lease,
        }
    }
}

/// A compare-and-set of a named cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorMove {
    /// The cursor's name.
    pub name: String,
    /// What it must be now; none if it must not exist yet.
    pub from: Option<String>,
    /// What it becomes.
    pub to: String,
}

/// What a command is known by when a caller sends it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The caller's key, already scoped to the caller.
    pub key: String,
    /// A digest of the request, to tell a repeat from a different request under the same key.
    pub fingerprint: Vec<u8>,
    /// What a repeat is answered with.
    pub outcome: String,
}

/// What was appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The recorded events, stream by stream as in [`Append::streams`].
    pub streams: Vec<Vec<RecordedEvent>>,
}

impl Append {
    /// What the append refuses by itself, whatever the store holds: the same thing twice.
    pub(crate) fn contradiction(&self) -> Option<AppendError> {
        let mut streams = BTreeSet::new();
        for append in self.changes() {
            if !streams.insert(&append.stream) {
                let stream = append.stream.clone();
                return Some(AppendError::Conflict { stream });
            }
        }
        let mut names = BTreeMap::new();
        for new in &self.reservations {
            if let Some(owner) = names.insert((new.kind, &new.key), &new.owner) {
                return Some(AppendError::Reserved {
                    kind: new.kind,
                    key: new.key.clone(),
                    owner: owner.clone(),
                });
            }
        }
        let mut tasks = BTreeSet::new();
        for task in &self.tasks {
            if !tasks.insert((task.kind, &task.key, task.sequence)) {
                return Some(AppendError::exists(task));
            }
        }
        None
    }

    /// The streams that get events.
    pub(crate) fn changes(&self) -> impl Iterator<Item = &StreamAppend> {
        self.streams.iter().filter(|append| !append.events.is_empty())
    }
}
