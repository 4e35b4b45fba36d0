//! What the demo is told.

use std::time::Duration;

use reqwest::Url;
use windlass_domain::Amount;

/// Which anchor to try, and how.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// The anchor: its home domain with the scheme, where `/.well-known/stellar.toml` is.
    pub anchor: Url,
    /// Horizon, where it is not the one that stellar.toml names, or the test network's public one.
    pub horizon: Option<Url>,
    /// The sandbox bank, where it is not at `/sandbox/bank` of the anchor.
    pub bank: Option<Url>,
    /// Whether the report is printed as one line of JSON at the end; the steps then go to standard error.
    pub json: bool,
    /// How much to deposit; by default 100, or what the anchor's limits allow.
    pub amount: Option<Amount>,
    /// How long all of it may take.
    pub time_limit: Duration,
}

impl DemoOptions {
    /// That anchor, with the usual answers to everything else and three minutes of time.
    pub const fn new(anchor: Url) -> Self {
        Self {
            anchor,
            horizon: None,
            bank: None,
            json: false,
            amount: None,
            time_limit: Duration::from_secs(180),
        }
    }
}
