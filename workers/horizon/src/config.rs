//! Where Horizon is, and how long to wait for it.

use std::time::Duration;

use reqwest::Url;
use windlass_stellar::Network;

/// Where Horizon is, of which network, and how long to wait for it.
#[derive(Clone, Debug)]
pub struct HorizonConfig {
    /// Its address, such as `https://horizon-testnet.stellar.org`; it may have a path.
    pub url: String,
    /// The network of which it must be.
    pub network: Network,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long any answer but a submission's may take, its body included.
    pub read_timeout: Duration,
    /// How long Horizon may wait for a submitted transaction; it gives up by itself after 30 s, with a 504.
    pub submit_timeout: Duration,
}

impl HorizonConfig {
    /// Times that suit a public Horizon.
    pub fn new(url: impl Into<String>, network: Network) -> Self {
        Self {
            url: url.into(),
            network,
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(15),
            submit_timeout: Duration::from_secs(40),
        }
    }

    /// The address with a slash at its end, so that paths are put behind it.
    pub(crate) fn base(&self) -> Result<Url, HorizonConfigError> {
        let invalid = || HorizonConfigError::Url(self.url.clone());
        let mut url = Url::parse(&self.url).map_err(|_| invalid())?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(invalid());
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        url.set_query(None);
        url.set_fragment(None);
        Ok(url)
    }
}

/// Why there can be no such client.
#[derive(Debug, thiserror::Error)]
pub enum HorizonConfigError {
    /// Not an address.
    #[error("'{0}' is not the address of a Horizon: https://… is needed")]
    Url(String),
    /// The HTTP client does not start.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}
