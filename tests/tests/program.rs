//! The program as its user meets it: first start, commands, faults of the configuration and of the machine.

#![expect(clippy::unwrap_used, reason = "a test that cannot run the program fails")]

use std::{
    fs,
    path::Path,
    process::{Output, Stdio},
};

use anyhow::{Context, Result};
use serde_json::Value;
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use windlass_tests::{Process, Program, free_port, until};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_windlass-under-test"))
}

/// Runs a command to its end in `folder`.
fn run(folder: &Path, args: &[&str], settings: &[(&str, &str)]) -> Output {
    program().command(folder, args).envs(settings.iter().copied()).output().unwrap()
}

/// What it said when it refused.
fn refused(folder: &Path, args: &[&str], settings: &[(&str, &str)]) -> String {
    let output = run(folder, args, settings);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "it did not refuse: {errors}");
    assert!(!errors.contains("panicked"), "{errors}");
    errors
}

struct Anchor {
    process: Process,
    url: String,
}

/// Everything in one process, as `cargo run` starts it.
async fn start(folder: &TempDir) -> Result<Anchor> {
    let listen = format!("127.0.0.1:{}", free_port()?);
    let url = format!("http://{listen}");
    let settings = [("LISTEN", listen.as_str()), ("HOST_URL", &url), ("SANDBOX_LEDGER_INTERVAL", "100ms")];
    let process = program().start("all", folder.path(), &[], &settings)?;
    let ready = format!("{url}/health/ready");
    until("the anchor", async || {
        Ok(reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success()).then_some(()))
    })
    .await
    .context(process.to_string())?;
    Ok(Anchor { process, url })
}

impl Anchor {
    async fn get(&self, path: &str) -> Result<String> {
        Ok(reqwest::get(format!("{}{path}", self.url)).await?.error_for_status()?.text().await?)
    }

    fn demo(&self, folder: &TempDir) -> Value {
        let output = run(folder.path(), &["demo", "--anchor", &self.url, "--json"], &[]);
        let (lines, errors) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{errors}");
        serde_json::from_str(lines.lines().last().unwrap()).unwrap()
    }

    async fn end(mut self) -> Result<()> {
        self.process.terminate()?;
        let status = self.process.end().await?;
        anyhow::ensure!(status.success(), "{status}\n{}", self.process);
        anyhow::ensure!(!self.process.stderr().contains("panicked"), "{}", self.process);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_says_where_everything_is_and_the_next_goes_on_with_it() {
    let outcome = async {
        let folder = tempfile::tempdir()?;
        let anchor = start(&folder).await?;
        let banner = anchor.process.stdout();
        for told in [&anchor.url, "/.well-known/stellar.toml", "data", "demo", "No real money"] {
            assert!(banner.contains(told), "{told} is not in: {banner}");
        }
        assert!(anchor.get("/").await?.contains("No real money"));
        let toml = anchor.get("/.well-known/stellar.toml").await?;
        let report = anchor.demo(&folder);
        let url = anchor.url.clone();
        anchor.end().await?;

        let again = start(&folder).await?;
        let same = |text: &str, url: &str| text.replace(url, "");
        let toml_again = again.get("/.well-known/stellar.toml").await?;
        assert_eq!(same(&toml_again, &again.url), same(&toml, &url));
        let id = report["deposit"]["id"].as_str().context("no id")?;
        let events = run(folder.path(), &["events", id], &[]);
        assert!(String::from_utf8_lossy(&events.stdout).contains("Completed"), "{events:?}");
        again.demo(&folder);
        again.end().await
    };
    let outcome: Result<()> = outcome.await;
    outcome.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_that_is_not_there_yet_is_waited_for_and_a_stop_is_heeded_meanwhile() {
    let outcome = async {
        let folder = tempfile::tempdir()?;
        let listen = format!("127.0.0.1:{}", free_port()?);
        let (host_url, nobody) = (format!("http://{listen}"), format!("http://127.0.0.1:{}", free_port()?));
        let settings = [("LISTEN", listen.as_str()), ("HOST_URL", &host_url), ("SANDBOX_URL", &nobody)];
        let mut process = program().start("serve", folder.path(), &["serve"], &settings)?;
        until("patience", async || Ok(process.stderr().contains("waiting for the sandbox").then_some(())))
            .await?;
        let toml = reqwest::get(format!("{host_url}/.well-known/stellar.toml")).await?;
        assert!(toml.status().is_success() && process.ended()?.is_none(), "{process}");
        process.terminate()?;
        assert!(process.end().await?.success(), "{process}");
        Ok(())
    };
    let outcome: Result<()> = outcome.await;
    outcome.unwrap();
}

#[test]
fn the_demo_starts_an_anchor_of_its_own_where_none_runs() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = format!("http://127.0.0.1:{}", free_port().unwrap());
    let output = run(folder.path(), &["demo", "--json"], &[("HOST_URL", &nobody)]);
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_slice(output.stdout.trim_ascii_end()).unwrap();
    assert_eq!(report["differences"], serde_json::json!([]));
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "it left something behind");
}

#[test]
fn the_demo_says_what_is_wrong_with_an_anchor_that_it_cannot_use() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = format!("http://127.0.0.1:{}", free_port().unwrap());
    for (anchor, told) in
        [(nobody.as_str(), "stellar.toml"), ("not an address", "not an address"), ("ftp://x", "ftp://x")]
    {
        let output = run(folder.path(), &["demo", "--anchor", anchor], &[]);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(!output.status.success() && said.contains(told), "{anchor}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_can_be_read_and_followed() {
    let outcome = async {
        let folder = tempfile::tempdir()?;
        let anchor = start(&folder).await?;
        let mut follow = program().command(folder.path(), &["events", "--follow", "--json"]);
        follow.stdout(Stdio::piped());
        let mut follower = Process::spawn("follower", folder.path(), follow)?;
        let report = anchor.demo(&folder);
        let id = report["withdrawal"]["id"].as_str().context("no id")?;
        until("the follower", async || {
            let seen = follower.stdout();
            let done = |line: &str| line.contains(id) && line.contains(r#""event_type":"Completed""#);
            Ok(seen.lines().any(done).then_some(()))
        })
        .await?;
        follower.kill()?;

        let whole = run(folder.path(), &["events", "--json"], &[]);
        let whole: Vec<Value> =
            String::from_utf8(whole.stdout)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let positions: Vec<_> = whole.iter().map(|event| event["at"].as_str().unwrap_or_default()).collect();
        let middle = positions[positions.len() / 2];
        let rest = run(folder.path(), &["events", "--json", "--after", middle], &[]);
        assert_eq!(
            String::from_utf8(rest.stdout)?.lines().count(),
            positions.len() - positions.len() / 2 - 1
        );
        let unknown = refused(folder.path(), &["events", "no-such-id"], &[]);
        assert!(unknown.contains("no-such-id"), "{unknown}");
        // Personal data is in no event.
        assert!(!format!("{whole:?}").contains("SBX000000003"), "an account number is in the log");
        anchor.end().await
    };
    let outcome: Result<()> = outcome.await;
    outcome.unwrap();
}

#[test]
fn every_command_has_help_and_slips_of_the_pen_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        &["--help"][..],
        &["all", "--help"],
        &["serve", "--help"],
        &["work", "--help"],
        &["sandbox", "--help"],
        &["migrate", "--help"],
        &["demo", "--help"],
        &["events", "--help"],
        &["copy", "--help"],
        &["erase", "--help"],
        &["keys", "new", "--help"],
        &["keys", "rotate-master", "--help"],
    ] {
        let output = run(folder.path(), args, &[]);
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && help.contains("Usage:"), "{args:?}: {help}");
    }
    assert!(refused(folder.path(), &["demmo"], &[]).contains("demo"));
}

#[test]
fn new_keys_are_printed_once_and_fit() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["keys", "new"], &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    let word = |letter: char, length: usize| {
        let words = text.split_whitespace();
        words
            .filter(|word| word.starts_with(letter) && word.len() == length)
            .map(str::to_owned)
            .next()
            .unwrap()
    };
    let (seed, account) = (word('S', 56), word('G', 56));
    let migrated = run(folder.path(), &["migrate"], &[("SECRET_SEP10_SIGNING_SEED", &seed)]);
    assert!(migrated.status.success(), "{migrated:?}");
    assert_eq!(account.len(), 56);
    assert!(!String::from_utf8_lossy(&migrated.stderr).contains(&seed));
}

#[test]
fn migrate_says_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let say = || String::from_utf8(run(folder.path(), &["migrate"], &[]).stdout).unwrap();
    assert!(say().contains("store was made"));
    assert!(say().contains("store is at version"));
}

#[test]
fn all_faults_of_the_configuration_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("windlass.toml"), "colour = 'red'\n[sep10]\nauth_timeout = 'soon'\n")
        .unwrap();
    let errors = refused(folder.path(), &[], &[("SEP10_TYPO", "1"), ("LISTEN", "here")]);
    for told in ["colour", "sep10.auth_timeout", "SEP10_TYPO", "LISTEN", "'soon'"] {
        assert!(errors.contains(told), "{told} is not in: {errors}");
    }
    fs::write(folder.path().join("windlass.toml"), "[sep10").unwrap();
    assert!(refused(folder.path(), &[], &[]).contains("windlass.toml"));
    assert!(refused(folder.path(), &["--config", "missing.toml"], &[]).contains("missing.toml"));
}

#[test]
fn a_port_in_use_and_a_folder_that_cannot_be_made_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let errors = refused(folder.path(), &[], &[("LISTEN", &address)]);
    assert!(errors.contains(&address) && errors.contains("LISTEN"), "{errors}");

    fs::write(folder.path().join("file"), "").unwrap();
    let errors = refused(folder.path(), &["migrate"], &[("DATA_DIR", "file/below")]);
    assert!(errors.contains("file/below"), "{errors}");
    let errors = refused(folder.path(), &["migrate"], &[("DATA_DIR", "/proc/windlass")]);
    assert!(errors.contains("/proc/windlass"), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_newer_damaged_or_locked_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/windlass.db");
    assert!(run(folder.path(), &["migrate"], &[]).status.success());

    let url = format!("sqlite:{}", path.display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let errors =
        refused(folder.path(), &["serve"], &[("LISTEN", &format!("127.0.0.1:{}", free_port().unwrap()))]);
    assert!(errors.contains("busy"), "{errors}");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();

    sqlx::query("UPDATE schema_versions SET version = 99").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    let errors = refused(folder.path(), &["migrate"], &[]);
    assert!(errors.contains("99") && errors.contains("newer"), "{errors}");

    for file in fs::read_dir(folder.path().join("data")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    fs::write(&path, "this is no database, and has been here before").unwrap();
    let errors = refused(folder.path(), &["migrate"], &[]);
    assert!(errors.contains("windlass.db"), "{errors}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "this is no database, and has been here before");
}

#[test]
fn a_full_disk_is_named_and_nothing_is_half_done() {
    let folder = tempfile::tempdir().unwrap();
    // No file may grow beyond 8 blocks of 1 KiB; the signal for it is ignored, so that writing fails as on a full disk.
    let line = "trap '' XFSZ; ulimit -f 8; exec \"$@\"";
    let output = program().command_in_shell(folder.path(), line, &["migrate"]).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && !errors.contains("panicked"), "{errors}");
    assert!(errors.contains("windlass.db"), "{errors}");
    assert!(run(folder.path(), &["migrate"], &[]).status.success(), "it did not recover");
}

#[test]
fn a_master_key_that_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let listen = format!("127.0.0.1:{}", free_port().unwrap());
    let settings = |key: &'static str| [("SECRET_MASTER_KEY", key), ("LISTEN", listen.as_str())];
    let short = refused(folder.path(), &["work"], &settings("c2hvcnQ="));
    assert!(short.contains("master_key"), "{short}");

    let first = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let mut process = program().start("work", folder.path(), &["work"], &settings(first)).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let started = until("the worker", async || Ok(process.stdout().contains("Windlass works").then_some(())));
    runtime.block_on(started).unwrap();
    process.kill().unwrap();
    let other = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let errors = refused(folder.path(), &["work"], &settings(other));
    assert!(errors.contains("master key") && !errors.contains(other), "{errors}");
}
