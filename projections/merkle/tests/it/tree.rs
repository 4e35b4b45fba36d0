//! The incremental tree against the reference, for every small size and for random larger ones.

use proptest::prelude::*;
use windlass_merkle::{
    Frontier, FrontierError, Hash, NodeId, ProveError, consistency_nodes, consistency_proof, frontier_nodes,
    inclusion_nodes, inclusion_proof, root_of, verify_consistency, verify_inclusion,
};

use crate::{
    fixture::Log,
    reference::{mth, path, proof},
};

const EVERY_SIZE_UP_TO: usize = 130;

#[test]
fn every_append_completes_the_perfect_subtrees_and_no_others() {
    let log = Log::of_size(EVERY_SIZE_UP_TO as u64);
    let mut expected = 0;
    for level in 0..8_u8 {
        for (index, leaves) in log.leaves.chunks_exact(1 << level).enumerate() {
            let id = NodeId { level, index: index as u64 };
            assert_eq!(log.get(id), Some(mth(leaves)), "{id:?}");
            expected += 1;
        }
    }
    assert_eq!(log.nodes.len(), expected);
}

#[test]
fn the_root_of_every_size_is_the_rfcs_before_and_after_restoring() {
    let log = Log::of_size(EVERY_SIZE_UP_TO as u64);
    let mut growing = Frontier::new();
    for size in 0..=EVERY_SIZE_UP_TO {
        let expected = mth(&log.leaves[..size]);
        assert_eq!(growing.root(), expected, "{size}");
        assert_eq!(log.root(size as u64), expected, "{size}");
        let hashes: Option<Vec<_>> = frontier_nodes(size as u64).into_iter().map(|id| log.get(id)).collect();
        assert_eq!(hashes.as_deref(), Some(growing.hashes()));
        assert_eq!(Frontier::restore(size as u64, hashes.unwrap()), Ok(growing.clone()));
        if let Some(leaf) = log.leaves.get(size) {
            growing.append(*leaf);
        }
    }
}

#[test]
fn a_frontier_is_not_restored_from_another_number_of_hashes() {
    let error = FrontierError { size: 5, needed: 2, given: 1 };
    assert_eq!(Frontier::restore(5, vec![Hash::of(b"")]), Err(error));
}

#[test]
fn every_inclusion_proof_is_the_rfcs_and_holds() {
    let log = Log::of_size(EVERY_SIZE_UP_TO as u64);
    for size in 1..=EVERY_SIZE_UP_TO {
        (0..size).for_each(|index| check_inclusion(&log, index, size));
    }
}

#[test]
fn every_consistency_proof_is_the_rfcs_and_holds() {
    let log = Log::of_size(EVERY_SIZE_UP_TO as u64);
    for to in 1..=EVERY_SIZE_UP_TO {
        (1..to).for_each(|from| check_consistency(&log, from, to));
    }
}

fn check_inclusion(log: &Log, index: usize, size: usize) {
    let leaves = &log.leaves[..size];
    let (at, of) = (index as u64, size as u64);
    let mut read = vec![];
    let audit_path = inclusion_proof(at, of, |id| {
        read.push(id);
        log.get(id)
    });
    let audit_path = audit_path.unwrap();
    assert_eq!(audit_path, path(index, leaves), "leaf {index} of {size}");
    assert_eq!(verify_inclusion(&leaves[index], at, of, &audit_path, &mth(leaves)), Ok(()));
    assert_eq!(sorted(read), sorted(inclusion_nodes(at, of)));
}

fn check_consistency(log: &Log, from: usize, to: usize) {
    let (earlier, later) = (from as u64, to as u64);
    let mut read = vec![];
    let path = consistency_proof(earlier, later, |id| {
        read.push(id);
        log.get(id)
    });
    let path = path.unwrap();
    assert_eq!(path, proof(from, &log.leaves[..to]), "{from} in {to}");
    let (from_root, to_root) = (mth(&log.leaves[..from]), mth(&log.leaves[..to]));
    assert_eq!(verify_consistency(earlier, later, &from_root, &to_root, &path), Ok(()));
    assert_eq!(sorted(read), sorted(consistency_nodes(earlier, later)));
}

fn sorted(mut ids: Vec<NodeId>) -> Vec<NodeId> {
    ids.sort();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn larger_trees_are_the_rfcs_as_well(size in 2..3000_usize, one in any::<usize>(), another in any::<usize>()) {
        let log = Log::of_size(size as u64);
        prop_assert_eq!(log.frontier.root(), mth(&log.leaves));
        let earlier = 1 + another % (size - 1);
        prop_assert_eq!(log.root(earlier as u64), mth(&log.leaves[..earlier]));
        check_inclusion(&log, one % size, size);
        check_inclusion(&log, one % earlier, earlier);
        check_consistency(&log, earlier, size);
    }

    #[test]
    fn proofs_in_a_tree_too_large_to_build_read_few_nodes(size in 2..=u64::MAX, at in any::<u64>()) {
        let index = at % size;
        let get = |id: NodeId| Some(Hash::of(format!("{id:?}").as_bytes()));
        // A tree in which every node is what its id says is no tree, but its paths are as long as a tree's.
        let (nodes, path) = (inclusion_nodes(index, size), inclusion_proof(index, size, get).unwrap());
        prop_assert!(path.len() <= nodes.len() && nodes.len() <= 128, "{} of {}", path.len(), nodes.len());
        let from = index.max(1);
        let (nodes, path) = (consistency_nodes(from, size), consistency_proof(from, size, get).unwrap());
        prop_assert!(path.len() <= nodes.len() && nodes.len() <= 129, "{} of {}", path.len(), nodes.len());
    }
}

#[test]
fn what_a_tree_has_not_got_is_not_proven() {
    let log = Log::of_size(5);
    let get = |id| log.get(id);
    assert_eq!(inclusion_proof(5, 5, get), Err(ProveError::NoSuchLeaf { index: 5, size: 5 }));
    assert_eq!(consistency_proof(6, 5, get), Err(ProveError::Shrinks { from: 6, to: 5 }));
    assert_eq!(consistency_proof(0, 5, get), Ok(vec![]));
    assert_eq!(consistency_proof(5, 5, get), Ok(vec![]));
    let missing = ProveError::MissingNode(NodeId { level: 0, index: 5 });
    assert_eq!(inclusion_proof(4, 6, get), Err(missing));
    let missing = ProveError::MissingNode(NodeId { level: 1, index: 2 });
    assert_eq!(root_of(6, get), Err(missing.clone()));
    assert_eq!(consistency_proof(4, 6, get), Err(missing));
    assert_eq!((inclusion_nodes(5, 5), consistency_nodes(6, 5)), (vec![], vec![]));
}
