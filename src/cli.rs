//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use windlass_api::Role;
use windlass_domain::transfer::TransferId;
use windlass_projections::audit::{AssetFilter, Moment};
use windlass_stellar::{AccountId, MuxedAccount};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use windlass_store::{LogPosition, Start};

use crate::config::duration;

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
    Work(Work),
    /// Run the sandbox network and bank alone, for anchors whose SANDBOX_URL points here.
    Sandbox,
    /// Bring the database to this version's schema, and say what was there.
    Migrate,
    /// Behave as a wallet: deposit and withdraw, step by step, and check every amount.
    Demo(Demo),
    /// Show what happened to a transfer, or the whole log.
    Events(Events),
    /// Read the log as auditors do: a transfer in words, or an export.
    #[command(subcommand)]
    Audit(Audit),
    /// Issue tokens to those who work for the anchor.
    #[command(subcommand)]
    Tokens(Tokens),
    /// Show how far each event handler has come, or hold, resume, reset, retry one.
    Subscriptions(Subscriptions),
    /// Build rows anew from the log: serve them, compare them with what is served, or look into how it was.
    Replay(Replay),
    /// Copy a whole anchor, stopped, into an empty database, and verify it: from SQLite to PostgreSQL, or any other way.
    Copy(Copy),
    /// Erase a person: delete the keys of all that is sealed for them. It cannot be undone.
    Erase(Erase),
    /// Make keys, and replace the master key.
    #[command(subcommand)]
    Keys(Keys),
}

/// `work`.
#[derive(Debug, Default, Args)]
pub struct Work {
    /// Only this work: a kind of step (pay, submit, pay_out, expire), a duty, or subscription:NAME. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Do what is due now, and end.
    #[arg(long)]
    pub once: bool,
    /// Do what is due now, and again after this time (such as 30s or 5m), until stopped.
    #[arg(long, value_name = "TIME", conflicts_with = "once", value_parser = interval)]
    pub interval: Option<Duration>,
}

/// `subscriptions`.
#[derive(Debug, Args)]
pub struct Subscriptions {
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// What to do; show them if nothing is said.
    #[command(subcommand)]
    pub command: Option<Operate>,
}

/// What is done with one event handler.
#[derive(Debug, Subcommand)]
pub enum Operate {
    /// Hold it where it is.
    Pause {
        /// The event handler.
        name: String,
    },
    /// Let it go on.
    Resume {
        /// The event handler.
        name: String,
    },
    /// Begin anew; the tables of a feed are emptied. (To keep serving them meanwhile, use `replay`.)
    Reset {
        /// The event handler.
        name: String,
        /// beginning, now, a place in the log to begin after (as shown), or a time (2026-03-01T12:00:00Z).
        #[arg(long, value_name = "FROM", value_parser = start)]
        from: Start,
    },
    /// Try again at once what failed or is parked.
    Retry {
        /// The event handler.
        name: String,
    },
    /// Leave out the event at which it fails; the reason is recorded.
    Skip {
        /// The event handler.
        name: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
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

/// `audit`.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Tell what happened to a transfer: who, what, when, why, on whose order.
    Show(AuditShow),
    /// Write events out, any number of them, with who and what in words.
    Export(AuditExport),
    /// Compare the log with its signed roots, and name the first event that was changed, removed, inserted or moved.
    Verify(AuditVerify),
    /// Write a proof of a transfer's events, which anybody can check without this program or its database.
    Prove(AuditProve),
}

/// `audit show`.
#[derive(Debug, Args)]
pub struct AuditShow {
    /// The transfer's id.
    #[arg(value_parser = transfer_id)]
    pub transfer: TransferId,
    /// As it was then: a time such as 2026-01-31T12:00:00Z, or a position in the log such as 0.42.
    #[arg(long, value_name = "TIME|POSITION")]
    pub as_of: Option<Moment>,
    /// One JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `audit export`.
#[derive(Debug, Args)]
pub struct AuditExport {
    /// JSON Lines, or CSV that is safe to be opened in a spreadsheet.
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    pub format: Format,
    /// From this time or position on.
    #[arg(long, value_name = "TIME|POSITION")]
    pub from: Option<Moment>,
    /// Before this time or position.
    #[arg(long, value_name = "TIME|POSITION")]
    pub to: Option<Moment>,
    /// Only of transfers in this asset: CODE:ISSUER, native, or CODE of whatever issuer.
    #[arg(long)]
    pub asset: Option<AssetFilter>,
    /// Only of transfers of this user or account: G… or M….
    #[arg(long)]
    pub account: Option<MuxedAccount>,
    /// Into this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `audit verify`.
#[derive(Debug, Args)]
pub struct AuditVerify {
    /// From this position on (or a little before: from the last signed root before it).
    #[arg(long, value_name = "POSITION")]
    pub from: Option<LogPosition>,
    /// Up to this position (or a little further: to the first signed root that covers it).
    #[arg(long, value_name = "POSITION")]
    pub to: Option<LogPosition>,
    /// Trust this key, and no other but those that are given, too; the configured one if none is given.
    #[arg(long, value_name = "G…")]
    pub key: Vec<AccountId>,
    /// One JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `audit prove`.
#[derive(Debug, Args)]
pub struct AuditProve {
    /// The transfer's id.
    #[arg(value_parser = transfer_id)]
    pub transfer: TransferId,
    /// Show that the log continues the signed root of so many events; the last one that was published if none is given.
    #[arg(long, value_name = "SIZE")]
    pub since: Option<u64>,
    /// Into this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How events are written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// RFC 4180; payload and metadata are JSON in a column.
    Csv,
}

/// `tokens`.
#[derive(Debug, Subcommand)]
pub enum Tokens {
    /// Print a token. It is stored nowhere, and good until it ends or the secret is changed.
    Issue(TokensIssue),
}

/// `tokens issue`.
#[derive(Debug, Args)]
pub struct TokensIssue {
    /// What it allows: auditor.
    #[arg(long)]
    pub role: Role,
    /// Who gets it; the log names whoever reads.
    #[arg(long)]
    pub name: String,
    /// For how long it is good: 15m, 2h, 30d.
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = lifetime)]
    pub valid: Duration,
}

fn transfer_id(text: &str) -> Result<TransferId, String> {
    text.parse()
        .map_err(|_| "a transfer's id such as 01955600-0100-7000-8000-00000000000a is needed".to_owned())
}

fn lifetime(text: &str) -> Result<Duration, String> {
    let year = Duration::from_secs(366 * 86_400);
    duration::parse(text)
        .filter(|lifetime| (Duration::from_secs(1)..=year).contains(lifetime))
        .ok_or_else(|| "a duration such as 15m, 2h or 30d is needed, at most 366d".to_owned())
}

/// `replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// Which projections and feeds; all of them if none is named.
    pub names: Vec<String>,
    /// Serve nothing: print every row that differs from what the log says, and end with code 1 if there is one.
    #[arg(long, conflicts_with = "until")]
    pub verify: bool,
    /// Serve nothing: build the rows as they were then, in a SQLite file of their own.
    #[arg(long, value_name = "TIME|POSITION")]
    pub until: Option<Moment>,
    /// The new file for --until; windlass-replay.db if none is named.
    #[arg(long, value_name = "FILE", requires = "until")]
    pub into: Option<PathBuf>,
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

fn interval(text: &str) -> Result<Duration, String> {
    let interval = duration::parse(text).filter(|interval| !interval.is_zero());
    interval.ok_or_else(|| "a time such as 30s or 5m is needed".to_owned())
}

fn start(text: &str) -> Result<Start, String> {
    match text {
        "beginning" => Ok(Start::Beginning),
        "now" => Ok(Start::Now),
        text => {
            let place = text.parse().map(Start::After).ok();
            let time = || OffsetDateTime::parse(text, &Rfc3339).map(Start::At).ok();
            place.or_else(time).ok_or_else(|| {
                "beginning, now, a place such as 0.42, or a time such as 2026-03-01T12:00:00Z is needed"
                    .to_owned()
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_start_is_a_word_a_place_or_a_time() {
        assert_eq!(start("beginning"), Ok(Start::Beginning));
        assert_eq!(start("0.42"), Ok(Start::After(LogPosition { tx: 0, position: 42 })));
        let noon = OffsetDateTime::from_unix_timestamp(1_772_366_400).unwrap();
        assert_eq!(start("2026-03-01T12:00:00Z"), Ok(Start::At(noon)));
        for text in ["", "yesterday", "42", "2026-03-01"] {
            assert!(start(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_interval_is_no_nothing() {
        assert_eq!(interval("30s"), Ok(Duration::from_secs(30)));
        assert!(interval("0").is_err() && interval("soon").is_err());
    }
}
