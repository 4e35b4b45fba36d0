//! A log in memory: its leaves, its nodes by id, and proofs from them.

use std::collections::BTreeMap;

use windlass_merkle::{
    Consistency, Format, Frontier, Hash, Leaf, NodeId, Proof, ProvenEvent, Published, SignedRoot, Stream,
    TreeHead, consistency_proof, inclusion_proof, root_of,
};
use windlass_stellar::{Keypair, TransactionHash};

/// A log and all that it has stored.
#[derive(Default)]
pub struct Log {
    pub leaves: Vec<Hash>,
    pub nodes: BTreeMap<NodeId, Hash>,
    pub frontier: Frontier,
}

impl Log {
    pub fn of(leaves: impl IntoIterator<Item = Hash>) -> Self {
        let mut log = Self::default();
        leaves.into_iter().for_each(|leaf| log.append(leaf));
        log
    }

    /// With leaves that are all different.
    pub fn of_size(size: u64) -> Self {
        Self::of((0..size).map(|n| Hash::of_leaf(&n.to_be_bytes())))
    }

    pub fn append(&mut self, leaf: Hash) {
        self.leaves.push(leaf);
        for node in self.frontier.append(leaf) {
            assert_eq!(self.nodes.insert(node.id, node.hash), None, "{:?} was completed twice", node.id);
        }
    }

    pub fn get(&self, id: NodeId) -> Option<Hash> {
        self.nodes.get(&id).copied()
    }

    pub fn root(&self, size: u64) -> Hash {
        root_of(size, |id| self.get(id)).unwrap()
    }

    pub fn inclusion(&self, index: u64, size: u64) -> Vec<Hash> {
        inclusion_proof(index, size, |id| self.get(id)).unwrap()
    }

    pub fn consistency(&self, from: u64, to: u64) -> Vec<Hash> {
        consistency_proof(from, to, |id| self.get(id)).unwrap()
    }

    pub fn head(&self, size: u64) -> TreeHead {
        TreeHead { size, root: self.root(size) }
    }
}

/// 2026-01-02 03:04:05 UTC, in microseconds.
pub const START: i64 = 1_767_323_045_000_000;

pub fn key() -> Keypair {
    Keypair::from_seed_bytes([7; 32])
}

pub fn sign(log: &Log, size: u64, previous: Option<&SignedRoot>) -> SignedRoot {
    let name = "5b0f7a5e-1f5d-4c0a-9a55-2f1f6a3c9d10".parse().unwrap();
    SignedRoot::sign(&key(), name, log.head(size), previous, START + size.cast_signed() * 1_000_000).unwrap()
}

const TRANSFER: &str = "0199f3a4-0000-7000-8000-000000000001";

/// The proof of a transfer's three events in a log of 13 leaves, which was also signed when it had 6.
pub fn proof() -> Proof {
    let stream = Stream { aggregate_type: "transfer".into(), aggregate_id: TRANSFER.into() };
    let told = [
        (2_u64, "Initiated", "1.0", r#"{"kind":"deposit","memo":"Café ☕","amount":"25.00"}"#),
        (5, "FundsReceived", "1.0", r#"{"amount": "25.00", "rail":"bank"}"#),
        (11, "Completed", "1.1", "{}"),
    ];
    let mut events: Vec<ProvenEvent> = (1..)
        .zip(told)
        .map(|(sequence, (index, event_type, event_version, payload))| ProvenEvent {
            sequence,
            event_type: event_type.into(),
            event_version: event_version.into(),
            payload: payload.into(),
            metadata: format!(r#"{{"actor":"client","event_id":"e{index}"}}"#),
            recorded_at: START + index.cast_signed() * 1_000_001,
            index,
            path: vec![],
        })
        .collect();
    let mut log = Log::default();
    for index in 0..13_u64 {
        let event = events.iter().find(|event| event.index == index);
        log.append(event.map_or_else(|| other_event(index), |event| event.leaf(&stream).hash()));
    }
    for event in &mut events {
        event.path = log.inclusion(event.index, 13);
    }
    let from = sign(&log, 6, None);
    let signed_root = sign(&log, 13, Some(&from));
    let published = Published {
        id: from.id(),
        transaction: TransactionHash::from_bytes([0xab; 32]),
        network: "Test SDF Network ; September 2015".into(),
    };
    let consistency = Some(Consistency { from, path: log.consistency(6, 13) });
    Proof { format: Format::One, stream, events, signed_root, consistency, published: vec![published] }
}

fn other_event(index: u64) -> Hash {
    let leaf = Leaf {
        aggregate_type: "transfer",
        aggregate_id: "0199f3a4-0000-7000-8000-000000000002",
        sequence: index + 1,
        event_type: "Initiated",
        event_version: "1.0",
        payload: "{}",
        metadata: "{}",
        recorded_at: START,
    };
    leaf.hash()
}
