//! SEP-10 challenges: built for a wallet to sign, and verified when they come back. Pure.
//!
//! Verification has three stages, each a type of its own: [`ReceivedChallenge::read`] makes every check that needs
//! nothing from outside; the caller then asks the ledger for the account's signers;
//! [`ReceivedChallenge::verify_signers`] gives the [`VerifiedChallenge`] for which one token may be issued.

mod build;
mod error;
mod read;
mod signers;

pub use build::{Challenge, ChallengeBuildError, MAX_HOME_DOMAIN, MAX_WEB_AUTH_DOMAIN};
pub use error::ChallengeError;
pub use read::{ClientDomain, ReceivedChallenge, Rules};
pub use signers::{AccountSigners, VerifiedChallenge};

/// The operation by which the server names itself (SEP10-031).
const WEB_AUTH_DOMAIN: &str = "web_auth_domain";
/// The operation by which a wallet names itself (SEP10-032).
const CLIENT_DOMAIN: &str = "client_domain";
/// What follows the home domain in the first operation's name (SEP10-030).
const AUTH: &str = " auth";
