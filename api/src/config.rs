//! What the API has to know of the anchor that it is the face of.

use std::time::Duration;

use secrecy::SecretString;
use windlass_stellar::{AccountId, Keypair, Network};

/// What the configuration says of the HTTP side. [`crate::Api::new`] refuses what cannot work.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// The public base of all URLs, such as `https://anchor.example`; no slash at its end.
    pub host_url: String,
    /// The domain of `stellar.toml`, with its port if that is unusual; at most 59 bytes (SEP10-T12).
    pub home_domain: String,
    /// The domain of the SEP-10 endpoint, with its port if that is unusual; at most 64 bytes.
    pub web_auth_domain: String,
    /// The Stellar network.
    pub network: Network,
    /// The key of `SIGNING_KEY`.
    pub signing_key: Keypair,
    /// What the keys of all tokens are derived from; at least 32 bytes.
    pub jwt_secret: SecretString,
    /// What the key of operators' tokens is derived from; at least 32 bytes. Without it nobody is let in as an operator.
    pub operator_secret: Option<SecretString>,
    /// How long a challenge can be answered; 900 s is what SEP-10 recommends.
    pub auth_timeout: Duration,
    /// How long a SEP-10 token is good.
    pub jwt_timeout: Duration,
    /// How long the link to the interactive pages can be opened.
    pub interactive_link_timeout: Duration,
    /// How long the interactive pages can be used once they were opened.
    pub session_timeout: Duration,
    /// How long a `more_info_url` is good; each answer carries a new one.
    pub more_info_timeout: Duration,
    /// How many challenges may be asked for.
    pub challenge_rate: ChallengeRate,
    /// Who runs the anchor.
    pub organization: Organization,
    /// Where the sandbox is, if no real money is involved.
    pub sandbox: Option<SandboxLinks>,
    /// A public Horizon, if one is offered.
    pub horizon_url: Option<String>,
}

/// How many challenges may be asked for in a minute (SEP10-013).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChallengeRate {
    /// For one account.
    pub per_account: u32,
    /// From one address. A loopback address is not counted: behind a proxy on the same machine it is everybody's.
    pub per_address: u32,
}

impl Default for ChallengeRate {
    fn default() -> Self {
        Self { per_account: 60, per_address: 600 }
    }
}

/// Who runs the anchor: SEP-1's `[DOCUMENTATION]` (SEP01-027 … SEP01-039).
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// `ORG_NAME`: the legal name.
    pub name: String,
    /// `ORG_URL`: the website, on the domain of `stellar.toml`.
    pub url: String,
    /// `ORG_DBA`: the name in daily use.
    pub dba: Option<String>,
    /// `ORG_DESCRIPTION`.
    pub description: Option<String>,
    /// `ORG_LOGO`: the address of a PNG.
    pub logo: Option<String>,
    /// `ORG_PHYSICAL_ADDRESS`.
    pub physical_address: Option<String>,
    /// `ORG_PHONE_NUMBER`, in E.164.
    pub phone_number: Option<String>,
    /// `ORG_OFFICIAL_EMAIL`.
    pub official_email: Option<String>,
    /// `ORG_SUPPORT_EMAIL`; the pages show it to users who need help.
    pub support_email: Option<String>,
    /// `ORG_LICENSING_AUTHORITY`.
    pub licensing_authority: Option<String>,
    /// `ORG_LICENSE_TYPE`.
    pub license_type: Option<String>,
    /// `ORG_LICENSE_NUMBER`.
    pub license_number: Option<String>,
    /// Accounts of the organization beside the signing key and the distribution accounts, such as its issuers.
    pub accounts: Vec<AccountId>,
}

/// Where the sandbox is.
#[derive(Clone, Debug)]
pub struct SandboxLinks {
    /// The sandbox network's Horizon.
    pub horizon: String,
    /// The sandbox bank.
    pub bank: String,
}
