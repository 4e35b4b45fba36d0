//! A small world: the sandbox in one process, `serve` in another or several, and any number of `work` on the same database.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;
use windlass_store::Location;
use windlass_test_postgres::{Cluster, Database, Options, fresh_database};

use crate::{Process, Program, free_port, until};

/// Ledgers close this often, so that nobody waits long.
const LEDGER_INTERVAL: &str = "100ms";
/// The anchor's database on a server of its own.
const OWN: &str = "anchor";

/// Which database the anchor's log is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// A SQLite file.
    Sqlite,
    /// A database of its own on the tests' PostgreSQL server.
    Postgres,
    /// The same on a server of its own, which can be stopped.
    OwnPostgres,
}

enum Postgres {
    Shared(Database),
    Own(Cluster),
}

/// A running anchor and what is outside of it.
pub struct World {
    folder: TempDir,
    postgres: Option<Postgres>,
    program: Program,
    sandbox_port: u16,
    host_url: String,
    sandbox: Process,
    servers: Vec<(u16, Process)>,
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
            On::Postgres => Some(Postgres::Shared(tokio::task::spawn_blocking(fresh_database).await??)),
            On::OwnPostgres => Some(Postgres::Own(tokio::task::spawn_blocking(own_server).await??)),
        };
        let mut world = Self {
            folder,
            postgres,
            program: program.clone(),
            sandbox_port,
            host_url,
            sandbox,
            servers: vec![],
            workers: vec![],
        };
        world.serve(anchor_port).await?;
        world.float_is_issued().await.with_context(|| world.logs())?;
        Ok(world)
    }

    /// Adds a `serve` process at that port, and waits until it answers.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn serve(&mut self, port: u16) -> Result<()> {
        let process = self.start_server(port, self.servers.len())?;
        self.servers.push((port, process));
        self.serves(port).await
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

    /// Kills the first `serve` as `kill -9` does, and starts it again.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn crash_serve(&mut self) -> Result<()> {
        self.crash_server(0).await
    }

    /// The same of the `serve` that was added as the `index`th, from 0.
    ///
    /// # Errors
    /// Where there is none, or it does not start.
    pub async fn crash_server(&mut self, index: usize) -> Result<()> {
        let (port, process) = self.servers.get_mut(index).context("there is no such server")?;
        let port = *port;
        process.kill()?;
        let again = self.start_server(port, index)?;
        self.servers.splice(index..=index, [(port, again)]);
        self.serves(port).await
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
        let servers = self.servers.iter_mut().map(|(_, process)| process);
        for process in self.workers.iter_mut().chain(servers) {
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

    /// The database's server, where the world has one of its own.
    ///
    /// # Errors
    /// Where it has none.
    pub fn database_server(&self) -> Result<&Cluster> {
        match &self.postgres {
            Some(Postgres::Own(cluster)) => Ok(cluster),
            _ => bail!("the world has no database server of its own"),
        }
    }

    /// The anchor's settings, but for where it listens.
    pub fn settings(&self) -> Vec<(String, String)> {
        let mut settings = vec![
            ("HOST_URL".to_owned(), self.host_url.clone()),
            ("SANDBOX_URL".to_owned(), self.sandbox_url()),
        ];
        settings.extend(self.postgres.as_ref().map(|postgres| ("DATABASE_URL".to_owned(), postgres.url())));
        settings
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The end of what every process wrote.
    pub fn logs(&self) -> String {
        let servers = self.servers.iter().map(|(_, process)| process);
        let processes = std::iter::once(&self.sandbox).chain(servers).chain(&self.workers);
        processes.map(ToString::to_string).collect()
    }

    fn start_server(&self, port: u16, index: usize) -> Result<Process> {
        let mut settings = self.settings();
        settings.push(("LISTEN".to_owned(), format!("127.0.0.1:{port}")));
        let name = if index == 0 { "serve".to_owned() } else { format!("serve-{}", index + 1) };
        self.program.start(&name, self.folder.path(), &["serve"], &settings)
    }

    async fn serves(&self, port: u16) -> Result<()> {
        let own = format!("http://127.0.0.1:{port}/.well-known/stellar.toml");
        answers(&own).await.with_context(|| self.logs())
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

fn own_server() -> Result<Cluster> {
    let cluster = Cluster::start(Options::default())?;
    cluster.create_database(OWN)?;
    Ok(cluster)
}

impl Postgres {
    fn url(&self) -> String {
        match self {
            Self::Shared(database) => database.url(),
            Self::Own(cluster) => cluster.url(OWN),
        }
    }
}

async fn answers(url: &str) -> Result<()> {
    until(url, async || {
        let answer = reqwest::get(url).await;
        Ok(answer.is_ok_and(|answer| answer.status().is_success()).then_some(()))
    })
    .await
}
