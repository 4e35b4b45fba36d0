//! What was tampered with, in words.

use std::fmt;

use windlass_store::{LogPosition, RecordedEvent, StreamId};

use super::StoredLeaf;

/// An event by its name, which never changes, and where it stands in the log, if it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventName {
    /// Its stream.
    pub stream: StreamId,
    /// Its number within the stream.
    pub sequence: u64,
    /// Its place in the log; none where it is not in it any more.
    pub at: Option<LogPosition>,
}

/// What does not fit, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tampering {
    /// What is stored of the event is not what was sealed.
    Changed {
        /// The event, as it was sealed.
        event: EventName,
    },
    /// The event was sealed, and is not in the log.
    Removed {
        /// The event.
        event: EventName,
        /// Where the one that now stands in its place does; none at the log's end.
        before: Option<LogPosition>,
    },
    /// The event stands among sealed ones, and was never sealed.
    Inserted {
        /// The event.
        event: EventName,
    },
    /// Two events, both sealed, have changed places.
    Reordered {
        /// The one that stands there now.
        event: EventName,
        /// The one that stood there when it was sealed.
        expected: EventName,
    },
    /// Events are missing at the log's end, and what they were is not known any more.
    CutOff {
        /// How many events there are.
        found: u64,
        /// How many there were when the root was signed.
        sealed: u64,
    },
    /// The log is not what was signed, and the leaves were changed with it: the first change is after one signed root and
    /// not after the other.
    Unfit {
        /// How many events the last root that fits has; 0 where none does.
        after: u64,
        /// How many events the first root that does not fit has.
        until: u64,
        /// The first event that does not fit the stored tree, where it tells.
        first: Option<Box<Tampering>>,
        /// The events among which the first change is, as numbers in the log from 0: from one to before the other.
        among: (u64, u64),
    },
    /// The log is what was signed, and its tree is not: what says which event is which leaf was changed.
    Leaf {
        /// Which leaf, from 0.
        index: u64,
        /// The event that it stands for.
        event: EventName,
    },
    /// The log is what was signed, and a node of its tree is not.
    Node {
        /// How many levels above the leaves.
        level: u8,
        /// Which of its level.
        index: u64,
    },
    /// A signed root is not what was signed, or not by a key that is trusted, or does not follow the one before it.
    Root {
        /// Which of the chain, from 1.
        number: u64,
        /// What is wrong.
        why: String,
    },
}

impl Tampering {
    /// In one word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "changed",
            Self::Removed { .. } => "removed",
            Self::Inserted { .. } => "inserted",
            Self::Reordered { .. } => "reordered",
            Self::CutOff { .. } => "cut_off",
            Self::Unfit { .. } => "unfit",
            Self::Leaf { .. } => "leaf",
            Self::Node { .. } => "node",
            Self::Root { .. } => "root",
        }
    }

    /// The event that it is about, where it is about one.
    pub fn event(&self) -> Option<&EventName> {
        match self {
            Self::Changed { event }
            | Self::Removed { event, .. }
            | Self::Inserted { event }
            | Self::Reordered { event, .. }
            | Self::Leaf { event, .. } => Some(event),
            Self::Unfit { first, .. } => first.as_deref().and_then(Self::event),
            Self::CutOff { .. } | Self::Node { .. } | Self::Root { .. } => None,
        }
    }
}

impl EventName {
    /// Of an event of the log.
    pub(super) fn of(event: &RecordedEvent) -> Self {
        Self { stream: event.stream.clone(), sequence: event.sequence, at: Some(event.at) }
    }

    /// Of a leaf, with the place at which the log has its event.
    pub(super) fn of_leaf(leaf: &StoredLeaf, at: Option<LogPosition>) -> Self {
        Self { stream: leaf.stream.clone(), sequence: leaf.sequence, at }
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {} of {}", self.sequence, self.stream)?;
        match self.at {
            Some(at) => write!(f, " at {at}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Tampering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { event } => write!(f, "{event} was changed"),
            Self::Removed { event, before: Some(before) } => {
                write!(f, "{event} was removed; it stood before what is now at {before}")
            }
            Self::Removed { event, before: None } => write!(f, "{event} was removed from the log's end"),
            Self::Inserted { event } => write!(f, "{event} was inserted"),
            Self::Reordered { event, expected } => {
                write!(f, "{event} was moved; {expected} stood in its place")
            }
            Self::CutOff { found, sealed } => {
                write!(f, "the log has {found} events, and had {sealed} when its last root was signed")
            }
            Self::Unfit { after, until, first, among } => {
                let (from, to) = among;
                write!(
                    f,
                    "the log is not what was signed, and its tree was changed with it: the first {after} "
                )?;
                write!(
                    f,
                    "events fit their signed root, the first {until} do not; the first change is among "
                )?;
                write!(f, "the events {} to {to} of the log", from + 1)?;
                first.iter().try_for_each(|first| write!(f, ", and the first that does not fit: {first}"))
            }
            Self::Leaf { index, event } => {
                write!(
                    f,
                    "leaf {index} of the stored tree was changed; the log ({event}) fits the signed root"
                )
            }
            Self::Node { level, index } => {
                write!(
                    f,
                    "node {index} of level {level} of the stored tree was changed; the log fits the signed root"
                )
            }
            Self::Root { number, why } => write!(f, "signed root {number}: {why}"),
        }
    }
}
