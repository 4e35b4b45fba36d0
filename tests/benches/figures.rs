//! What the program costs: the time from its start on an empty folder to the first answer, and its memory after many
//! finished transfers. `WINDLASS_TRANSFERS` says how many, 10,000 otherwise.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use futures::stream::{self, TryStreamExt};
use tempfile::TempDir;
use windlass_tests::{Process, Program, free_port, until, wallet::Wallet};

/// How many wallets are on their way at once.
const AT_ONCE: usize = 48;
const LEDGER_INTERVAL: (&str, &str) = ("SANDBOX_LEDGER_INTERVAL", "20ms");
/// The limits are those of the project's own aims.
const MOST_START_MS: f64 = 300.0;
const MOST_MEMORY_MIB: f64 = 64.0;

#[tokio::main]
async fn main() -> Result<()> {
    let program = Program::at(env!("CARGO_BIN_EXE_windlass-under-test"));
    start(&program).await?;
    let transfers = match std::env::var("WINDLASS_TRANSFERS") {
        Ok(text) => text.parse().context("WINDLASS_TRANSFERS is no number")?,
        Err(_) => 10_000,
    };
    alone(&program, transfers).await?;
    with_sandbox(&program, transfers).await
}

/// The median of nine first starts.
async fn start(program: &Program) -> Result<()> {
    let mut times = vec![];
    for _ in 0..9 {
        let folder = tempfile::tempdir()?;
        let began = Instant::now();
        let (process, url) = run(program, folder.path(), "all", &[])?;
        while !answers(&url).await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        drop(process);
    }
    times.sort_by(f64::total_cmp);
    figure("start_to_stellar_toml", *times.get(times.len() / 2).context("no start")?, "ms", MOST_START_MS);
    Ok(())
}

/// The anchor alone, with network and bank in another process.
async fn alone(program: &Program, transfers: usize) -> Result<()> {
    let (folder, outside) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let (sandbox, sandbox_url) = run(program, outside.path(), "sandbox", &[LEDGER_INTERVAL])?;
    let (anchor, url) = run(program, folder.path(), "all", &[("SANDBOX_URL", &sandbox_url)])?;
    transfer(program, &url, transfers).await.with_context(|| format!("{anchor}{sandbox}"))?;
    memory("anchor_alone", &anchor)
}

/// Everything in one process, as it runs with no configuration.
async fn with_sandbox(program: &Program, transfers: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (anchor, url) = run(program, folder.path(), "all", &[LEDGER_INTERVAL])?;
    transfer(program, &url, transfers).await.with_context(|| anchor.to_string())?;
    memory("with_sandbox", &anchor)
}

fn run(program: &Program, folder: &Path, role: &str, more: &[(&str, &str)]) -> Result<(Process, String)> {
    let address = format!("127.0.0.1:{}", free_port()?);
    let url = format!("http://{address}");
    let mut settings = vec![("LISTEN", address.as_str()), ("HOST_URL", &url), ("LOG", "warn")];
    settings.extend(more);
    Ok((program.start(role, folder, &[role], &settings)?, url))
}

/// Every wallet makes two transfers: a deposit and a withdrawal.
async fn transfer(program: &Program, url: &str, transfers: usize) -> Result<()> {
    let folder: TempDir = tempfile::tempdir()?;
    until("the anchor", async || Ok(answers(url).await.then_some(()))).await?;
    let began = Instant::now();
    let wallets = stream::iter((0..transfers.div_ceil(2)).map(Ok::<_, anyhow::Error>));
    wallets
        .try_for_each_concurrent(AT_ONCE, async |_| {
            Wallet::set_out_to(program, folder.path(), url)?.come_back().await.map(drop)
        })
        .await?;
    eprintln!("{transfers} transfers in {:.0?}", began.elapsed());
    Ok(())
}

async fn answers(url: &str) -> bool {
    let answer = reqwest::get(format!("{url}/.well-known/stellar.toml")).await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

fn memory(name: &str, process: &Process) -> Result<()> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id()))?;
    for (field, what) in [("VmRSS:", "resident"), ("VmHWM:", "peak")] {
        let line = status.lines().find_map(|line| line.strip_prefix(field)).context("no such field")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        figure(&format!("memory_{name}_{what}"), kib / 1024.0, "MiB", MOST_MEMORY_MIB);
    }
    Ok(())
}

fn figure(name: &str, value: f64, unit: &str, limit: f64) {
    println!("figure {name} {value:.1} {unit} limit {limit} ratio {:.2}", value / limit);
}
