//! Everything that happens by itself: paying, bringing envelopes into the ledger, paying out, watching what comes in,
//! expiring what was abandoned.
//!
//! A [`Step`] takes one task, calls ports and ends in one command; a [`Duty`] is done over and over by one process at a
//! time. Between two calls neither keeps anything, so a crash at any point leaves only what the log says.

mod duty;
mod error;
mod keyring;
mod ports;
mod runner;
mod seal;
mod source;
mod steps;
mod subscriptions;
mod watch;

pub use duty::{Duty, Turn};
pub use error::StepError;
pub use keyring::Keyring;
pub use ports::Ports;
pub use runner::{Runner, RunnerConfig, UnknownWork};
pub use seal::{PublishRoots, SignRoots};
pub use steps::{Expire, Outcome, Pay, PayOut, Step, Submit, steps};
pub use subscriptions::{BuildError, BuildProgress, FeedBuild, Handler, Subscribe};
pub use watch::{ForgetExpired, WatchLedger, WatchStatement, duties};
