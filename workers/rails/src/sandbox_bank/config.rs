//! What a sandbox bank is told at its start.

use std::{path::PathBuf, sync::Arc};

use secrecy::SecretString;
use windlass_domain::{Amount, CurrencyCode, ports::Clock};

/// How to open a sandbox bank.
#[derive(Clone)]
pub struct SandboxBankConfig {
    /// Where the bank is kept; in memory if there is none.
    pub file: Option<PathBuf>,
    /// The address under which the router is reachable, for the bank's own description of itself.
    pub base_url: String,
    /// Whose account the anchor's is.
    pub anchor_holder: String,
    /// The bearer token for the anchor's statement and payouts.
    pub anchor_token: SecretString,
    /// The currencies that the bank keeps, each with the anchor's account in it.
    pub accounts: Vec<AnchorAccount>,
    /// The time that entries are booked at.
    pub clock: Arc<dyn Clock>,
}

/// A currency, and the anchor's account in it.
#[derive(Clone, PartialEq, Eq)]
pub struct AnchorAccount {
    /// The account's number: 4 to 34 letters and digits.
    pub number: String,
    /// Its currency.
    pub currency: CurrencyCode,
    /// How many decimals that currency has, at most [`Amount::MAX_DIGITS`].
    pub digits: u32,
    /// What is on the account when it is first opened.
    pub opening_balance: Amount,
}
