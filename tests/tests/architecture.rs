//! The walls between the crates, and what may be in the tree: DESIGN is kept by this, not by good intentions.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot read the workspace fails"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use serde_json::Value;
use windlass_tests::crash_points::rust_files;

/// Which crates of the workspace each may use; `docs/architecture.md` has the same table.
const MAY_USE: [(&str, &[&str]); 15] = [
    ("windlass-stellar", &[]),
    ("windlass-domain", &["stellar"]),
    ("windlass-store", &[]),
    ("windlass-vault", &["store"]),
    ("windlass-commands", &["domain", "stellar", "store", "vault"]),
    ("windlass-merkle", &["stellar"]),
    ("windlass-projections", &["domain", "merkle", "stellar", "store"]),
    ("windlass-api", &["domain", "stellar", "commands", "projections", "vault"]),
    ("windlass-workers", &["domain", "stellar", "commands", "store", "projections", "vault"]),
    ("windlass-horizon", &["domain", "stellar"]),
    ("windlass-rails", &["domain", "stellar"]),
    ("windlass-sandbox", &["domain", "stellar"]),
    ("windlass-test-postgres", &[]),
    ("windlass", &["*"]),
    ("windlass-tests", &["*"]),
];

/// Crates of others that some of ours must do without.
const MUST_DO_WITHOUT: [(&str, &[&str]); 7] = [
    ("windlass-stellar", &["tokio", "sqlx", "reqwest", "axum", "getrandom"]),
    ("windlass-domain", &["tokio", "sqlx", "reqwest", "axum", "getrandom"]),
    ("windlass-merkle", &["tokio", "sqlx", "reqwest", "axum", "getrandom"]),
    ("windlass-commands", &["sqlx", "reqwest", "axum"]),
    ("windlass-projections", &["reqwest", "axum"]),
    ("windlass-api", &["sqlx", "reqwest"]),
    ("windlass-workers", &["sqlx", "reqwest", "axum"]),
];

/// Never in the tree of the program: one TLS provider, nothing abandoned.
const BANNED: [&str; 6] = ["ring", "openssl", "openssl-sys", "native-tls", "serde_yaml", "stellar-base"];

/// The folders at the top; `deploy` and `migrations/postgres` come with what they hold.
const FOLDERS: [&str; 11] = [
    ".ci",
    "api",
    "commands",
    "docs",
    "domain",
    "migrations",
    "projections",
    "src",
    "tests",
    "workers",
    "deploy",
];

const LONGEST_FILE: usize = 400;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Each crate of the workspace with what it depends on, tests aside.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let text = |value: &Value, field: &str| value[field].as_str().unwrap_or_default().to_owned();
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let used = dependencies.filter(|dependency| dependency["kind"] != "dev");
            (text(package, "name"), used.map(|dependency| text(dependency, "name")).collect())
        })
        .collect()
}

#[test]
fn no_crate_uses_another_that_the_table_does_not_name() {
    let table: BTreeMap<_, _> = MAY_USE.into();
    for (name, used) in dependencies() {
        let may_use = table.get(name.as_str()).unwrap_or_else(|| panic!("{name} is not in the table"));
        for other in used.iter().filter_map(|used| used.strip_prefix("windlass-")) {
            assert!(
                may_use.contains(&"*") || may_use.contains(&other),
                "{name} must not use windlass-{other}"
            );
        }
    }
}

#[test]
fn pure_crates_stay_pure_and_sql_stays_in_its_place() {
    let all = dependencies();
    for (name, without) in MUST_DO_WITHOUT {
        for other in without {
            assert!(!all[name].contains(*other), "{name} must not use {other}");
        }
    }
}

#[test]
fn nothing_banned_is_in_the_programs_tree() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "windlass", "--edges", "normal,build", "--prefix", "none", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let names: BTreeSet<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("rustls") && names.contains("aws-lc-rs"), "the tree was not read");
    for banned in BANNED {
        assert!(!names.contains(banned), "{banned} is in the tree of windlass");
    }
}

#[test]
fn the_program_has_no_crash_points() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "windlass", "--edges", "features", "--prefix", "none", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(tree.contains("windlass-commands"), "the tree was not read");
    assert!(!tree.contains("crash-points"), "crash points are in the program");
}

#[test]
fn the_top_level_shows_the_architecture() {
    let output = Command::new("git").args(["ls-files"]).current_dir(root()).output().unwrap();
    let files = String::from_utf8(output.stdout).unwrap();
    let folders: BTreeSet<_> =
        files.lines().filter_map(|file| file.split_once('/')).map(|(top, _)| top).collect();
    assert!(folders.contains("domain"), "git was not read");
    for folder in folders {
        assert!(FOLDERS.contains(&folder), "{folder} is no folder of the design");
    }
}

#[test]
fn every_crate_keeps_the_lints_which_forbid_unsafe_code() {
    let manifest = |path: &Path| fs::read_to_string(path).unwrap();
    assert!(manifest(&root().join("Cargo.toml")).contains("unsafe_code = \"forbid\""));
    for package in metadata()["packages"].as_array().unwrap() {
        let path = Path::new(package["manifest_path"].as_str().unwrap());
        assert!(
            manifest(path).contains("[lints]\nworkspace = true"),
            "{} has lints of its own",
            path.display()
        );
    }
}

#[test]
fn no_file_of_code_is_longer_than_a_reader_bears() {
    for folder in ["src", "domain", "commands", "projections", "api", "workers", "tests"] {
        for file in rust_files(&root().join(folder)).unwrap() {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines <= LONGEST_FILE, "{} has {lines} lines", file.display());
        }
    }
}
