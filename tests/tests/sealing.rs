//! Tamper evidence by the program's own commands: sealed while a wallet deposits, published, proven, and tampered with.

#![expect(clippy::unwrap_used, reason = "a test that cannot run the program fails")]

use std::{path::Path, process::Command};

use serde_json::Value;
use sqlx::{Connection, SqliteConnection};
use windlass_tests::{Program, free_port, until};

/// Who publishes.
const SEED: &str = "SDNVMBOO2AXYLEX3C7QFYCCGVEVL2R3C5CT255MOCV2AQJO6W45FOLKJ";
const ACCOUNT: &str = "GAAKXKCD3FCZUMEHEEEQTRDD5TRAVK26KSLTHYXQQVK6BY6S2MRC7QH7";

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_windlass-under-test"))
}

/// Whether it went well, and all that it said.
fn run(folder: &Path, args: &[&str]) -> (bool, String) {
    let output = program().command(folder, args).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!said.contains("panicked"), "{args:?}: {said}");
    (output.status.success(), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_sealed_published_proven_and_tampered_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let (none, said) = run(path, &["audit", "verify"]);
    assert!(none && said.contains("0 events"), "{said}");

    let listen = format!("127.0.0.1:{}", free_port().unwrap());
    let url = format!("http://{listen}");
    let settings = [
        ("LISTEN", listen.as_str()),
        ("HOST_URL", &url),
        ("SANDBOX_LEDGER_INTERVAL", "100ms"),
        ("SECRET_AUDIT_PUBLISHING_SEED", SEED),
        ("AUDIT_PUBLISH_INTERVAL", "10s"),
    ];
    let mut anchor = program().start("all", path, &[], &settings).unwrap();
    let friendbot = format!("{url}/sandbox/horizon/friendbot?addr={ACCOUNT}");
    let funded = until("the publisher's account", async || {
        Ok(reqwest::get(&friendbot).await.is_ok_and(|answer| answer.status().is_success()).then_some(()))
    });
    funded.await.map_err(|error| format!("{error}: {anchor}")).unwrap();
    let (went_well, said) = run(path, &["demo", "--anchor", &url]);
    assert!(went_well, "{said}");

    let (_, log) = run(path, &["events", "--json"]);
    let events: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let initiated = events.iter().find(|event| event["event_type"] == "Initiated").unwrap();
    let transfer = initiated["aggregate_id"].as_str().unwrap();
    let proof = until("a proof with a publication", async || {
        let (went_well, said) = run(path, &["audit", "prove", transfer, "--output", "proof.json"]);
        if !went_well {
            anyhow::ensure!(said.contains("not sealed yet"), "{said}");
            return Ok(None);
        }
        let proof: Value = serde_json::from_slice(&std::fs::read(path.join("proof.json"))?)?;
        Ok(proof["published"][0]["transaction"].is_string().then_some(proof))
    });
    let proof = proof.await.map_err(|error| format!("{error}: {anchor}")).unwrap();

    // What the proof says is published stands in the network's ledger.
    let hash = proof["published"][0]["transaction"].as_str().unwrap();
    let published = reqwest::get(format!("{url}/sandbox/horizon/transactions/{hash}")).await.unwrap();
    let published: Value = serde_json::from_str(&published.text().await.unwrap()).unwrap();
    assert_eq!((&published["memo_type"], &published["source_account"]), (&"hash".into(), &ACCOUNT.into()));
    let checker = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/check_proof.py");
    let key = proof["signed_root"]["key"].as_str().unwrap();
    let mut check = Command::new("python3");
    let checked = check.arg(checker).args(["--key", key]).arg(path.join("proof.json")).output().unwrap();
    assert!(checked.status.success(), "{checked:?}");

    let (holds, said) = run(path, &["audit", "verify", "--key", key]);
    assert!(holds && said.contains("as it should be"), "{said}");
    anchor.terminate().unwrap();
    assert!(anchor.end().await.unwrap().success(), "{anchor}");

    for args in [&["subscriptions", "reset", "seal", "--from", "beginning"][..], &["replay", "seal"]] {
        let (went_well, said) = run(path, args);
        assert!(!went_well && said.contains("says what the log was"), "{said}");
    }
    let database = format!("sqlite:{}", path.join("data/windlass.db").display());
    let mut database = SqliteConnection::connect(&database).await.unwrap();
    // A single space.
    let change = "UPDATE events SET payload = payload || ' '
        WHERE position = (SELECT max(position) FROM events WHERE event_type = 'FormSubmitted')";
    assert_eq!(sqlx::query(change).execute(&mut database).await.unwrap().rows_affected(), 1);
    database.close().await.unwrap();
    let (holds, said) = run(path, &["audit", "verify", "--json"]);
    let said: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert!(!holds && said["tampering"]["kind"] == "changed", "{said}");
    let changed = &said["tampering"]["event"];
    let named = |event: &&Value| {
        event["aggregate_id"] == changed["aggregate_id"] && event["sequence"] == changed["sequence"]
    };
    assert_eq!(events.iter().find(named).unwrap()["event_type"], "FormSubmitted");
}
