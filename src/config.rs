//! The configuration: defaults, then `windlass.toml`, then `.env`, then the environment.
//!
//! Every setting has one name: `sep10.auth_timeout` in the file is `SEP10_AUTH_TIMEOUT` in the environment. All faults are
//! reported at once, each with the setting's name and what would be right.

mod assets;
pub(crate) mod duration;
mod settings;
#[cfg(test)]
mod tests;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use windlass_domain::{AnchoredAsset, FeeSchedule, Offer, StellarAsset, Stroops};
use windlass_stellar::{AccountId, Keypair, Network};
use windlass_store::Location;

pub use assets::AssetConfig;
pub use settings::{Fault, Faults, Settings};

/// What the anchor is told, checked.
#[derive(Debug)]
pub struct Config {
    /// Where HTTP is served.
    pub listen: SocketAddr,
    /// The public address of that, without a slash at the end.
    pub host_url: String,
    /// Databases and keys are kept here.
    pub data_dir: PathBuf,
    /// Where the log is.
    pub database: Location,
    /// Which network.
    pub stellar: Stellar,
    /// The network's passphrase.
    pub network: Network,
    /// The assets; none in the sandbox means the example asset.
    pub assets: Vec<AssetConfig>,
    /// The most that is offered as a fee, for one transaction.
    pub max_transaction_fee: Stroops,
    /// SEP-10.
    pub sep10: Sep10,
    /// From a wallet's request to the confirmed form.
    pub form_deadline: Duration,
    /// From the confirmed form to the user's money.
    pub funds_deadline: Duration,
    /// How long a worker may keep a task to itself; when it dies, another goes on after this time.
    pub task_lease: Duration,
    /// The same of a duty, such as following an account.
    pub duty_lease: Duration,
    /// The organisation's name.
    pub organization_name: String,
    /// The organisation's page.
    pub organization_url: Option<String>,
    /// Seals the vault; in the sandbox one is made.
    pub master_key: Option<SecretString>,
    /// Signs the tokens of auditors; in the sandbox one is made.
    pub operator_secret: Option<SecretString>,
    /// Master keys that were used before it.
    pub previous_master_keys: Vec<SecretString>,
    /// Tamper evidence.
    pub audit: Audit,
}

/// Which Stellar network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stellar {
    /// The sandbox.
    Sandbox {
        /// Where it is.
        url: String,
        /// Whether this process runs it.
        hosted: bool,
        /// How often its ledgers close, where this process runs it.
        ledger_interval: Duration,
    },
    /// A network that is reached through Horizon.
    Network {
        /// Horizon's address.
        horizon_url: String,
    },
}

/// SEP-10's settings.
#[derive(Debug)]
pub struct Sep10 {
    /// The domain of the stellar.toml.
    pub home_domain: String,
    /// The domain of the SEP-10 endpoint.
    pub web_auth_domain: String,
    /// How long a challenge lives.
    pub auth_timeout: Duration,
    /// How long a token lives.
    pub jwt_timeout: Duration,
    /// Signs challenges; in the sandbox one is made.
    pub signing_key: Option<Keypair>,
    /// Signs tokens; in the sandbox one is made.
    pub jwt_secret: Option<SecretString>,
}

/// Tamper evidence's settings.
#[derive(Debug)]
pub struct Audit {
    /// Signs the log's roots; in the sandbox one is made.
    pub signing_key: Option<Keypair>,
    /// Publishes them; without it nothing is published.
    pub publishing_key: Option<Keypair>,
    /// How often.
    pub publish_interval: Duration,
}

impl Config {
    /// Reads the file (if there is one), `.env` and the environment.
    ///
    /// # Errors
    /// [`Faults`]: everything that is wrong with them.
    pub fn load(file: Option<PathBuf>) -> Result<Self, Faults> {
        let settings = Settings::read(file)?;
        Self::from_settings(settings)
    }

    /// Checks settings that were read.
    ///
    /// # Errors
    /// [`Faults`]: everything that is wrong with them.
    pub fn from_settings(mut settings: Settings) -> Result<Self, Faults> {
        let listen: SocketAddr = settings
            .parse("listen", "an address and port such as 127.0.0.1:8000")
            .unwrap_or(([127, 0, 0, 1], 8000).into());
        let host_url =
            settings.url("host_url").unwrap_or_else(|| format!("http://localhost:{}", listen.port()));
        let data_dir: PathBuf =
            settings.parse("data_dir", "a folder").unwrap_or_else(|| PathBuf::from("data"));
        let database = database(&mut settings, &data_dir);
        let passphrase =
            settings.text("stellar_network_passphrase").unwrap_or_else(|| Network::TESTNET.to_owned());
        let stellar = stellar(&mut settings, &host_url);
        if passphrase == Network::PUBLIC {
            settings.fault(
                "stellar_network_passphrase",
                "the public network needs a rail for real money, and this version has only the sandbox bank: use a test network",
            );
        }
        check_public_url(&mut settings, &host_url);
        let domain = domain_of(&host_url);
        let config = Self {
            listen,
            database,
            data_dir,
            network: Network::new(passphrase),
            assets: assets::read(&mut settings),
            max_transaction_fee: max_fee(&mut settings),
            sep10: Sep10 {
                home_domain: settings.text("sep10.home_domain").unwrap_or_else(|| domain.clone()),
                web_auth_domain: settings.text("sep10.web_auth_domain").unwrap_or(domain),
                auth_timeout: settings.seconds("sep10.auth_timeout", 900),
                jwt_timeout: settings.seconds("sep10.jwt_timeout", 86_400),
                signing_key: settings.seed("secret.sep10_signing_seed"),
                jwt_secret: settings.secret("secret.sep10_jwt_secret", 32),
            },
            form_deadline: settings.seconds("form_deadline", 86_400),
            funds_deadline: settings.seconds("funds_deadline", 3 * 86_400),
            task_lease: settings.seconds("work.task_lease", 120),
            duty_lease: settings.seconds("work.duty_lease", 30),
            organization_name: settings
                .text("organization.name")
                .unwrap_or_else(|| "Windlass Sandbox Anchor".to_owned()),
            organization_url: settings.url("organization.url"),
            master_key: settings.secret("secret.master_key", 32),
            operator_secret: settings.secret("secret.operator_jwt_secret", 32),
            previous_master_keys: settings.secrets("secret.master_key_previous", 32),
            audit: audit(&mut settings),
            host_url,
            stellar,
        };
        if config.master_key.is_none() && !config.previous_master_keys.is_empty() {
            settings
                .fault("secret.master_key_previous", "needs SECRET_MASTER_KEY, the key that takes its place");
        }
        config.check_production(&mut settings);
        config.check_secrets(&mut settings);
        config.check_currencies(&mut settings);
        config.check_domains(&mut settings);
        settings.finish()?;
        Ok(config)
    }

    /// Where Horizon is.
    pub fn horizon_url(&self) -> String {
        match &self.stellar {
            Stellar::Sandbox { url, .. } => format!("{url}/horizon"),
            Stellar::Network { horizon_url } => horizon_url.clone(),
        }
    }

    /// Where the sandbox bank is.
    pub fn bank_url(&self) -> String {
        match &self.stellar {
            Stellar::Sandbox { url, .. } => format!("{url}/bank"),
            Stellar::Network { .. } => format!("{}/sandbox/bank", self.host_url),
        }
    }

    /// Whoever has one of the secrets must not have the other.
    fn check_secrets(&self, settings: &mut Settings) {
        let (wallets, operators) = (&self.sep10.jwt_secret, &self.operator_secret);
        let same = wallets.as_ref().zip(operators.as_ref());
        if same.is_some_and(|(one, other)| one.expose_secret() == other.expose_secret()) {
            settings.fault("secret.operator_jwt_secret", "is another one than SECRET_SEP10_JWT_SECRET");
        }
    }

    /// Outside of the sandbox nothing is made up: accounts and keys are the operator's own.
    fn check_production(&self, settings: &mut Settings) {
        if matches!(self.stellar, Stellar::Sandbox { .. }) {
            return;
        }
        let needs = "is needed where HORIZON_URL is set";
        if self.sep10.signing_key.is_none() {
            settings.fault("secret.sep10_signing_seed", needs);
        }
        if self.sep10.jwt_secret.is_none() {
            settings.fault("secret.sep10_jwt_secret", needs);
        }
        if self.master_key.is_none() {
            settings.fault(
                "secret.master_key",
                "is needed where HORIZON_URL is set: the base64 of 32 random bytes (`windlass keys new`)",
            );
        }
        if self.assets.is_empty() {
            settings.fault("assets", "at least one asset is needed where HORIZON_URL is set");
        }
        for asset in self.assets.iter().filter(|asset| asset.distribution_key.is_none()) {
            settings
                .fault(&format!("secret.distribution_seed_{}", asset.code.to_string().to_lowercase()), needs);
        }
    }

    /// A rail is one account at the bank, in one currency, and there is one rail so far.
    fn check_currencies(&self, settings: &mut Settings) {
        let mut currencies: Vec<_> =
            self.assets.iter().map(|asset| (asset.currency, asset.currency_digits)).collect();
        currencies.dedup();
        if currencies.len() > 1 {
            settings.fault("assets", "have one currency, all the same: there is one rail so far");
        }
        let mut codes: Vec<_> = self.assets.iter().map(|asset| asset.code).collect();
        codes.sort();
        if codes.windows(2).any(|pair| pair.first() == pair.last()) {
            settings.fault("assets", "have different codes");
        }
    }

    /// SEP10-T12: a challenge cannot carry longer names.
    fn check_domains(&self, settings: &mut Settings) {
        if self.sep10.home_domain.len() + " auth".len() > 64 {
            settings.fault("sep10.home_domain", "has at most 59 characters");
        }
        if self.sep10.web_auth_domain.len() > 64 {
            settings.fault("sep10.web_auth_domain", "has at most 64 characters");
        }
    }
}

fn database(settings: &mut Settings, data_dir: &std::path::Path) -> Location {
    let location = match settings.text("database_url").map(|url| Location::parse(&url)) {
        None => Location::Sqlite(data_dir.join("windlass.db")),
        Some(Ok(location)) => location,
        Some(Err(error)) => {
            settings.fault("database_url", &error.to_string());
            Location::Sqlite(PathBuf::new())
        }
    };
    let direct_url = settings.text("database_direct_url");
    if direct_url.as_deref().is_some_and(|url| !matches!(Location::parse(url), Ok(Location::Postgres(_)))) {
        settings.fault("database_direct_url", "is postgres://USER:PASSWORD@HOST:PORT/DATABASE");
    }
    let statement_cache = settings.parse::<usize>("database.statement_cache", "a number of statements");
    let connections = settings.parse::<u32>("database.connections", "a number of connections");
    let Location::Postgres(mut postgres) = location else { return location };
    postgres.direct_url = direct_url;
    postgres.statement_cache = statement_cache.unwrap_or(postgres.statement_cache);
    postgres.connections = connections.unwrap_or(postgres.connections);
    if postgres.connections < 4 {
        settings.fault("database.connections", "is at least 4");
    }
    Location::Postgres(postgres)
}

fn audit(settings: &mut Settings) -> Audit {
    let publish_interval = settings.seconds("audit.publish_interval", 3_600);
    if publish_interval < Duration::from_secs(10) {
        settings.fault("audit.publish_interval", "is at least 10s");
    }
    Audit {
        signing_key: settings.seed("secret.audit_signing_seed"),
        publishing_key: settings.seed("secret.audit_publishing_seed"),
        publish_interval,
    }
}

fn stellar(settings: &mut Settings, host_url: &str) -> Stellar {
    let interval = settings.duration("sandbox.ledger_interval", Duration::from_secs(2));
    if interval < Duration::from_millis(10) {
        settings.fault("sandbox.ledger_interval", "is at least 10ms");
    }
    match (settings.url("horizon_url"), settings.url("sandbox.url")) {
        (Some(_), Some(_)) => {
            settings.fault("sandbox.url", "and HORIZON_URL exclude each other");
            Stellar::Network { horizon_url: String::new() }
        }
        (Some(horizon_url), None) => Stellar::Network { horizon_url },
        (None, Some(url)) => Stellar::Sandbox { url, hosted: false, ledger_interval: interval },
        (None, None) => {
            Stellar::Sandbox { url: format!("{host_url}/sandbox"), hosted: true, ledger_interval: interval }
        }
    }
}

/// SEP01-026, SEP24-001: outside of local mode every public URL is https.
fn check_public_url(settings: &mut Settings, host_url: &str) {
    let domain = domain_of(host_url);
    let host = domain.split(':').next().unwrap_or_default();
    let is_local = matches!(host, "localhost" | "127.0.0.1" | "[");
    let local_mode = settings.flag("local_mode").unwrap_or(is_local);
    if !local_mode && !host_url.starts_with("https://") {
        settings.fault(
            "host_url",
            "begins with https:// outside of local mode (LOCAL_MODE=true allows http for tests)",
        );
    }
}

fn max_fee(settings: &mut Settings) -> Stroops {
    let fee = settings.parse::<i64>("max_transaction_fee_stroops", "a number of stroops").unwrap_or(100_000);
    match Stroops::new(fee).filter(|fee| fee.get() >= 100 && fee.get() <= i64::from(u32::MAX)) {
        Some(fee) => fee,
        None => {
            settings.fault("max_transaction_fee_stroops", "is a number of stroops from 100 to 4294967295");
            Stroops::ZERO
        }
    }
}

/// The host of a URL, with its port where it has one.
pub fn domain_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_owned()
}

/// An asset's terms as the domain knows them, once its accounts are known.
pub fn anchored(asset: &AssetConfig, issuer: AccountId, distribution: AccountId) -> AnchoredAsset {
    AnchoredAsset {
        stellar: StellarAsset::Issued { code: asset.code, issuer },
        currency: asset.currency,
        currency_digits: asset.currency_digits,
        distribution,
        sep24_deposit: asset.sep24_deposit.clone(),
        sep24_withdrawal: asset.sep24_withdrawal.clone(),
    }
}

/// The asset of the sandbox: a dollar that is worth nothing.
pub fn example_asset() -> Result<AssetConfig, Faults> {
    let amount = |text: &str| text.parse().map_err(|error| Faults::one("assets", &format!("{error}")));
    let fee =
        FeeSchedule { fixed: amount("1")?, percent: rust_decimal::Decimal::new(5, 1), minimum: amount("0")? };
    let offer = Offer { minimum: amount("5")?, maximum: amount("10000")?, fee };
    Ok(AssetConfig {
        code: "USDW".parse().map_err(|error| Faults::one("assets", &format!("{error}")))?,
        issuer: None,
        currency: "USD".parse().map_err(|error| Faults::one("assets", &format!("{error}")))?,
        currency_digits: 2,
        distribution_key: None,
        sep24_deposit: Some(offer.clone()),
        sep24_withdrawal: Some(offer),
    })
}
