//! One JSON document that proves to a third party what happened in one stream, and when that was sealed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use windlass_stellar::{AccountId, TransactionHash};

use crate::{
    Hash, Leaf, LogName, SignedRoot, UnverifiedSignature, VerifyError, verify_consistency, verify_inclusion,
};

/// The document's form and version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// The only one so far.
    #[default]
    #[serde(rename = "windlass-proof-1")]
    One,
}

/// A stream's first events, each with its place in a log whose root is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// What this document is.
    pub format: Format,
    /// The stream that all the events are of.
    pub stream: Stream,
    /// The stream's events from its first, in their order. That there are no later ones is not proven.
    pub events: Vec<ProvenEvent>,
    /// The root that the paths of the events lead to.
    pub signed_root: SignedRoot,
    /// That an earlier signed root's log is the beginning of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistency: Option<Consistency>,
    /// Where roots of this document were published; to be looked up there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<Published>,
}

/// The stream of a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// The kind of stream, such as `transfer`.
    pub aggregate_type: String,
    /// Which stream of that kind.
    pub aggregate_id: String,
}

/// An event of the stream, as it was stored, and the way from it to the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenEvent {
    /// Its number within the stream: 1, 2, 3 and so on.
    pub sequence: u64,
    /// Its name.
    pub event_type: String,
    /// The version of its payload's shape.
    pub event_version: String,
    /// The stored text, byte for byte.
    pub payload: String,
    /// The stored text, byte for byte.
    pub metadata: String,
    /// When the store wrote it, in microseconds since 1970, UTC.
    pub recorded_at: i64,
    /// Which leaf of the log it is, from 0.
    pub index: u64,
    /// The audit path from it to the root, lowest first.
    pub path: Vec<Hash>,
}

/// That the log of an earlier signed root is the beginning of the proof's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    /// The earlier root, which the reader may know from elsewhere.
    pub from: SignedRoot,
    /// The consistency proof.
    pub path: Vec<Hash>,
}

/// A Stellar transaction whose memo hash is the id of a signed root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The [`SignedRoot::id`] of one of the document's signed roots.
    pub id: Hash,
    /// The transaction.
    pub transaction: TransactionHash,
    /// The passphrase of the network that it is on.
    pub network: String,
}

/// What is wrong with a proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It proves nothing.
    #[error("the proof has no events")]
    NoEvents,
    /// An event is left out, or they are not in their order.
    #[error("event {found} of the stream stands where event {expected} should")]
    Sequence {
        /// The number that comes next.
        expected: u64,
        /// The number that is there.
        found: u64,
    },
    /// An event stands in the log before the stream's event before it.
    #[error("event {sequence} stands in the log before the one that comes before it")]
    Order {
        /// The event's number.
        sequence: u64,
    },
    /// An event is not in the log, not at this place, or not with these fields.
    #[error("event {sequence} is not in the log as it stands here: {error}")]
    Event {
        /// The event's number.
        sequence: u64,
        /// What its path shows.
        error: VerifyError,
    },
    /// A root is not signed.
    #[error(transparent)]
    Signature(#[from] UnverifiedSignature),
    /// The earlier root is of another log.
    #[error("the earlier root is of log {found}, not of {expected}")]
    OtherLog {
        /// The log of the proof's root.
        expected: LogName,
        /// The log of the earlier root.
        found: LogName,
    },
    /// The earlier log is not the beginning of the later one.
    #[error("the earlier root is not consistent with the later one: {0}")]
    Consistency(VerifyError),
    /// What was published is no root of this document.
    #[error("{id} was published, but is no signed root of this proof")]
    UnknownRoot {
        /// What was published.
        id: Hash,
    },
}

impl Proof {
    /// Checks everything that can be checked without asking anybody, and gives the keys that signed: the proof is
    /// worth no more than the caller's trust in them. What was published is left to be looked up.
    ///
    /// # Errors
    /// [`ProofError`] with the first thing that is wrong.
    #[must_use = "the keys that signed are to be compared with those that are trusted"]
    pub fn check(&self) -> Result<BTreeSet<AccountId>, ProofError> {
        self.check_events()?;
        self.signed_root.verify()?;
        let mut roots = vec![&self.signed_root];
        if let Some(consistency) = &self.consistency {
            self.check_consistency(consistency)?;
            roots.push(&consistency.from);
        }
        for Published { id, .. } in &self.published {
            if !roots.iter().any(|root| root.id() == *id) {
                return Err(ProofError::UnknownRoot { id: *id });
            }
        }
        Ok(roots.into_iter().map(|root| root.key).collect())
    }

    fn check_events(&self) -> Result<(), ProofError> {
        if self.events.is_empty() {
            return Err(ProofError::NoEvents);
        }
        let SignedRoot { size, root, .. } = &self.signed_root;
        let mut before = None;
        for (expected, event) in (1..).zip(&self.events) {
            let sequence = event.sequence;
            if sequence != expected {
                return Err(ProofError::Sequence { expected, found: sequence });
            }
            if before >= Some(event.index) {
                return Err(ProofError::Order { sequence });
            }
            before = Some(event.index);
            let leaf = event.leaf(&self.stream).hash();
            verify_inclusion(&leaf, event.index, *size, &event.path, root)
                .map_err(|error| ProofError::Event { sequence, error })?;
        }
        Ok(())
    }

    fn check_consistency(&self, Consistency { from, path }: &Consistency) -> Result<(), ProofError> {
        from.verify()?;
        let to = &self.signed_root;
        if from.log != to.log {
            return Err(ProofError::OtherLog { expected: to.log.clone(), found: from.log.clone() });
        }
        verify_consistency(from.size, to.size, &from.root, &to.root, path).map_err(ProofError::Consistency)
    }
}

impl ProvenEvent {
    /// The event as a leaf of the log.
    pub fn leaf<'a>(&'a self, stream: &'a Stream) -> Leaf<'a> {
        Leaf {
            aggregate_type: &stream.aggregate_type,
            aggregate_id: &stream.aggregate_id,
            sequence: self.sequence,
            event_type: &self.event_type,
            event_version: &self.event_version,
            payload: &self.payload,
            metadata: &self.metadata,
            recorded_at: self.recorded_at,
        }
    }
}
