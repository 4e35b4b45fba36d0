//! A wallet against an anchor, over HTTP only: it logs in by SEP-10, deposits and withdraws by SEP-24, and checks
//! everything that a wallet can check.
//!
//! [`run`] does the whole; the rest is in the order in which it happens: [`stellar_toml`], [`auth`], [`sep24`] with the
//! anchor's pages ([`browser`], [`html`], [`form`], [`filling`]), [`deposit`], [`withdrawal`], [`check`], [`report`].
//! It never moves real money: it refuses the public network, and its account is one that friendbot gave it.

mod auth;
mod bank;
mod browser;
mod check;
mod command;
mod deposit;
mod error;
mod filling;
mod form;
mod html;
mod http;
mod network;
mod options;
mod pages;
mod patience;
mod report;
mod run;
mod sep24;
mod show;
mod stellar_toml;
mod transaction;
mod wallet;
mod watch;
mod withdrawal;

pub use command::main;
pub use error::DemoError;
pub use options::DemoOptions;
pub use report::{Balance, DemoReport, Kind, SeenStatus, TimelineEvent, TransferReport};
pub use run::{is_reachable, run};
