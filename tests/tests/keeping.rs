//! What an operator does to keep an anchor, by the program's own commands: replace the master key, erase a person, move.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot run the program fails")]

use std::{fs, path::Path, process::Output};

use serde_json::Value;
use tempfile::TempDir;
use windlass_tests::{Process, Program, free_port, until};

type Settings<'a> = [(&'a str, &'a str)];

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_windlass-under-test"))
}

fn run(folder: &TempDir, args: &[&str], settings: &Settings<'_>) -> Output {
    program().command(folder.path(), args).envs(settings.iter().copied()).output().unwrap()
}

/// What it said.
fn done(folder: &TempDir, args: &[&str], settings: &Settings<'_>) -> String {
    let output = run(folder, args, settings);
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What it said when it refused.
fn refused(folder: &TempDir, args: &[&str], settings: &Settings<'_>) -> String {
    let output = run(folder, args, settings);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && !errors.contains("panicked"), "{args:?}: {errors}");
    errors
}

/// Runs an anchor, lets a wallet deposit and withdraw, does `meanwhile`, and ends it.
async fn demonstrate(folder: &TempDir, settings: &Settings<'_>, meanwhile: impl FnOnce()) {
    let listen = format!("127.0.0.1:{}", free_port().unwrap());
    let url = format!("http://{listen}");
    let own = [("LISTEN", listen.as_str()), ("HOST_URL", &url), ("SANDBOX_LEDGER_INTERVAL", "100ms")];
    let settings: Vec<_> = own.into_iter().chain(settings.iter().copied()).collect();
    let mut anchor: Process = program().start("all", folder.path(), &[], &settings).unwrap();
    let ready = format!("{url}/health/ready");
    let serves = until("the anchor", async || {
        Ok(reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success()).then_some(()))
    });
    serves.await.map_err(|error| format!("{error}: {anchor}")).unwrap();
    let report: Value = serde_json::from_str(
        done(folder, &["demo", "--anchor", &url, "--json"], &[]).lines().last().unwrap(),
    )
    .unwrap();
    assert_eq!(report["differences"], serde_json::json!([]));
    meanwhile();
    anchor.terminate().unwrap();
    assert!(anchor.end().await.unwrap().success(), "{anchor}");
}

/// The whole log, but for the places that a move changes.
fn log(folder: &TempDir, settings: &Settings<'_>) -> Vec<Value> {
    let lines = done(folder, &["events", "--json"], settings);
    let event = |line: &str| {
        let mut event: Value = serde_json::from_str(line).unwrap();
        event.as_object_mut().unwrap().remove("at").unwrap();
        event
    };
    lines.lines().map(event).collect()
}

fn contains(path: &Path, text: &str) -> bool {
    let content = fs::read(path).unwrap_or_default();
    content.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The person of the last withdrawal.
fn last_withdrawer(log: &[Value]) -> String {
    let is_withdrawal = |event: &&Value| event["payload"]["Initiated"]["kind"] == "Sep24Withdrawal";
    let initiated = log.iter().rfind(is_withdrawal).unwrap();
    initiated["payload"]["Initiated"]["subject"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandboxes_master_key_is_replaced_and_a_person_is_erased() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("data/master.key");
    let rotate = ["keys", "rotate-master"];
    demonstrate(&folder, &[], || assert!(refused(&folder, &rotate, &[]).contains("stop the anchor"))).await;
    let before = fs::read_to_string(&key).unwrap();
    assert!(done(&folder, &rotate, &[]).contains("sealed anew"));
    let after = fs::read_to_string(&key).unwrap();
    assert!(before != after && !folder.path().join("data/master.key.previous").exists());
    assert!(
        refused(&folder, &["erase", "nobody", "--yes"], &[("SECRET_MASTER_KEY", &before)])
            .contains("master key")
    );
    demonstrate(&folder, &[], || {}).await;

    let before = log(&folder, &[]);
    let person = last_withdrawer(&before);
    assert!(refused(&folder, &["erase", &person], &[]).contains("--yes"));
    assert!(refused(&folder, &["erase", "nobody", "--yes"], &[]).contains("nothing is known of 'nobody'"));
    assert_eq!(log(&folder, &[]), before);
    let erased = done(&folder, &["erase", &person, "--yes", "--reason", "by letter"], &[]);
    assert!(erased.contains("1 keys") && erased.contains("backup"), "{erased}");
    let after = log(&folder, &[]);
    for duty in ["subscription:seal", "sign_roots"] {
        done(&folder, &["work", "--only", duty, "--once"], &[]);
    }
    assert!(done(&folder, &["audit", "verify"], &[]).contains("The log is what was signed"));
    assert_eq!(after[..before.len()], before);
    assert_eq!(after[before.len()]["payload"]["CustomerErased"]["reason"], "by letter");
    assert_eq!(after.len(), before.len() + 1);
    for file in ["windlass.db", "windlass.db-wal"] {
        assert!(!contains(&folder.path().join("data").join(file), "SBX000000003"), "{file}");
    }
    assert!(done(&folder, &["erase", &person, "--yes"], &[]).contains("erased before"));
    assert!(done(&folder, &["events", &person], &[]).contains("CustomerErased"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configured_master_key_is_replaced_with_both_given() {
    let folder = tempfile::tempdir().unwrap();
    let keys = [7u8, 8].map(|n| {
        let letter = char::from(b'A' + n);
        format!("{}=", letter.to_string().repeat(42) + "A")
    });
    let [old, new] = &keys;
    let (first, second) = ([("SECRET_MASTER_KEY", old.as_str())], [("SECRET_MASTER_KEY", new.as_str())]);
    let both = [("SECRET_MASTER_KEY", new.as_str()), ("SECRET_MASTER_KEY_PREVIOUS", old)];
    demonstrate(&folder, &first, || {}).await;
    assert!(refused(&folder, &["keys", "rotate-master"], &second).contains("master key"));
    // Others may go on meanwhile, as long as they have both.
    demonstrate(&folder, &both, || {
        assert!(done(&folder, &["keys", "rotate-master"], &both).contains("PREVIOUS can be taken away"));
    })
    .await;
    assert!(done(&folder, &["keys", "rotate-master"], &both).contains("nothing to do"));
    assert!(refused(&folder, &["erase", "nobody", "--yes"], &first).contains("master key"));
    demonstrate(&folder, &second, || {}).await;
    assert!(!folder.path().join("data/master.key").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_moves_to_postgres_works_there_and_moves_back() {
    let (folder, server) = (tempfile::tempdir().unwrap(), windlass_test_postgres::fresh_database().unwrap());
    let (sqlite, postgres, back) = ("sqlite:data/windlass.db", server.url(), "sqlite:data/back.db");
    let there = [("DATABASE_URL", postgres.as_str())];
    let copy = ["copy", "--from", sqlite, "--to", &postgres];
    demonstrate(&folder, &[], || assert!(refused(&folder, &copy, &[]).contains("stop the anchor"))).await;
    // Transactions of other tests on the same server hold the horizon back, so the log's end is sealed a moment later.
    let verified = |settings: &Settings<'_>| {
        for _ in 0..100 {
            for duty in ["subscription:seal", "sign_roots"] {
                done(&folder, &["work", "--only", duty, "--once"], settings);
            }
            let output = run(&folder, &["audit", "verify", "--json"], settings);
            let said: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(said["tampering"], Value::Null);
            if output.status.success() && said["unsealed_events"] == 0 {
                return said["signed_roots"].as_u64().unwrap();
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("the end of the log is not sealed");
    };
    let of_sqlite = verified(&[]);
    let before = log(&folder, &[]);
    let said = done(&folder, &copy, &[]);
    let events = said.lines().find(|line| line.trim_start().starts_with("events ")).unwrap();
    assert_eq!(events.split_whitespace().nth(1), Some(before.len().to_string().as_str()), "{said}");
    assert_eq!(log(&folder, &there), before);
    assert!(refused(&folder, &copy, &[]).contains("not empty"));

    demonstrate(&folder, &there, || {}).await;
    let after = log(&folder, &there);
    assert!(after.len() > before.len());
    assert_eq!(after[..before.len()], before);
    let signed = verified(&there);
    assert!(signed > of_sqlite, "the chain goes on where it stopped before the move");
    done(&folder, &["copy", "--from", &postgres, "--to", back], &[]);
    assert_eq!(verified(&[("DATABASE_URL", back)]), signed);
    assert_eq!(log(&folder, &[("DATABASE_URL", back)]), after);
    demonstrate(&folder, &[("DATABASE_URL", back)], || {}).await;
}

#[test]
fn slips_of_the_pen_in_a_copy_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let copy = |from: &str, to: &str| refused(&folder, &["copy", "--from", from, "--to", to], &[]);
    assert!(copy("mysql://x", "sqlite:b.db").contains("--from: 'mysql://x'"));
    assert!(copy("sqlite:a.db", "sqlite:b.db").contains("there is no file a.db"));
    assert!(copy("sqlite:a.db", "sqlite:a.db").contains("same"));
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "it left something behind");
}
