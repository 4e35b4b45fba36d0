//! Signed roots: their bytes, their signature, and the chain.

use windlass_merkle::{ChainError, Hash, Signature, SignedRoot, TreeHead};
use windlass_stellar::{AccountId, Keypair};

use crate::fixture::{Log, START, key, sign};

fn chain() -> (Log, SignedRoot, SignedRoot) {
    let log = Log::of_size(9);
    let first = sign(&log, 4, None);
    let second = sign(&log, 9, Some(&first));
    (log, first, second)
}

#[test]
fn the_signed_bytes_are_seven_lines() {
    let (_, first, second) = chain();
    let text = |signed: &SignedRoot| String::from_utf8(signed.signed_bytes()).unwrap();
    assert_eq!(
        text(&first),
        format!(
            "windlass signed root v1\n\
             log 5b0f7a5e-1f5d-4c0a-9a55-2f1f6a3c9d10\n\
             size 4\n\
             root {}\n\
             previous none\n\
             signed_at 1767323049000000\n\
             key {}\n",
            first.root,
            key().account_id()
        )
    );
    assert!(text(&second).contains(&format!("\nprevious {}\n", Hash::of(text(&first).as_bytes()))));
}

#[test]
fn a_signed_root_holds_only_as_it_was_signed() {
    let (_, first, signed) = chain();
    assert_eq!(signed.verify(), Ok(()));
    let mut others = vec![
        SignedRoot { log: "another".parse().unwrap(), ..signed.clone() },
        SignedRoot { size: 8, ..signed.clone() },
        SignedRoot { root: first.root, ..signed.clone() },
        SignedRoot { previous: None, ..signed.clone() },
        SignedRoot { previous: Some(signed.id()), ..signed.clone() },
        SignedRoot { signed_at: signed.signed_at + 1, ..signed.clone() },
        SignedRoot { signed_at: -signed.signed_at, ..signed.clone() },
        SignedRoot { key: Keypair::from_seed_bytes([8; 32]).account_id(), ..signed.clone() },
        // No point of the curve, and a point of small order, under which anything would be signed.
        SignedRoot { key: AccountId::from_bytes([2; 32]), ..signed.clone() },
        SignedRoot { key: AccountId::from_bytes([0; 32]), ..signed.clone() },
    ];
    for at in 0..64 {
        let mut bytes = *signed.signature.as_bytes();
        bytes[at] ^= 1;
        others.push(SignedRoot { signature: Signature::from_bytes(bytes), ..signed.clone() });
    }
    for other in others {
        let refused = other.verify().unwrap_err();
        assert_eq!((refused.size, refused.key), (other.size, other.key));
    }
}

#[test]
fn an_id_is_of_everything_but_the_signature() {
    let (_, first, second) = chain();
    assert_ne!(first.id(), second.id());
    let signature = Signature::from_bytes([1; 64]);
    assert_eq!(SignedRoot { signature, ..first.clone() }.id(), first.id());
    assert_ne!(SignedRoot { signed_at: 1, ..first.clone() }.id(), first.id());
}

#[test]
fn a_chain_goes_on_from_its_last_root_and_no_other() {
    let (log, first, second) = chain();
    assert_eq!(second.verify_chain(&first), Ok(()));
    let third = sign(&log, 9, Some(&second));
    assert_eq!(third.verify_chain(&second), Ok(()), "nothing new, but signed again");
    let expected = first.id();
    assert_eq!(third.verify_chain(&first), Err(ChainError::OtherPrevious { expected }));
    let other = SignedRoot { previous: None, ..second.clone() };
    assert_eq!(other.verify_chain(&first), Err(ChainError::OtherPrevious { expected }));
    let other = SignedRoot { log: "another".parse().unwrap(), ..second.clone() };
    assert!(matches!(other.verify_chain(&first), Err(ChainError::OtherLog { .. })));
    let other = SignedRoot { size: 3, ..second.clone() };
    assert_eq!(other.verify_chain(&first), Err(ChainError::Shrinks { expected: 4, found: 3 }));
    let other = SignedRoot { size: 4, ..second.clone() };
    assert_eq!(other.verify_chain(&first), Err(ChainError::OtherRoot { size: 4 }));
    let (expected, found) = (first.signed_at, first.signed_at - 1);
    let other = SignedRoot { signed_at: found, ..second };
    assert_eq!(other.verify_chain(&first), Err(ChainError::Earlier { expected, found }));
}

#[test]
fn a_key_does_not_sign_two_histories() {
    let (log, first, _) = chain();
    let sign = |name: &str, head: TreeHead| {
        SignedRoot::sign(&key(), name.parse().unwrap(), head, Some(&first), START)
    };
    let name = first.log.to_string();
    assert_eq!(sign(&name, log.head(3)), Err(ChainError::Shrinks { expected: 4, found: 3 }));
    let rewritten = TreeHead { size: 4, root: log.root(3) };
    assert_eq!(sign(&name, rewritten), Err(ChainError::OtherRoot { size: 4 }));
    assert!(matches!(sign("another", log.head(9)), Err(ChainError::OtherLog { .. })));
}

#[test]
fn a_clock_that_went_back_does_not_break_the_chain() {
    let (log, first, _) = chain();
    let signed = SignedRoot::sign(&key(), first.log.clone(), log.head(9), Some(&first), 0).unwrap();
    assert_eq!(signed.signed_at, first.signed_at);
    assert_eq!((signed.verify(), signed.verify_chain(&first)), (Ok(()), Ok(())));
}

#[test]
fn a_new_key_goes_on_with_the_chain_of_the_old_one() {
    let (log, first, _) = chain();
    let new = Keypair::from_seed_bytes([8; 32]);
    let signed = SignedRoot::sign(&new, first.log.clone(), log.head(9), Some(&first), START).unwrap();
    assert_eq!((signed.verify(), signed.verify_chain(&first)), (Ok(()), Ok(())));
    assert_eq!(signed.key, new.account_id());
}
