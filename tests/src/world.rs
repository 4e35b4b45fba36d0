//! A small world: the sandbox in one process, `serve` in another, and any number of `work` on the same database.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;
use windlass_store::Location;

use crate::{Process, Program, free_port, until};

/// Ledgers close this often, so that nobody waits long.
const LEDGER_INTERVAL: &str = "100ms";

/// Which database the anchor's log is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// A SQLite file.
    Sqlite,
    /// A database of its own on the tests' PostgreSQL server.
    Postgres,
}

/// A running anchor and what is outside of it.
pub struct World {
    folder: TempDir,
    postgres: Option<windlass_test_postgres::Database>,
    program: Program,
    sandbox_port: u16,
    anchor_port: u16,
    host_url: String,
    sandbox: Process,
    serve: Process,
    workers: Vec<Process>,
}

impl World {
    /// Starts the sandbox and `serve`, and waits until the anchor's accounts are there; nobody works yet.
    ///
    /// # Errors
    /// Where something does not start.
    pub async fn begin(program: &Program, on: On) -> Result<Self> {
        let port = free_port()?;
        Self::begin_at(program, on, port, format!("http://127.0.0.1:{port}")).await
    }

    /// The same with `serve` at that port, and reached by wallets at that address.
    ///
    /// # Errors
    /// Where something does not start.
    pub async fn begin_at(program: &Program, on: On, anchor_port: u16, host_url: String) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let sandbox_port = free_port()?;
        let sandbox = start_sandbox(program, folder.path(), sandbox_port)?;
        answers(&format!("http://127.0.0.1:{sandbox_port}/horizon")).await.context(sandbox.to_string())?;
        let postgres = match on {
            On::Sqlite => None,
            On::Postgres => Some(tokio::task::spawn_blocking(windlass_test_postgres::fresh_database).await??),
        };
        let settings = anchor_settings(anchor_port, &host_url, sandbox_port, postgres.as_ref());
        let serve = program.start("serve", folder.path(), &["serve"], &settings)?;
        let world = Self {
            folder,
            postgres,
            program: program.clone(),
            sandbox_port,
            anchor_port,
            host_url,
            sandbox,
            serve,
            workers: vec![],
        };
        world.serves().await?;
        world.float_is_issued().await.with_context(|| world.serve.to_string())?;
        Ok(world)
    }

    /// Adds a `work` process with further settings.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn work(&mut self, more: &[(&str, &str)]) -> Result<()> {
        let mut settings = self.settings();
        settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let name = format!("work-{}", self.workers.len() + 1);
        self.workers.push(self.program.start(&name, self.folder.path(), &["work"], &settings)?);
        Ok(())
    }

    /// The worker that was added as the `index`th, from 0.
    ///
    /// # Errors
    /// Where there is none.
    pub fn worker(&mut self, index: usize) -> Result<&mut Process> {
        self.workers.get_mut(index).context("there is no such worker")
    }

    /// Kills `serve` as `kill -9` does, and starts it again.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn crash_serve(&mut self) -> Result<()> {
        self.serve.kill()?;
        let settings = self.settings();
        self.serve = self.program.start("serve", self.folder.path(), &["serve"], &settings)?;
        self.serves().await
    }

    /// Kills the sandbox as `kill -9` does, and starts it again: every stream ends, every request under way is cut off.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn crash_sandbox(&mut self) -> Result<()> {
        self.sandbox.kill()?;
        self.sandbox = start_sandbox(&self.program, self.folder.path(), self.sandbox_port)?;
        let horizon = format!("{}/horizon", self.sandbox_url());
        answers(&horizon).await.context(self.sandbox.to_string())
    }

    /// Ends the anchor's processes in order; the sandbox goes on.
    ///
    /// # Errors
    /// Where one does not end, or not well.
    pub async fn end_anchor(&mut self) -> Result<()> {
        for process in self.workers.iter_mut().chain([&mut self.serve]) {
            // One that crashed on purpose has ended already.
            if process.ended()?.is_none() {
                process.terminate()?;
                let status = process.end().await?;
                anyhow::ensure!(status.success(), "it ended with {status}\n{process}");
            }
        }
        Ok(())
    }

    /// Where wallets reach the anchor.
    pub fn anchor_url(&self) -> &str {
        &self.host_url
    }

    /// Where the sandbox is.
    pub fn sandbox_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.sandbox_port)
    }

    /// The folder of everything.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the log is.
    ///
    /// # Errors
    /// Where its address cannot be read.
    pub fn database(&self) -> Result<Location> {
        match &self.postgres {
            None => Ok(Location::Sqlite(self.folder.path().join("data/windlass.db"))),
            Some(postgres) => Ok(Location::parse(&postgres.url())?),
        }
    }

    /// The anchor's settings.
    pub fn settings(&self) -> Vec<(String, String)> {
        anchor_settings(self.anchor_port, &self.host_url, self.sandbox_port, self.postgres.as_ref())
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The end of what every process wrote.
    pub fn logs(&self) -> String {
        let processes = [&self.sandbox, &self.serve].into_iter().chain(&self.workers);
        processes.map(ToString::to_string).collect()
    }

    async fn serves(&self) -> Result<()> {
        let own = format!("http://127.0.0.1:{}/.well-known/stellar.toml", self.anchor_port);
        answers(&own).await.with_context(|| self.serve.to_string())
    }

    /// The last step of making the anchor's accounts is the float on its distribution account.
    async fn float_is_issued(&self) -> Result<()> {
        let url = format!("{}/horizon/payments?order=desc&limit=1", self.sandbox_url());
        until("the float", async || {
            let page: Value = reqwest::get(&url).await?.json().await?;
            let kind = page.pointer("/_embedded/records/0/type").and_then(Value::as_str);
            Ok((kind == Some("payment")).then_some(()))
        })
        .await
    }
}

fn start_sandbox(program: &Program, folder: &Path, port: u16) -> Result<Process> {
    let settings = [
        ("LISTEN", format!("127.0.0.1:{port}")),
        ("HOST_URL", format!("http://127.0.0.1:{port}")),
        ("DATA_DIR", "sandbox".to_owned()),
        ("SANDBOX_LEDGER_INTERVAL", LEDGER_INTERVAL.to_owned()),
    ];
    program.start("sandbox", folder, &["sandbox"], &settings)
}

fn anchor_settings(
    port: u16,
    host_url: &str,
    sandbox_port: u16,
    postgres: Option<&windlass_test_postgres::Database>,
) -> Vec<(String, String)> {
    let mut settings = vec![
        ("LISTEN".to_owned(), format!("127.0.0.1:{port}")),
        ("HOST_URL".to_owned(), host_url.to_owned()),
        ("SANDBOX_URL".to_owned(), format!("http://127.0.0.1:{sandbox_port}")),
    ];
    settings.extend(postgres.map(|database| ("DATABASE_URL".to_owned(), database.url())));
    settings
}

async fn answers(url: &str) -> Result<()> {
    until(url, async || {
        let answer = reqwest::get(url).await;
        Ok(answer.is_ok_and(|answer| answer.status().is_success()).then_some(()))
    })
    .await
}
