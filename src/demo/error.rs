//! Why the demo cannot go on: each says what was expected, what came instead and from where.

use std::time::Duration;

use reqwest::Url;
use windlass_stellar::{ChallengeError, EnvelopeError, TransactionError};

/// Why the demo ended early, or what was not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The HTTP client does not start.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(reqwest::Error),
    /// The system gives no random bytes for a new key.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// No answer at all.
    #[error("expected {expected} from {url}, but no complete answer came: {cause}")]
    NoAnswer {
        /// What was asked for.
        expected: &'static str,
        /// Where.
        url: Url,
        /// What the connection said.
        cause: String,
    },
    /// An answer, but not that one.
    #[error("expected {expected} from {url}, but it answered {came}")]
    Answer {
        /// What was asked for.
        expected: String,
        /// Where.
        url: Url,
        /// What came: the status and the beginning of the body, or what is wrong with it.
        came: String,
    },
    /// The public network: the demo never moves real money.
    #[error("{0} is an anchor of the public network; the demo never moves real money, so it goes no further")]
    RealMoney(Url),
    /// The anchor lacks what the demo needs.
    #[error("{url}: {missing}")]
    Unsupported {
        /// Which answer says so.
        url: Url,
        /// What is missing, and what would be right.
        missing: String,
    },
    /// A challenge that a careful wallet does not sign.
    #[error("the challenge from {url} must not be answered: {cause}")]
    Challenge {
        /// Where it came from.
        url: Url,
        /// What is wrong with it.
        cause: ChallengeError,
    },
    /// A challenge that is meant for somebody or something else.
    #[error(
        "the challenge from {url} must not be answered: it is for {found}, where {expected} was asked for"
    )]
    ChallengeFor {
        /// Where it came from.
        url: Url,
        /// What was asked for.
        expected: String,
        /// What it is for.
        found: String,
    },
    /// A challenge that cannot be read or signed.
    #[error("the challenge from {url} cannot be signed: {cause}")]
    Envelope {
        /// Where it came from.
        url: Url,
        /// What is wrong with it.
        cause: EnvelopeError,
    },
    /// The anchor's pages cannot be filled any further.
    #[error("the pages can be filled no further than '{title}' ({url}): {why}")]
    Page {
        /// The last page.
        url: Url,
        /// Its title.
        title: String,
        /// What is in the way.
        why: String,
    },
    /// The instructions are there, but there is no way to follow them.
    #[error("the transfer {id} waits for a payment that the demo cannot make: {why}")]
    CannotPay {
        /// The transfer.
        id: String,
        /// What is in the way.
        why: String,
    },
    /// A transaction of the wallet's own cannot be built.
    #[error("the transaction cannot be built: {0}")]
    Transaction(#[from] TransactionError),
    /// The network cannot be asked, or did not take a transaction.
    #[error("{attempted} through Horizon at {url}, but: {cause}")]
    Network {
        /// What was attempted.
        attempted: String,
        /// Which Horizon.
        url: Url,
        /// What came of it.
        cause: String,
    },
    /// The transfer ended otherwise than completed.
    #[error("the transfer {id} is '{status}' at {url}, where it should go on to '{expected}'{}", said(.message))]
    Ended {
        /// Which.
        id: String,
        /// What the anchor says.
        status: String,
        /// What should have come.
        expected: &'static str,
        /// The anchor's own words.
        message: Option<String>,
        /// Where it says so.
        url: Url,
    },
    /// The time is over.
    #[error("waited for {awaited} at {url} until the limit of {} s was over; last seen: {last}", .limit.as_secs())]
    TimeOver {
        /// What was to come.
        awaited: String,
        /// What there was instead.
        last: String,
        /// Where it was looked for.
        url: Url,
        /// The limit for the whole.
        limit: Duration,
    },
    /// Everything was done, but not everything is as it should be.
    #[error("this is not as it should be: {}", .0.join("; "))]
    Differs(Vec<String>),
}

fn said(message: &Option<String>) -> String {
    message.as_ref().map_or_else(String::new, |message| format!(": {message}"))
}
