//! The proof in `golden/proof.json` is made as it always was, and the documentation's numbers are its.
//!
//! `UPDATE_GOLDEN=1 cargo test -p windlass-merkle golden` writes it anew; only a new format may need that.

use std::{fs, path::Path};

use windlass_merkle::Proof;

use crate::fixture::proof;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_golden_proof_is_made_and_holds() {
    let made = serde_json::to_string_pretty(&proof()).unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/proof.json"), &made).unwrap();
    }
    let golden = read("tests/golden/proof.json");
    assert!(serde_json::from_str::<Proof>(&golden).unwrap().check().is_ok());
    assert_eq!(golden, made);
}

#[test]
fn the_documentation_has_the_numbers_of_the_golden_proof() {
    let chapter = read("../../docs/tamper-evidence.md");
    let proof: Proof = serde_json::from_str(&read("tests/golden/proof.json")).unwrap();
    let last = proof.events.last().unwrap();
    let leaf = last.leaf(&proof.stream);
    let from = &proof.consistency.as_ref().unwrap().from;
    let hex_lines: Vec<_> = leaf.bytes().chunks(32).map(hex::encode).collect();
    let expected = [
        hex_lines.join("\n"),
        leaf.hash().to_string(),
        last.path.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        String::from_utf8(from.signed_bytes()).unwrap(),
        format!("id {}", from.id()),
        String::from_utf8(proof.signed_root.signed_bytes()).unwrap(),
        format!("id {}", proof.signed_root.id()),
        format!("signature {}", proof.signed_root.signature),
    ];
    for part in expected {
        assert!(chapter.contains(&part), "docs/tamper-evidence.md has not got:\n{part}");
    }
}
