//! What every handler works with.

use std::{sync::Arc, time::Duration};

use secrecy::ExposeSecret;
use tokio::{
    sync::Semaphore,
    time::{error::Elapsed, timeout},
};
use windlass_commands::Commands;
use windlass_domain::ports::{Clock, Ids, Ledger, LedgerAccount};
use windlass_projections::Queries;
use windlass_stellar::{AccountId, MAX_HOME_DOMAIN, MAX_WEB_AUTH_DOMAIN};

use crate::{
    ApiConfig,
    audit::Streams,
    auth::{OperatorTokens, Tokens},
    error::ApiError,
    health::LedgerHealth,
    sep01,
    sep10::ChallengeCounter,
};

/// The least that a secret for tokens must have, in bytes: as many as the signature's hash.
const SHORTEST_SECRET: usize = 32;
/// As many requests as are worked on at once; more are sent away.
const MOST_REQUESTS: usize = 1024;
/// A request that needs the ledger waits no longer than this for it.
const LEDGER_PATIENCE: Duration = Duration::from_secs(5);

/// The HTTP face of one anchor; [`crate::router`] serves it.
pub struct Api {
    pub(crate) config: ApiConfig,
    pub(crate) commands: Arc<Commands>,
    pub(crate) queries: Queries,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) tokens: Tokens,
    pub(crate) operator_tokens: Option<OperatorTokens>,
    pub(crate) streams: Streams,
    pub(crate) stellar_toml: String,
    pub(crate) challenges: ChallengeCounter,
    pub(crate) ledger_health: LedgerHealth,
    pub(crate) requests: Semaphore,
}

/// The configuration cannot work.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The secret could be guessed.
    #[error("the secret for tokens has {0} bytes, at least 32 are needed")]
    SecretTooShort(usize),
    /// The home domain does not fit into a challenge (SEP10-T12).
    #[error("the home domain '{0}' must have 1 to 59 bytes, as a challenge has no room for more")]
    HomeDomain(String),
    /// The web auth domain does not fit into a challenge (SEP10-T12).
    #[error("the web auth domain '{0}' must have 1 to 64 bytes, as a challenge has no room for more")]
    WebAuthDomain(String),
    /// The base of all URLs is none.
    #[error("the host URL '{0}' must begin with https:// or http:// and have no slash at its end")]
    HostUrl(String),
    /// `stellar.toml` cannot be written.
    #[error("stellar.toml cannot be written: {0}")]
    StellarToml(#[from] toml::ser::Error),
    /// `stellar.toml` would be larger than wallets read (SEP01-004).
    #[error("stellar.toml would have {0} bytes, wallets read at most 102400")]
    StellarTomlTooLarge(usize),
}

impl Api {
    /// The face of that anchor.
    ///
    /// # Errors
    /// [`ConfigError`] for a configuration with which no wallet could work.
    pub fn new(
        config: ApiConfig,
        commands: Arc<Commands>,
        queries: Queries,
        ledger: Arc<dyn Ledger>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, ConfigError> {
        check(&config)?;
        let stellar_toml = sep01::document(&config, commands.assets())?;
        if stellar_toml.len() > sep01::MAX_LENGTH {
            return Err(ConfigError::StellarTomlTooLarge(stellar_toml.len()));
        }
        let operator_tokens =
            config.operator_secret.as_ref().map(|secret| OperatorTokens::new(secret, &config.host_url));
        Ok(Self {
            operator_tokens: operator_tokens.transpose()?,
            streams: Streams::default(),
            tokens: Tokens::new(config.jwt_secret.expose_secret().as_bytes(), &config.host_url),
            challenges: ChallengeCounter::new(config.challenge_rate),
            ledger_health: LedgerHealth::default(),
            requests: Semaphore::new(MOST_REQUESTS),
            config,
            commands,
            queries,
            ledger,
            clock,
            ids,
            stellar_toml,
        })
    }

    /// Ends the answers that never end by themselves, so that the server can stop in order.
    pub fn end_streams(&self) {
        self.streams.end();
    }

    /// The account on the ledger; `None` only where there is none for certain (SEP10-T06).
    pub(crate) async fn account(&self, account: AccountId) -> Result<Option<LedgerAccount>, ApiError> {
        let unavailable = ApiError::Unavailable("the Stellar network cannot be reached at the moment");
        match timeout(LEDGER_PATIENCE, self.ledger.account(account)).await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => {
                tracing::warn!(%account, %error, "the ledger could not be asked for an account");
                Err(unavailable)
            }
            Err(Elapsed { .. }) => {
                tracing::warn!(%account, "the ledger did not answer in time");
                Err(unavailable)
            }
        }
    }

    /// The path that all of ours begin with: what a proxy has in front of them, empty for most.
    pub(crate) fn base_path(&self) -> &str {
        let after_scheme = self.config.host_url.split_once("://").map_or("", |(_, rest)| rest);
        after_scheme.find('/').and_then(|slash| after_scheme.get(slash..)).unwrap_or_default()
    }
}

fn check(config: &ApiConfig) -> Result<(), ConfigError> {
    check_secret(config.jwt_secret.expose_secret().as_bytes())?;
    if !(1..=MAX_HOME_DOMAIN).contains(&config.home_domain.len()) {
        return Err(ConfigError::HomeDomain(config.home_domain.clone()));
    }
    if !(1..=MAX_WEB_AUTH_DOMAIN).contains(&config.web_auth_domain.len()) {
        return Err(ConfigError::WebAuthDomain(config.web_auth_domain.clone()));
    }
    let url = &config.host_url;
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    if host.is_empty() || host.ends_with('/') {
        return Err(ConfigError::HostUrl(url.clone()));
    }
    Ok(())
}

pub(crate) fn check_secret(secret: &[u8]) -> Result<(), ConfigError> {
    if secret.len() < SHORTEST_SECRET { Err(ConfigError::SecretTooShort(secret.len())) } else { Ok(()) }
}
