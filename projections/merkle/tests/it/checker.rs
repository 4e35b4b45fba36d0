//! The Python program, written from the documentation alone, agrees with this crate on what is a proof.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    thread,
};

use serde_json::{Value, json};
use windlass_merkle::{Consistency, Proof, Signature, SignedRoot};
use windlass_stellar::Keypair;

use crate::{
    fixture::{Log, key, proof, sign},
    proofs::{is_only_a_hint, other_values, places},
};

/// Runs the checker on a document.
fn check(document: &str, options: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("proof.json");
    fs::write(&file, document).unwrap();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/clients/check_proof.py");
    Command::new("python3").arg(program).args(options).arg(&file).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

fn passes(document: &str, options: &[&str]) -> String {
    let output = check(document, options);
    assert_eq!(output.status.code(), Some(0), "{}\n{document}", said(&output));
    said(&output)
}

/// What it says is wrong; it must be a sentence of its own, not an exception that nobody caught.
fn refuses(document: &str, options: &[&str]) -> String {
    let output = check(document, options);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}\n{document}");
    assert!(said.starts_with("not proven: ") && said.lines().count() == 1, "{said}\n{document}");
    said
}

/// Checks all cases on two threads: each takes a process of its own.
fn for_each<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    thread::scope(|scope| {
        for half in cases.chunks(cases.len().div_ceil(2)) {
            scope.spawn(|| half.iter().for_each(&check));
        }
    });
}

fn json(proof: &Proof) -> String {
    serde_json::to_string(proof).unwrap()
}

#[test]
fn the_checker_says_in_one_line_what_is_proven_and_who_signed() {
    let said = passes(&json(&proof()), &[]);
    assert_eq!(said.lines().count(), 1, "{said}");
    let signer = key().account_id().to_string();
    let published = proof().published[0].id.to_string();
    for part in ["begins with Initiated (leaf 2), FundsReceived (leaf 5)", &signer, &published, "03:04:18Z"] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn the_checker_trusts_the_keys_that_it_is_told() {
    let (signer, another) = (key().account_id().to_string(), Keypair::from_seed_bytes([8; 32]).account_id());
    let another = another.to_string();
    passes(&json(&proof()), &["--key", &signer]);
    passes(&json(&proof()), &["--key", &another, "--key", &signer]);
    assert!(refuses(&json(&proof()), &["--key", &another]).contains("not trusted"));
}

#[test]
fn the_checker_refuses_every_change() {
    let document = serde_json::to_value(proof()).unwrap();
    let cases: Vec<_> = places(&document)
        .into_iter()
        .map(|place| {
            let others = other_values(document.pointer(&place).unwrap());
            let mut tampered = document.clone();
            *tampered.pointer_mut(&place).unwrap() = others.first().unwrap().clone();
            (place, tampered.to_string())
        })
        .collect();
    for_each(&cases, |(place, tampered)| {
        if is_only_a_hint(place) {
            passes(tampered, &[]);
        } else {
            refuses(tampered, &[]);
        }
    });
}

#[test]
fn the_checker_refuses_what_is_left_out_added_or_moved() {
    let document = serde_json::to_value(proof()).unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut document = document.clone();
        change(&mut document);
        document.to_string()
    };
    let array = |value: &mut Value, change: &dyn Fn(&mut Vec<Value>)| match value {
        Value::Array(items) => change(items),
        _ => panic!("{value} is no array"),
    };
    let cases = [
        with(&|document| document["events"] = json!([])),
        with(&|document| array(&mut document["events"], &|events| drop(events.remove(0)))),
        with(&|document| array(&mut document["events"], &|events| drop(events.remove(1)))),
        with(&|document| array(&mut document["events"], &|events| events.swap(0, 1))),
        with(&|document| array(&mut document["events"], &|events| events.push(events[2].clone()))),
        with(&|document| array(&mut document["events"][0]["path"], &|path| drop(path.pop()))),
        with(&|document| array(&mut document["events"][0]["path"], &|path| path.push(path[0].clone()))),
        with(&|document| array(&mut document["events"][0]["path"], &|path| path.swap(0, 1))),
        with(&|document| array(&mut document["consistency"]["path"], &|path| drop(path.pop()))),
        with(&|document| array(&mut document["consistency"]["path"], &|path| path.push(path[0].clone()))),
        with(&|document| array(&mut document["consistency"]["path"], &|path| path.swap(0, 1))),
        with(&|document| array(&mut document["consistency"]["path"], &|path| path.clear())),
        with(&|document| document["consistency"] = Value::Null),
        with(&|document| document["more"] = json!(1)),
        with(&|document| document["events"][0]["more"] = json!(1)),
        with(&|document| document["signed_root"]["size"] = json!(13.0)),
        with(&|document| document["signed_root"]["size"] = json!(true)),
        with(&|document| document["events"][0]["path"][0] = json!({})),
        json(&proof()).replace("\"sequence\":1,", "\"sequence\":1,\"sequence\":1,"),
        json(&proof()).replace("Café", "\\ud800"),
        json(&proof()) + "{}",
        "[".repeat(100_000),
        String::new(),
    ];
    for_each(&cases, |tampered| {
        let accepted = serde_json::from_str::<Proof>(tampered).is_ok_and(|proof| proof.check().is_ok());
        assert!(!accepted, "{tampered}");
        refuses(tampered, &[]);
    });
}

#[test]
fn the_checker_refuses_well_signed_roots_that_do_not_fit() {
    let resigned = |mut from: SignedRoot| {
        from.signature = Signature::from_bytes(key().sign(&from.signed_bytes()));
        let mut proof = Proof { published: vec![], ..proof() };
        proof.consistency.as_mut().unwrap().from = from;
        json(&proof)
    };
    let from = proof().consistency.unwrap().from;
    passes(&resigned(from.clone()), &[]);
    refuses(&resigned(SignedRoot { log: "another".parse().unwrap(), ..from.clone() }), &[]);
    refuses(&resigned(SignedRoot { size: 0, ..from.clone() }), &[]);
    refuses(&resigned(SignedRoot { size: 13, ..from.clone() }), &[]);
    refuses(&resigned(SignedRoot { size: 14, ..from.clone() }), &[]);
    refuses(&resigned(sign(&Log::of_size(6), 6, None)), &[]);
}

#[test]
fn the_checker_follows_paths_of_every_shape() {
    let ends = [(0, 1), (1, 1), (0, 5), (5, 5), (8, 8)];
    let cases: Vec<_> = (2..=17_u64).flat_map(|to| [(to / 2, to), (to - 1, to)]).chain(ends).collect();
    for_each(&cases, |&(from, to)| {
        let made = proof();
        let mut event = made.events[0].clone();
        event.index = from.min(to - 1);
        // The event among leaves that are none.
        let mut log = Log::default();
        for leaf in Log::of_size(to).leaves {
            let ours = log.frontier.size() == event.index;
            log.append(if ours { event.leaf(&made.stream).hash() } else { leaf });
        }
        event.path = log.inclusion(event.index, to);
        let consistency = Consistency { from: sign(&log, from, None), path: log.consistency(from, to) };
        let proof = Proof {
            events: vec![event],
            signed_root: sign(&log, to, Some(&consistency.from)),
            consistency: Some(consistency),
            published: vec![],
            ..made
        };
        assert!(proof.check().is_ok(), "{from} in {to}");
        passes(&json(&proof), &[]);
    });
}
