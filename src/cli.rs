//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// An anchor server for the Stellar network: people move money between bank accounts and assets on Stellar.
///
/// Without a command it runs everything in one process: HTTP and workers, and, with no configuration, a sandbox network
/// and a sandbox bank of its own. No real money is involved then.
#[derive(Debug, Parser)]
#[command(name = "windlass", version, max_term_width = 110)]
pub struct Cli {
    /// The configuration file; windlass.toml in this folder if there is one.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve HTTP and do all work, in one process (the default).
    All,
    /// Serve HTTP only; the work is done by `work` in other processes.
    Serve,
    /// Do the work only: pay, watch, pay out, expire. Any number of processes share it.
    Work,
    /// Run the sandbox network and bank alone, for anchors whose SANDBOX_URL points here.
    Sandbox,
    /// Bring the database to this version's schema, and say what was there.
    Migrate,
    /// Behave as a wallet: deposit and withdraw, step by step, and check every amount.
    Demo(Demo),
    /// Show what happened to a transfer, or the whole log.
    Events(Events),
    /// Copy a whole anchor, stopped, into an empty database, and verify it: from SQLite to PostgreSQL, or any other way.
    Copy(Copy),
    /// Erase a person: delete the keys of all that is sealed for them. It cannot be undone.
    Erase(Erase),
    /// Make keys, and replace the master key.
    #[command(subcommand)]
    Keys(Keys),
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The anchor; this machine's if none is given, and a temporary one if that is not running.
    #[arg(long, value_name = "URL")]
    pub anchor: Option<String>,
    /// Print one JSON object as the last line on standard output; the steps go to standard error.
    #[arg(long)]
    pub json: bool,
    /// Give up after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 180, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub time_limit: u64,
}

/// `events`.
#[derive(Debug, Args)]
pub struct Events {
    /// A transfer, an envelope's hash, an inbound payment's key or an erased customer; the whole log if none is given.
    pub id: Option<String>,
    /// Go on with what comes, until interrupted.
    #[arg(long, short)]
    pub follow: bool,
    /// Begin after this place in the log, as printed with --json.
    #[arg(long, value_name = "POSITION", conflicts_with = "id")]
    pub after: Option<String>,
    /// One JSON object a line, with payload and metadata.
    #[arg(long)]
    pub json: bool,
}

/// `copy`.
#[derive(Debug, Args)]
pub struct Copy {
    /// The database that there is: sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE.
    #[arg(long, value_name = "URL")]
    pub from: String,
    /// The empty one that it goes to. A copy that was interrupted goes on where it stopped.
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// Begin an interrupted copy anew.
    #[arg(long)]
    pub restart: bool,
}

/// `erase`.
#[derive(Debug, Args)]
pub struct Erase {
    /// Who: an account (G…, M… or G…:MEMO), a customer id, or the key of one payment that came in (rail:NAME:ID).
    pub customer: String,
    /// Why, for the log, which keeps it for ever: no personal data here.
    #[arg(long, value_name = "TEXT", default_value = "at the person's request")]
    pub reason: String,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

/// `keys`.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make a new Stellar key pair and a new master key, and print them once. Nothing is stored.
    New,
    /// Seal the vault anew under SECRET_MASTER_KEY, retiring the keys in SECRET_MASTER_KEY_PREVIOUS; where the key is in a file
    /// of the data folder, under a new one.
    RotateMaster,
}
