//! Nothing but the right proof proves: every other is refused, and none makes the verifier panic.

use proptest::prelude::*;
use windlass_merkle::{Hash, VerifyError, verify_consistency, verify_inclusion};

use crate::{fixture::Log, reference::mth};

const SIZES: u64 = 21;

/// The hash with each of its bytes changed in turn.
fn changes(hash: &Hash) -> impl Iterator<Item = Hash> {
    let bytes = *hash.as_bytes();
    (0..32).flat_map(move |at| {
        [0x01, 0x80].map(|bit| {
            let mut bytes = bytes;
            bytes[at] ^= bit;
            Hash::from_bytes(bytes)
        })
    })
}

/// The path with each byte changed, each hash left out, doubled, or swapped with the next, and one more at each end.
fn other_paths(path: &[Hash], more: Hash) -> Vec<Vec<Hash>> {
    let mut others = vec![[path, &[more]].concat(), [&[more], path].concat()];
    for (at, hash) in path.iter().enumerate() {
        for changed in changes(hash) {
            let mut other = path.to_vec();
            other[at] = changed;
            others.push(other);
        }
        others.push([&path[..at], &path[at + 1..]].concat());
        others.push(path[..at].to_vec());
        others.push([&path[..at], &[*hash], &path[at..]].concat());
        if at > 0 {
            let mut other = path.to_vec();
            other.swap(at - 1, at);
            others.push(other);
        }
    }
    others
}

#[test]
fn an_inclusion_proof_holds_for_nothing_else() {
    let log = Log::of_size(SIZES);
    for size in 1..=SIZES {
        let root = log.root(size);
        for index in 0..size {
            let leaf = log.leaves[usize::try_from(index).unwrap()];
            let path = log.inclusion(index, size);
            let holds = |leaf: &Hash, index, size, path: &[Hash], root: &Hash| {
                verify_inclusion(leaf, index, size, path, root).is_ok()
            };
            assert!(holds(&leaf, index, size, &path, &root));
            assert!(changes(&leaf).all(|other| !holds(&other, index, size, &path, &root)));
            assert!(changes(&root).all(|other| !holds(&leaf, index, size, &path, &other)));
            for other in other_paths(&path, leaf) {
                assert!(!holds(&leaf, index, size, &other, &root), "{index} of {size}: {other:?}");
            }
            for other in (0..SIZES + 2).chain([u64::MAX - 1, u64::MAX]).filter(|other| *other != index) {
                assert!(!holds(&leaf, other, size, &path, &root), "{index} of {size} as {other}");
            }
            // A size that gives the path the same shape is told apart by its root alone.
            for other in (0..size).chain([u64::MAX]) {
                assert!(!holds(&leaf, index, other, &path, &log.root(other.min(SIZES))));
            }
        }
    }
}

#[test]
fn a_consistency_proof_holds_for_nothing_else() {
    let log = Log::of_size(SIZES);
    for to in 1..=SIZES {
        for from in 1..=to {
            let (from_root, to_root, path) = (log.root(from), log.root(to), log.consistency(from, to));
            let holds = |from, to, from_root: &Hash, to_root: &Hash, path: &[Hash]| {
                verify_consistency(from, to, from_root, to_root, path).is_ok()
            };
            assert!(holds(from, to, &from_root, &to_root, &path));
            assert!(changes(&from_root).all(|other| !holds(from, to, &other, &to_root, &path)));
            assert!(changes(&to_root).all(|other| !holds(from, to, &from_root, &other, &path)));
            for other in other_paths(&path, from_root) {
                assert!(!holds(from, to, &from_root, &to_root, &other), "{from} in {to}: {other:?}");
            }
            for other in (0..=SIZES).filter(|other| *other != from) {
                assert!(!holds(other, to, &from_root, &to_root, &path), "{from} as {other} in {to}");
            }
        }
    }
}

#[test]
fn a_rewritten_log_is_not_consistent_with_what_it_was() {
    let (size, to) = (21, 33);
    let log = Log::of_size(to);
    for changed in 0..21 {
        let mut leaves = log.leaves.clone();
        leaves[changed] = Hash::of_leaf(b"rewritten");
        let rewritten = Log::of(leaves);
        let path = rewritten.consistency(size, to);
        let refused = verify_consistency(size, to, &log.root(size), &rewritten.root(to), &path);
        assert!(matches!(refused, Err(VerifyError::OtherEarlierRoot { .. })), "{changed}: {refused:?}");
    }
}

#[test]
fn refusals_say_what_is_wrong() {
    let log = Log::of_size(6);
    let (leaf, root, path) = (log.leaves[2], log.root(6), log.inclusion(2, 6));
    let verify = |index, size, path: &[Hash]| verify_inclusion(&leaf, index, size, path, &root);
    assert_eq!(verify(6, 6, &path), Err(VerifyError::NoSuchLeaf { index: 6, size: 6 }));
    assert_eq!(verify(0, 0, &[]), Err(VerifyError::NoSuchLeaf { index: 0, size: 0 }));
    assert_eq!(verify(2, 6, &path[1..]), Err(VerifyError::PathLength(2)));
    assert!(matches!(verify(3, 6, &path), Err(VerifyError::OtherRoot { .. })));
    let verify = |from, to, path: &[Hash]| verify_consistency(from, to, &log.root(3), &root, path);
    let path = log.consistency(3, 6);
    assert_eq!(verify(3, 6, &path), Ok(()));
    assert_eq!(verify(7, 6, &path), Err(VerifyError::Shrinks { from: 7, to: 6 }));
    assert_eq!(verify(3, 6, &[]), Err(VerifyError::PathLength(0)));
    assert_eq!(verify(3, 6, &path[1..]), Err(VerifyError::PathLength(path.len() - 1)));
}

#[test]
fn the_empty_tree_and_the_same_tree_are_consistent_by_their_roots() {
    let (empty, root) = (Hash::of_empty_tree(), mth(&Log::of_size(5).leaves));
    let verify = |from, to, from_root: &Hash, to_root: &Hash, path: &[Hash]| {
        verify_consistency(from, to, from_root, to_root, path)
    };
    assert_eq!(verify(0, 5, &empty, &root, &[]), Ok(()));
    assert_eq!(verify(0, 0, &empty, &empty, &[]), Ok(()));
    assert_eq!(verify(5, 5, &root, &root, &[]), Ok(()));
    assert_eq!(verify(0, 5, &root, &root, &[]), Err(VerifyError::OtherEarlierRoot { found: empty }));
    assert_eq!(verify(0, 0, &empty, &root, &[]), Err(VerifyError::OtherRoot { found: empty }));
    assert_eq!(verify(5, 5, &empty, &root, &[]), Err(VerifyError::OtherEarlierRoot { found: root }));
    assert_eq!(verify(5, 5, &root, &root, &[root]), Err(VerifyError::PathLength(1)));
    assert_eq!(verify(0, 5, &empty, &root, &[root]), Err(VerifyError::PathLength(1)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_made_up_proof_holds_or_panics(
        one in any::<u64>(),
        shift in 0..64_u32,
        another in any::<u64>(),
        path in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from_bytes), 0..70),
    ) {
        let (one, other) = (one >> shift, another >> shift);
        let (root, leaf) = (Hash::of(b"root"), Hash::of(b"leaf"));
        prop_assert!(verify_inclusion(&leaf, one, other, &path, &root).is_err());
        prop_assert!(verify_consistency(one, other, &leaf, &root, &path).is_err());
        prop_assert!(verify_consistency(u64::MAX - one, u64::MAX, &leaf, &root, &path).is_err());
        prop_assert!(verify_inclusion(&leaf, one, u64::MAX, &path, &root).is_err());
    }
}
