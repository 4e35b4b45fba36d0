//! What the rail is told at its start.

use std::time::Duration;

use secrecy::SecretString;
use windlass_domain::CurrencyCode;

use super::{Client, SandboxBankRail};

/// How to reach the sandbox bank, and which account there is the anchor's.
#[derive(Clone)]
pub struct SandboxBankRailConfig {
    /// Where the bank's router is mounted.
    pub base_url: String,
    /// The anchor's bearer token.
    pub token: SecretString,
    /// The anchor's account: letters and digits.
    pub account_number: String,
    /// Whose account it is, as those who pay in are told.
    pub account_holder: String,
    /// The account's currency.
    pub currency: CurrencyCode,
    /// How long to wait for an answer.
    pub timeout: Duration,
    /// How much longer the bank may keep a question for new credits while there are none; whole seconds, at most
    /// [`crate::SandboxBank::MAX_WAIT`].
    pub credits_wait: Duration,
}

/// The rail cannot be set up so.
#[derive(Debug, thiserror::Error)]
pub enum SandboxBankRailError {
    /// Not an `http` or `https` address.
    #[error("the sandbox bank's address '{0}' is not one: an http or https address is needed")]
    Address(String),
    /// Not an account number.
    #[error("the anchor's account number at the sandbox bank must be letters and digits")]
    AccountNumber,
    /// Not a token that fits a header.
    #[error("the sandbox bank's token must be printable ASCII")]
    Token,
    /// The HTTP client cannot be built.
    #[error("no HTTP client can be built")]
    Client(#[from] reqwest::Error),
}

impl SandboxBankRail {
    /// Sets the rail up. Nothing is asked of the bank yet.
    ///
    /// # Errors
    /// [`SandboxBankRailError`] where the configuration cannot be used.
    pub fn new(config: SandboxBankRailConfig) -> Result<Self, SandboxBankRailError> {
        let number = &config.account_number;
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(SandboxBankRailError::AccountNumber);
        }
        Ok(Self {
            client: Client::new(&config.base_url, &config.token, config.timeout)?,
            account_number: config.account_number,
            account_holder: config.account_holder,
            currency: config.currency,
            wait_seconds: config.credits_wait.min(crate::SandboxBank::MAX_WAIT).as_secs(),
        })
    }
}
