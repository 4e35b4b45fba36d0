//! One anchor: its ports wired together, and run.

use std::{fs, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use windlass_api::{Api, ApiConfig, ChallengeRate, Organization, SandboxLinks};
use windlass_commands::{Commands, Policy};
use windlass_domain::{
    AnchoredAsset,
    ports::{Clock, Ids, Ledger, Rail},
};
use windlass_horizon::{Horizon, HorizonConfig};
use windlass_projections::{Backend, Queries, seal::Roots};
use windlass_rails::{SandboxBankRail, SandboxBankRailConfig};
use windlass_stellar::Keypair;
use windlass_store::{Database, EventStore, StoreError, Subscriptions};
use windlass_vault::Vault;
use windlass_workers::{Handler, Keyring, Ports, Runner, RunnerConfig, Subscribe, duties, steps};

use crate::{
    config::{AssetConfig, Config, Stellar, anchored, example_asset},
    handlers::Handlers,
    parts::{ended, finish},
    replay,
    sandbox::{ExampleAccounts, HostedSandbox, anchor_account_holder, anchor_account_number, bank_token},
    sealing::Sealing,
    secrets::{master_keys, operator_secret, sealed_key, sealed_text},
    system::{SystemClock, SystemIds},
    work::Work,
};

/// How long the interactive link can be opened.
const INTERACTIVE_LINK: Duration = Duration::from_secs(15 * 60);
/// How long the interactive pages can be used once opened.
const INTERACTIVE_SESSION: Duration = Duration::from_secs(60 * 60);
/// How long a `more_info_url` is good.
const MORE_INFO: Duration = Duration::from_secs(24 * 60 * 60);

/// How soon a sandbox that did not answer is asked again.
const BEFORE_NEXT_TRY: Duration = Duration::from_secs(1);

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Serves HTTP, and the sandbox where this process hosts it.
    pub serve: bool,
    /// Pays, watches, pays out, expires.
    pub work: bool,
}

/// An anchor whose ports are wired; nothing runs yet.
pub struct Anchor {
    config: Config,
    database: Database,
    subscriptions: Subscriptions,
    handlers: Vec<Handler>,
    sealing: Sealing,
    commands: Arc<Commands>,
    queries: Queries,
    ledger: Arc<dyn Ledger>,
    rail: Arc<dyn Rail>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    keys: Keys,
}

/// The keys that this process needs.
struct Keys {
    signing: Keypair,
    jwt_secret: secrecy::SecretString,
    operator_secret: Option<secrecy::SecretString>,
    assets: Vec<AssetKeys>,
}

struct AssetKeys {
    asset: AnchoredAsset,
    distribution: Keypair,
    /// Present where the sandbox made the asset.
    issuer: Option<Keypair>,
}

/// Opens the log of `config`, in its folder, with everything that is written together with it.
///
/// # Errors
/// Where the folder cannot be written, or the database cannot be used.
pub async fn open_database(config: &Config, handlers: &Handlers) -> Result<Database> {
    fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("the data folder {} cannot be made", config.data_dir.display()))?;
    let opened = async {
        let database = Database::open(&config.database, handlers.inline.clone()).await?;
        Subscriptions::open(database.clone()).await?;
        Roots::open(database.clone()).await?;
        Ok::<_, StoreError>(database)
    };
    let database =
        opened.await.with_context(|| format!("the database {} cannot be used", config.database))?;
    if let Some(source) = database.unfinished_copy().await? {
        bail!("the database {} is an unfinished copy of {source}: let `windlass copy` end", config.database);
    }
    Ok(database)
}

/// Opens the vault in that database with the keys of `config`.
///
/// # Errors
/// Where the keys are not the vault's, or cannot be read.
pub async fn open_vault(config: &Config, database: &Database) -> Result<Vault> {
    let vault = Vault::open_in(database.clone(), master_keys(config)?).await;
    vault.context("the vault cannot be opened")
}

impl Anchor {
    /// Opens the log and the vault, finds or makes the keys, and wires the ports.
    ///
    /// # Errors
    /// Where any of them cannot be used.
    pub async fn open(config: Config, handlers: &Handlers) -> Result<Self> {
        let database = open_database(&config, handlers).await?;
        replay::fill_stale(&database).await?;
        let subscriptions = Subscriptions::open(database.clone()).await?;
        for handler in &handlers.subscriptions {
            // Its tables are there before anybody asks for them.
            let established = handler.establish(&subscriptions, SystemClock.now()).await;
            established.with_context(|| format!("the event handler {} cannot begin", handler.name()))?;
        }
        let store: Arc<dyn EventStore> = Arc::new(database.clone());
        let vault = Arc::new(open_vault(&config, &database).await?);
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let sealing = Sealing::open(&config, &database, &*ids).await?;
        let keys = find_keys(&config, &vault, &*ids).await?;
        let horizon = HorizonConfig::new(config.horizon_url(), config.network.clone());
        let ledger: Arc<dyn Ledger> = Arc::new(Horizon::new(horizon)?);
        let currency = keys.assets.first().context("there is no asset")?.asset.currency;
        let rail: Arc<dyn Rail> = Arc::new(SandboxBankRail::new(SandboxBankRailConfig {
            base_url: config.bank_url(),
            token: bank_token(),
            account_number: anchor_account_number(currency),
            account_holder: anchor_account_holder(),
            currency,
            timeout: Duration::from_secs(15),
            credits_wait: Duration::from_secs(5),
        })?);
        let policy = Policy {
            assets: keys.assets.iter().map(|keys| keys.asset.clone()).collect(),
            form_deadline: config.form_deadline.try_into()?,
            funds_deadline: config.funds_deadline.try_into()?,
        };
        let commands =
            Arc::new(Commands::new(store.clone(), vault, rail.clone(), clock.clone(), ids.clone(), policy));
        let queries = Queries::new(Backend::Database(database.clone()), store);
        let handlers = handlers.subscriptions.clone();
        Ok(Self {
            config,
            database,
            subscriptions,
            handlers,
            sealing,
            commands,
            queries,
            ledger,
            rail,
            clock,
            ids,
            keys,
        })
    }

    /// Runs until `stop`, then ends in order: requests and tasks under way come to their end, then the sandbox, then
    /// the database. `listener` is where HTTP is served, if this process serves; `ready` is called once it does.
    ///
    /// # Errors
    /// Where something that it needs cannot be started.
    pub async fn run(
        self,
        roles: Roles,
        work: Work,
        listener: Option<TcpListener>,
        stop: CancellationToken,
        ready: impl FnOnce(&Config),
    ) -> Result<()> {
        let hosted = self.host_sandbox(roles).await?;
        let (stop_work, stop_http, stop_sandbox) =
            (CancellationToken::new(), CancellationToken::new(), CancellationToken::new());
        let (mut serving, mut api) = (None, None);
        let work = work.begin(self.runner(), stop_work.clone())?;
        if let (true, Some(listener)) = (roles.serve, listener) {
            let served = api.insert(Arc::new(self.api()?));
            let mut router = windlass_api::router(served.clone());
            if let Some(sandbox) = &hosted {
                router = router.nest("/sandbox", sandbox.router());
            }
            let stop = stop_http.clone().cancelled_owned();
            serving = Some(tokio::spawn(windlass_api::serve(listener, router, stop)));
            ready(&self.config);
        } else {
            ready(&self.config);
        }
        let sandbox_closes = match &hosted {
            Some(sandbox) => {
                sandbox.hurry(self.establish_example_accounts()).await?;
                let (sandbox, stop) = (sandbox.clone(), stop_sandbox.clone());
                Some(tokio::spawn(async move { sandbox.run(stop).await }))
            }
            None => {
                if roles.serve {
                    self.establish_patiently(&stop).await;
                }
                None
            }
        };
        let mut working = roles.work.then(|| tokio::spawn(work));
        tokio::select! {
            () = stop.cancelled() => {}
            // What is done once ends by itself.
            () = ended(working.as_mut()) => working = None,
        }
        tracing::info!("stopping: what is under way comes to its end");
        stop_work.cancel();
        finish("the workers", working).await;
        api.inspect(|api| api.end_streams());
        stop_http.cancel();
        finish("the HTTP server", serving).await;
        stop_sandbox.cancel();
        finish("the sandbox network", sandbox_closes).await;
        if let Some(sandbox) = hosted {
            sandbox.close().await;
        }
        self.database.close().await;
        Ok(())
    }

    /// The write side.
    pub fn commands(&self) -> &Commands {
        &self.commands
    }

    /// Lets go of the database, where nothing is run.
    pub async fn close(self) {
        self.database.close().await;
    }

    async fn host_sandbox(&self, roles: Roles) -> Result<Option<HostedSandbox>> {
        let Stellar::Sandbox { url, hosted: true, ledger_interval } = &self.config.stellar else {
            return Ok(None);
        };
        if !roles.serve {
            return Ok(None);
        }
        let currencies: Vec<_> =
            self.keys.assets.iter().map(|keys| (keys.asset.currency, keys.asset.currency_digits)).collect();
        HostedSandbox::open(&self.config.data_dir, url, &self.config.network, *ledger_interval, &currencies)
            .await
            .map(Some)
    }

    fn api(&self) -> Result<Api> {
        let config = &self.config;
        let is_sandbox = matches!(config.stellar, Stellar::Sandbox { .. });
        let api = ApiConfig {
            host_url: config.host_url.clone(),
            home_domain: config.sep10.home_domain.clone(),
            web_auth_domain: config.sep10.web_auth_domain.clone(),
            network: config.network.clone(),
            signing_key: self.keys.signing.clone(),
            jwt_secret: self.keys.jwt_secret.clone(),
            operator_secret: self.keys.operator_secret.clone(),
            auth_timeout: config.sep10.auth_timeout,
            jwt_timeout: config.sep10.jwt_timeout,
            interactive_link_timeout: INTERACTIVE_LINK,
            session_timeout: INTERACTIVE_SESSION,
            more_info_timeout: MORE_INFO,
            challenge_rate: ChallengeRate::default(),
            organization: Organization {
                name: config.organization_name.clone(),
                url: config.organization_url.clone().unwrap_or_else(|| config.host_url.clone()),
                accounts: self.keys.assets.iter().filter_map(|keys| keys.asset.stellar.issuer()).collect(),
                ..Organization::default()
            },
            sandbox: is_sandbox
                .then(|| SandboxLinks { horizon: config.horizon_url(), bank: config.bank_url() }),
            horizon_url: is_sandbox.then(|| config.horizon_url()),
        };
        let (clock, ids) = (self.clock.clone(), self.ids.clone());
        Ok(Api::new(api, self.commands.clone(), self.queries.clone(), self.ledger.clone(), clock, ids)?)
    }

    fn runner(&self) -> Runner {
        let ports = Ports {
            commands: self.commands.clone(),
            queries: self.queries.clone(),
            ledger: self.ledger.clone(),
            rail: self.rail.clone(),
            keyring: Arc::new(Keyring::new(self.keys.assets.iter().map(|keys| keys.distribution.clone()))),
            network: self.config.network.clone(),
            max_fee: self.config.max_transaction_fee,
            clock: self.clock.clone(),
        };
        let config = RunnerConfig {
            task_lease: self.config.task_lease,
            duty_lease: self.config.duty_lease,
            ..RunnerConfig::new(self.ids.id().to_string())
        };
        let mut duties = duties(&ports);
        duties.extend(self.sealing.duties(&self.config, &ports, &self.ids));
        for handler in &self.handlers {
            let (subscriptions, clock) = (self.subscriptions.clone(), self.clock.clone());
            duties.push(Arc::new(Subscribe::new(handler.clone(), subscriptions, clock)));
        }
        Runner::new(Arc::new(self.database.clone()), self.clock.clone(), config, steps(&ports), duties)
    }

    /// The same on a sandbox of another process, which may not be there yet: tried again until it is, or until `stop`.
    async fn establish_patiently(&self, stop: &CancellationToken) {
        loop {
            let outcome = tokio::select! {
                outcome = self.establish_example_accounts() => outcome,
                () = stop.cancelled() => return,
            };
            let Err(error) = outcome else { return };
            tracing::warn!(error = format!("{error:#}"), "waiting for the sandbox");
            tokio::select! {
                () = tokio::time::sleep(BEFORE_NEXT_TRY) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// In the sandbox, the accounts of the assets that this anchor made for itself.
    async fn establish_example_accounts(&self) -> Result<()> {
        for keys in &self.keys.assets {
            let Some(issuer) = &keys.issuer else { continue };
            let accounts = ExampleAccounts {
                horizon_url: &self.config.horizon_url(),
                network: &self.config.network,
                ledger: &*self.ledger,
                asset: &keys.asset,
                issuer,
                distribution: &keys.distribution,
                home_domain: &self.config.sep10.home_domain,
            };
            accounts.establish().await.context("the sandbox accounts cannot be made")?;
        }
        Ok(())
    }
}

async fn find_keys(config: &Config, vault: &Vault, ids: &dyn Ids) -> Result<Keys> {
    let signing = match &config.sep10.signing_key {
        Some(key) => key.clone(),
        None => sealed_key(vault, ids, "sep10_signing").await?,
    };
    let jwt_secret = match &config.sep10.jwt_secret {
        Some(secret) => secret.clone(),
        None => sealed_text(vault, ids, "sep10_jwt").await?,
    };
    let example = if config.assets.is_empty() { Some(example_asset()?) } else { None };
    let mut assets = vec![];
    for asset in config.assets.iter().chain(&example) {
        assets.push(asset_keys(asset, config, vault, ids).await?);
    }
    let operator_secret = operator_secret(config, vault, ids).await?;
    Ok(Keys { signing, jwt_secret, operator_secret, assets })
}

async fn asset_keys(asset: &AssetConfig, config: &Config, vault: &Vault, ids: &dyn Ids) -> Result<AssetKeys> {
    let code = asset.code;
    let distribution = match &asset.distribution_key {
        Some(key) => key.clone(),
        None => sealed_key(vault, ids, &format!("distribution:{code}")).await?,
    };
    let (issuer, issuer_key) = match (asset.issuer, &config.stellar) {
        (Some(issuer), _) => (issuer, None),
        (None, Stellar::Sandbox { .. }) => {
            let key = sealed_key(vault, ids, &format!("issuer:{code}")).await?;
            (key.account_id(), Some(key))
        }
        (None, Stellar::Network { .. }) => bail!("the asset {code} needs its issuer"),
    };
    let asset = anchored(asset, issuer, distribution.account_id());
    Ok(AssetKeys { asset, distribution, issuer: issuer_key })
}
