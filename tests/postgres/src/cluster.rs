//! A PostgreSQL server of one's own.

use std::{
    ffi::OsStr,
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    Options,
    binaries::Binaries,
    folder,
    guardian::Guardian,
    owner::{Owner, forget_servers},
    ports::free_port,
};

/// How many free ports are tried: another process may take one before the server does.
const PORTS: u32 = 5;
/// How long the server may take to start or to stop, in seconds.
const PATIENCE: &str = "60";
/// What the server says of a port that somebody else has.
const TAKEN: &str = "could not create any TCP/IP sockets";

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It waits until its clients have gone.
    Smart,
    /// It sends its clients away; what they have not committed is rolled back.
    Fast,
    /// It drops everything, as in a crash, and recovers when it starts again.
    Immediate,
}

/// A server with its data in a temporary folder, on a port of 127.0.0.1 and on a socket in the folder. Everybody is let
/// in as anybody; the superuser is `postgres`. The server ends, and the folder goes, when this is dropped or when the
/// process ends in whatever way.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    port: u16,
    binaries: Binaries,
    owner: Owner,
    guardian: Guardian,
}

impl Cluster {
    /// Makes and starts a server. It blocks for about a second.
    ///
    /// # Errors
    /// Where PostgreSQL is not installed (the error says what to install) or does not start (it quotes the log).
    pub fn start(options: Options) -> Result<Self> {
        let (binaries, owner) = (Binaries::find()?, Owner::find()?);
        let folder = folder::make(owner)?;
        let guardian = Guardian::over(&folder, &binaries, owner)?;
        let mut cluster = Self { folder, port: 0, binaries, owner, guardian };
        cluster.initialise(&options)?;
        cluster.start_on(options.port)?;
        Ok(cluster)
    }

    /// The address of one of its databases, whose name needs no escaping, over TCP.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The same through its socket.
    pub fn socket_url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}&port={}", self.folder.display(), self.port)
    }

    /// Its port on 127.0.0.1; it keeps it when it is started again.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder with its socket, its log (`server.log`) and its data (`data`).
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of one of the programs of its version: `psql`, `pg_dump`, `pgbench`.
    pub fn bin(&self, name: &str) -> PathBuf {
        self.binaries.path(name)
    }

    /// A client program that will speak to this server, as `postgres` and with the database `postgres` where its
    /// arguments name no others.
    pub fn client(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin(name));
        forget_servers(&mut command);
        command
            .env("PGHOST", &self.folder)
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", "postgres")
            .env("PGDATABASE", "postgres")
            .env("PSQLRC", "/dev/null");
        command
    }

    /// Runs such a client program, and gives what it writes to its standard output.
    ///
    /// # Errors
    /// Where it fails: with what it wrote to its standard error.
    pub fn run(&self, name: &str, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<String> {
        output(self.client(name).args(args))
    }

    /// Makes an empty database.
    ///
    /// # Errors
    /// Where it is there already, or the server is not.
    pub fn create_database(&self, name: &str) -> Result<()> {
        self.run("createdb", ["--template", "template0", name]).map(drop)
    }

    /// Drops a database, whoever is connected to it.
    ///
    /// # Errors
    /// Where there is no such database, or no server.
    pub fn drop_database(&self, name: &str) -> Result<()> {
        self.run("dropdb", ["--force", name]).map(drop)
    }

    /// Stops the server, and returns when it has stopped.
    ///
    /// # Errors
    /// Where it is not running, or does not stop within a minute.
    pub fn stop(&self, mode: Mode) -> Result<()> {
        let mode = match mode {
            Mode::Smart => "smart",
            Mode::Fast => "fast",
            Mode::Immediate => "immediate",
        };
        output(self.pg_ctl("stop").args(["--mode", mode])).map(drop)
    }

    /// Starts the server that was stopped, with the same data on the same port.
    ///
    /// # Errors
    /// Where it runs already, or does not start within a minute.
    pub fn start_again(&self) -> Result<()> {
        let mut command = self.pg_ctl("start");
        command.args(["--options", &format!("-p {}", self.port)]).arg("--log").arg(self.log());
        command.stdout(self.guardian.patience()?);
        output(&mut command).map(drop).with_context(|| fs::read_to_string(self.log()).unwrap_or_default())
    }

    /// Stops the server and starts it again.
    ///
    /// # Errors
    /// Those of stopping and starting.
    pub fn restart(&self, mode: Mode) -> Result<()> {
        self.stop(mode)?;
        self.start_again()
    }

    fn initialise(&self, options: &Options) -> Result<()> {
        let mut initdb = self.owner.command(self.bin("initdb"));
        initdb.args(["--no-sync", "--auth", "trust", "--username", "postgres"]);
        initdb.args(["--encoding", "UTF8", "--locale", "C", "--pgdata"]).arg(self.data());
        output(initdb.stdout(self.guardian.patience()?))?;
        let file = self.data().join("postgresql.conf");
        let configuration = options.configuration(&self.folder.display().to_string());
        let mut file = OpenOptions::new().append(true).open(file).context("postgresql.conf")?;
        file.write_all(configuration.as_bytes()).context("postgresql.conf")
    }

    fn start_on(&mut self, port: Option<u16>) -> Result<()> {
        for _ in 0..PORTS {
            self.port = port.map_or_else(free_port, Ok)?;
            match self.start_again() {
                Err(error) if port.is_none() && format!("{error:#}").contains(TAKEN) => {}
                outcome => return outcome,
            }
            fs::remove_file(self.log()).context("server.log")?;
        }
        bail!("others were quicker to take {PORTS} free ports")
    }

    fn pg_ctl(&self, what: &str) -> Command {
        let mut command = self.owner.command(self.bin("pg_ctl"));
        command.args([what, "--silent", "--wait", "--timeout", PATIENCE, "--pgdata"]).arg(self.data());
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }
}

/// Runs the command, and gives what it writes to its standard output.
fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_owned();
    let output = command.output().with_context(|| program.display().to_string())?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {}: {}", program.display(), output.status, stderr.trim_end());
    String::from_utf8(output.stdout).with_context(|| program.display().to_string())
}
