//! The disk fills up under a running anchor: what it cannot keep it refuses, and it goes on once there is room.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use windlass_tests::{Process, Program, free_port, until, wallet::Wallet};

/// No file can grow, and writing fails as it does on a full disk: with an error, not with a signal.
const FULL: Option<u64> = Some(1);
const IGNORE_THE_SIGNAL: &str = "trap '' XFSZ; exec \"$@\"";
/// Several ledgers.
const A_WHILE: Duration = Duration::from_millis(500);

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_windlass-under-test"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_whose_disk_is_full_refuses_and_goes_on_once_there_is_room() {
    let outcome = async {
        let folders = [tempfile::tempdir()?, tempfile::tempdir()?, tempfile::tempdir()?];
        let [outside, inside, wallets] = folders.each_ref().map(|folder| folder.path());
        let (sandbox, sandbox_url) = start("sandbox", outside, ("SANDBOX_LEDGER_INTERVAL", "100ms"))?;
        answers(&format!("{sandbox_url}/horizon")).await.with_context(|| sandbox.to_string())?;
        let (mut anchor, url) = start("all", inside, ("SANDBOX_URL", &sandbox_url))?;
        answers(&format!("{url}/health/ready")).await.with_context(|| anchor.to_string())?;
        let wallet = || Wallet::set_out_to(&program(), wallets, &url);
        wallet()?.come_back().await?;

        anchor.limit_files(FULL)?;
        let refused = wallet()?.come_back().await.err().context("a wallet was served on a full disk")?;
        ensure!(format!("{refused:#}").contains("it answered 503"), "{refused:#}");
        ensure!(anchor.ended()?.is_none(), "it did not bear it\n{anchor}");
        // Network and bank cannot keep anything either.
        sandbox.limit_files(FULL)?;
        tokio::time::sleep(A_WHILE).await;

        sandbox.limit_files(None)?;
        anchor.limit_files(None)?;
        wallet()?.come_back().await.with_context(|| format!("{sandbox}{anchor}"))?;
        anchor.terminate()?;
        let status = anchor.end().await?;
        ensure!(status.success() && !anchor.stderr().contains("panicked"), "{status}\n{anchor}");
        Ok(())
    };
    let outcome: Result<()> = outcome.await;
    outcome.unwrap();
}

fn start(role: &str, folder: &Path, setting: (&str, &str)) -> Result<(Process, String)> {
    let listen = format!("127.0.0.1:{}", free_port()?);
    let url = format!("http://{listen}");
    let mut command = program().command_in_shell(folder, IGNORE_THE_SIGNAL, &[role]);
    command.env("LISTEN", listen).env("HOST_URL", &url).env(setting.0, setting.1);
    Ok((Process::spawn(role, folder, command)?, url))
}

async fn answers(url: &str) -> Result<()> {
    until(url, async || {
        Ok(reqwest::get(url).await.is_ok_and(|answer| answer.status().is_success()).then_some(()))
    })
    .await
}
