//! Proofs for third parties: a stream's events, and their way to a signed root.

use std::collections::BTreeMap;

use windlass_merkle::{
    Consistency, Format, Hash, NodeId, Proof, ProofError, ProveError, ProvenEvent, Published, Stream,
    consistency_nodes, consistency_proof, inclusion_nodes, inclusion_proof,
};
use windlass_store::{Database, EventStore, StoreError, StreamId};

use super::{Roots, SealError, StoredRoot, Tree, leaf::leaf};

/// As many nodes are looked up at once.
const MOST_NODES: usize = 2_000;

/// Why there is no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoProof {
    /// There is no such stream.
    #[error("there are no events of {0}")]
    NoEvents(StreamId),
    /// No root is signed yet that has all the events.
    #[error(
        "event {sequence} of {stream} is not sealed yet: wait some seconds; where that does not help, see that the \
         subscription seal and the duty sign_roots are at work"
    )]
    NotSealed {
        /// The stream.
        stream: StreamId,
        /// Its first event that is not sealed.
        sequence: u64,
    },
    /// No root of that size is signed.
    #[error(
        "no root of {wanted} events is signed before the newest one; the largest below is that of {below}"
    )]
    NoSuchRoot {
        /// The size that was asked for.
        wanted: u64,
        /// The largest that is not larger; 0 where there is none.
        below: u64,
    },
    /// What would be proven is not true.
    #[error(
        "the proof does not hold, so that the log or its tree was changed ({0}): run `windlass audit verify`"
    )]
    DoesNotHold(ProofError),
    /// The tree lacks what the proof is made of.
    #[error("the tree is damaged ({0}): run `windlass audit verify`")]
    Damaged(ProveError),
    /// The tree or its roots cannot be used.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl From<StoreError> for NoProof {
    fn from(error: StoreError) -> Self {
        Self::Seal(error.into())
    }
}

/// Proves all events of a stream by the newest signed root, which is shown to continue an earlier one: that of `since`
/// events, or else the newest that was published before, if any was. `network` is the passphrase of the network on which
/// roots are published. The proof has been checked.
///
/// # Errors
/// See [`NoProof`].
pub async fn prove(
    database: &Database,
    stream: &StreamId,
    since: Option<u64>,
    network: &str,
) -> Result<Proof, NoProof> {
    let (tree, roots) = (Tree::new(database.clone()), Roots::open(database.clone()).await?);
    let events = database.load(stream).await?;
    if events.is_empty() {
        return Err(NoProof::NoEvents(stream.clone()));
    }
    let leaves: BTreeMap<_, _> =
        tree.leaves_of(stream).await?.into_iter().map(|leaf| (leaf.sequence, leaf.index)).collect();
    let newest = roots.last().await?;
    let size = newest.as_ref().map_or(0, |newest| newest.root.size);
    let mut placed = vec![];
    for event in &events {
        let sealed = leaves.get(&event.sequence).copied().filter(|index| *index < size);
        let not_sealed = || NoProof::NotSealed { stream: stream.clone(), sequence: event.sequence };
        placed.push((event, sealed.ok_or_else(not_sealed)?));
    }
    let Some(newest) = newest else { return Err(NoProof::NoEvents(stream.clone())) };
    let earlier = earlier(&roots, since, size).await?;

    let mut wanted: Vec<NodeId> =
        placed.iter().flat_map(|(_, index)| inclusion_nodes(*index, size)).collect();
    wanted.extend(earlier.iter().flat_map(|earlier| consistency_nodes(earlier.root.size, size)));
    wanted.sort_unstable();
    wanted.dedup();
    let mut nodes = BTreeMap::<NodeId, Hash>::new();
    for some in wanted.chunks(MOST_NODES) {
        nodes.extend(tree.nodes(some).await?);
    }
    let get = |id| nodes.get(&id).copied();

    let mut proven = vec![];
    for (event, index) in placed {
        let path = inclusion_proof(index, size, get).map_err(NoProof::Damaged)?;
        proven.push(ProvenEvent {
            sequence: event.sequence,
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            payload: event.payload.clone(),
            metadata: event.metadata.clone(),
            recorded_at: leaf(event).recorded_at,
            index,
            path,
        });
    }
    let published = earlier.iter().chain([&newest]).filter_map(|root| published(root, network)).collect();
    let consistency = match earlier {
        Some(StoredRoot { root: from, .. }) => {
            let path = consistency_proof(from.size, size, get).map_err(NoProof::Damaged)?;
            Some(Consistency { from, path })
        }
        None => None,
    };
    let proof = Proof {
        format: Format::One,
        stream: Stream {
            aggregate_type: stream.aggregate_type.clone().into_owned(),
            aggregate_id: stream.aggregate_id.clone(),
        },
        events: proven,
        signed_root: newest.root,
        consistency,
        published,
    };
    let _keys = proof.check().map_err(NoProof::DoesNotHold)?;
    Ok(proof)
}

/// The root that the newest is shown to continue.
async fn earlier(roots: &Roots, since: Option<u64>, size: u64) -> Result<Option<StoredRoot>, NoProof> {
    let Some(wanted) = since else { return Ok(roots.confirmed_before(size).await?) };
    let found = roots.of_at_most(wanted).await?;
    let below = found.as_ref().map_or(0, |found| found.root.size);
    match found {
        Some(found) if below == wanted && wanted < size => Ok(Some(found)),
        _ => Err(NoProof::NoSuchRoot { wanted, below }),
    }
}

fn published(root: &StoredRoot, network: &str) -> Option<Published> {
    let publication = root.publication.filter(|publication| publication.confirmed)?;
    Some(Published { id: root.root.id(), transaction: publication.transaction, network: network.to_owned() })
}
