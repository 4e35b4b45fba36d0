//! The document: what it says, and that nothing in it can be changed.

use std::collections::BTreeSet;

use serde_json::Value;
use windlass_merkle::{Hash, Proof, ProofError, VerifyError};
use windlass_stellar::Keypair;

use crate::fixture::{Log, key, proof, sign};

/// The proof after a change.
fn changed(change: impl FnOnce(&mut Proof)) -> Proof {
    let mut proof = proof();
    change(&mut proof);
    proof
}

#[test]
fn a_proof_holds_and_says_who_signed() {
    assert_eq!(proof().check(), Ok(BTreeSet::from([key().account_id()])));
    let alone = changed(|proof| {
        proof.consistency = None;
        proof.published.clear();
    });
    assert_eq!(alone.check(), Ok(BTreeSet::from([key().account_id()])));
}

#[test]
fn a_proof_reads_and_writes_the_same_json() {
    let alone = changed(|proof| {
        proof.consistency = None;
        proof.published.clear();
    });
    for proof in [proof(), alone] {
        let json = serde_json::to_string(&proof).unwrap();
        assert_eq!(serde_json::from_str::<Proof>(&json).unwrap(), proof);
    }
}

#[test]
fn what_is_wrong_is_named() {
    type Change = Box<dyn FnOnce(&mut Proof)>;
    let refusals: Vec<(Change, ProofError)> = vec![
        (Box::new(|proof| proof.events.clear()), ProofError::NoEvents),
        (Box::new(|proof| drop(proof.events.remove(1))), ProofError::Sequence { expected: 2, found: 3 }),
        (Box::new(|proof| drop(proof.events.remove(0))), ProofError::Sequence { expected: 1, found: 2 }),
        (Box::new(|proof| proof.events.swap(1, 2)), ProofError::Sequence { expected: 2, found: 3 }),
        (Box::new(|proof| proof.events[1].index = 2), ProofError::Order { sequence: 2 }),
        (
            Box::new(|proof| proof.events[2].path.truncate(3)),
            ProofError::Event { sequence: 3, error: VerifyError::PathLength(3) },
        ),
        (
            Box::new(|proof| proof.events[2].index = 13),
            ProofError::Event { sequence: 3, error: VerifyError::NoSuchLeaf { index: 13, size: 13 } },
        ),
        (
            Box::new(|proof| proof.published[0].id = Hash::of(b"another")),
            ProofError::UnknownRoot { id: Hash::of(b"another") },
        ),
        (Box::new(|proof| proof.consistency = None), ProofError::UnknownRoot { id: proof().published[0].id }),
    ];
    for (change, expected) in refusals {
        assert_eq!(changed(change).check(), Err(expected));
    }
}

#[test]
fn an_earlier_root_of_another_log_or_history_is_refused() {
    let other_log = changed(|proof| {
        let from = &mut proof.consistency.as_mut().unwrap().from;
        from.log = "another".parse().unwrap();
        from.signature = windlass_merkle::Signature::from_bytes(key().sign(&from.signed_bytes()));
    });
    assert!(matches!(other_log.check(), Err(ProofError::OtherLog { .. })));
    let other_history = changed(|proof| {
        proof.consistency.as_mut().unwrap().from = sign(&Log::of_size(6), 6, None);
    });
    assert!(matches!(
        other_history.check(),
        Err(ProofError::Consistency(VerifyError::OtherEarlierRoot { .. }))
    ));
}

#[test]
fn a_root_that_nobody_signed_is_refused() {
    let other_key = Keypair::from_seed_bytes([9; 32]).account_id();
    let proof = changed(|proof| proof.signed_root.key = other_key);
    assert!(matches!(proof.check(), Err(ProofError::Signature(error)) if error.key == other_key));
}

#[test]
fn no_leaf_of_the_document_can_be_changed() {
    let document = serde_json::to_value(proof()).unwrap();
    let places = places(&document);
    assert!(places.len() > 50, "{places:?}");
    for place in places {
        for other in other_values(document.pointer(&place).unwrap()) {
            let mut tampered = document.clone();
            *tampered.pointer_mut(&place).unwrap() = other.clone();
            let accepted = serde_json::from_value::<Proof>(tampered).is_ok_and(|proof| proof.check().is_ok());
            assert_eq!(accepted, is_only_a_hint(&place), "{place}: {other}");
        }
    }
}

/// Where it was published is looked up there, and proven by nothing here.
pub fn is_only_a_hint(place: &str) -> bool {
    ["/published/0/transaction", "/published/0/network"].contains(&place)
}

/// Where the document has texts, numbers and nulls, as JSON pointers.
pub fn places(value: &Value) -> Vec<String> {
    let below = |key: &str, value: &Value| {
        places(value).into_iter().map(|place| format!("/{key}{place}")).collect::<Vec<_>>()
    };
    match value {
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(at, item)| below(&at.to_string(), item)).collect()
        }
        Value::Object(fields) => fields.iter().flat_map(|(name, field)| below(name, field)).collect(),
        _ => vec![String::new()],
    }
}

/// Other values of the same type, one byte or one unit away.
pub fn other_values(value: &Value) -> Vec<Value> {
    match value {
        Value::Number(number) => {
            let number = number.as_i64().unwrap();
            vec![(number + 1).into(), (number - 1).into()]
        }
        Value::String(text) => {
            let turned = text.char_indices().map(|(at, letter)| {
                let other = if letter == '1' { '2' } else { '1' };
                format!("{}{other}{}", &text[..at], &text[at + letter.len_utf8()..])
            });
            let hint = text.len() == 64 && text.chars().all(|letter| letter == 'a' || letter == 'b');
            let longer = if hint { None } else { Some(format!("{text}1")) };
            turned.chain(longer).map(Value::from).collect()
        }
        _ => vec!["1".into(), 1.into()],
    }
}
