//! The subcommands.

use std::{io::Write, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use clap::Parser;
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;
use windlass_domain::ports::Ids;
use windlass_stellar::Keypair;
use windlass_store::{Database, EventStore};
use windlass_vault::MasterKey;

use crate::{
    anchor::{Anchor, Roles, open_database},
    audit,
    cli::{Cli, Command, Demo, Keys, Tokens},
    config::{Config, Settings, Stellar, example_asset},
    copy, demo, erase, events,
    handlers::Handlers,
    logging, replay,
    report::say,
    rotate,
    sandbox::HostedSandbox,
    server, subscriptions,
    system::SystemIds,
    tokens,
    work::Work,
};

/// Runs the command line of this process.
pub(crate) fn run(handlers: Handlers) -> ExitCode {
    let cli = Cli::parse();
    match try_run(cli, &handlers) {
        Ok(code) => code,
        Err(error) => {
            // A closed standard error is no reason to panic.
            let _ = writeln!(std::io::stderr(), "windlass: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(cli: Cli, handlers: &Handlers) -> Result<ExitCode> {
    handlers.check()?;
    logging::start(match &cli.command {
        Some(
            Command::Demo(_)
            | Command::Events(_)
            | Command::Audit(_)
            | Command::Tokens(_)
            | Command::Subscriptions(_)
            | Command::Keys(_)
            | Command::Erase(_)
            | Command::Copy(_)
            | Command::Replay(_),
        ) => "warn",
        _ => "info,sqlx=warn",
    })?;
    jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER
        .install_default()
        .map_err(|_| anyhow::anyhow!("the cryptography of tokens is set up twice"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(dispatch(cli, handlers));
    runtime.shutdown_timeout(Duration::from_secs(5));
    code
}

async fn dispatch(cli: Cli, handlers: &Handlers) -> Result<ExitCode> {
    let Cli { config, command } = cli;
    let all = Work::default();
    match command.unwrap_or(Command::All) {
        Command::All => {
            anchor(Config::load(config)?, handlers, Roles { serve: true, work: true }, all).await?
        }
        Command::Serve => {
            anchor(Config::load(config)?, handlers, Roles { serve: true, work: false }, all).await?
        }
        Command::Work(work) => {
            let roles = Roles { serve: false, work: true };
            anchor(Config::load(config)?, handlers, roles, work.into()).await?;
        }
        Command::Sandbox => sandbox(Config::load(config)?).await?,
        Command::Migrate => migrate(&Config::load(config)?, handlers).await?,
        Command::Events(options) => {
            let database = open_database(&Config::load(config)?, handlers).await?;
            events::run(&database, &options).await?;
            database.close().await;
        }
        Command::Audit(options) => {
            let config = Config::load(config)?;
            let database = open_database(&config, handlers).await?;
            let code = audit::run(&config, &database, &options).await?;
            database.close().await;
            return Ok(code);
        }
        Command::Tokens(Tokens::Issue(options)) => {
            say(&tokens::issue(&Config::load(config)?, handlers, &options).await?)?;
        }
        Command::Subscriptions(options) => {
            let database = open_database(&Config::load(config)?, handlers).await?;
            let done = subscriptions::run(&database, handlers, options).await;
            database.close().await;
            say(&done?)?;
        }
        Command::Keys(Keys::New) => new_keys()?,
        Command::Keys(Keys::RotateMaster) => rotate::run(&Config::load(config)?, handlers).await?,
        Command::Replay(options) => {
            let database = open_database(&Config::load(config)?, handlers).await?;
            let agree = replay::run(&database, handlers, &options).await;
            database.close().await;
            if !agree? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Copy(options) => copy::run(handlers, &options).await?,
        Command::Erase(options) => erase::run(Config::load(config)?, handlers, &options).await?,
        Command::Demo(options) => return demonstrate(config, handlers, options).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn anchor(config: Config, handlers: &Handlers, roles: Roles, work: Work) -> Result<()> {
    let listener = if roles.serve { Some(server::bind(config.listen).await?) } else { None };
    let stop = stop_at_signal()?;
    let anchor = Anchor::open(config, handlers).await?;
    anchor.run(roles, work, listener, stop, |config| announce(config, roles)).await
}

/// The sandbox alone, at the configured address.
async fn sandbox(config: Config) -> Result<()> {
    let Stellar::Sandbox { ledger_interval, .. } = &config.stellar else {
        anyhow::bail!("HORIZON_URL is set: the sandbox does not start beside a real network")
    };
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("the data folder {} cannot be made", config.data_dir.display()))?;
    let listener = server::bind(config.listen).await?;
    let stop = stop_at_signal()?;
    let example = example_asset()?;
    let assets = if config.assets.is_empty() { std::slice::from_ref(&example) } else { &config.assets };
    let currencies: Vec<_> = assets.iter().map(|asset| (asset.currency, asset.currency_digits)).collect();
    let sandbox = HostedSandbox::open(
        &config.data_dir,
        &config.host_url,
        &config.network,
        *ledger_interval,
        &currencies,
    )
    .await?;
    say(&format!(
        "Sandbox at {url}: Horizon {url}/horizon, bank {url}/bank. No real money is involved.",
        url = config.host_url
    ))?;
    let (closing, router) = (sandbox.clone(), sandbox.router());
    let closing = tokio::spawn({
        let stop = stop.clone();
        async move { closing.run(stop).await }
    });
    windlass_api::serve(listener, router, stop.cancelled_owned()).await;
    closing.await?;
    sandbox.close().await;
    Ok(())
}

async fn migrate(config: &Config, handlers: &Handlers) -> Result<()> {
    let before = Database::inspect(&config.database).await;
    let before = before.with_context(|| format!("the database {} cannot be used", config.database))?;
    let database = open_database(config, handlers).await?;
    let mut lines = vec![format!("The database {}:", config.database)];
    for (component, version) in database.schema_versions().await? {
        let found = before.iter().find(|(known, _)| *known == component).map(|(_, version)| *version);
        lines.push(match found {
            Some(found) if found == version => format!("  {component} is at version {version}"),
            Some(found) => format!("  {component} was brought from version {found} to {version}"),
            None => format!("  {component} was made, at version {version}"),
        });
    }
    replay::fill_stale(&database).await?;
    database.close().await;
    say(&lines.join("\n"))
}

fn new_keys() -> Result<()> {
    let mut bytes = [0; 32];
    SystemIds.random(&mut bytes);
    let key = Keypair::from_seed_bytes(bytes);
    let master = MasterKey::generate()?.to_base64();
    say(&format!(
        "A Stellar key pair, for SECRET_SEP10_SIGNING_SEED or a distribution account:\n  account {}\n  seed    {}\n\
        A master key, for SECRET_MASTER_KEY:\n  {}\nThey are shown this once and stored nowhere.",
        key.account_id(),
        *key.seed(),
        master.expose_secret(),
    ))
}

/// Demonstrates on the named anchor, on this machine's, or on a temporary one.
async fn demonstrate(config: Option<PathBuf>, handlers: &Handlers, options: Demo) -> Result<ExitCode> {
    let time_limit = Duration::from_secs(options.time_limit);
    if let Some(anchor) = options.anchor {
        return demo::main(&anchor, options.json, time_limit).await;
    }
    let own = Config::load(config)?.host_url;
    if demo::is_reachable(&own.parse()?).await {
        return demo::main(&own, options.json, time_limit).await;
    }
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    let listener = server::bind(([127, 0, 0, 1], 0).into()).await?;
    let address = listener.local_addr()?;
    let mut settings = Settings::default();
    settings.add_environment([
        ("LISTEN".to_owned(), address.to_string()),
        ("HOST_URL".to_owned(), format!("http://localhost:{}", address.port())),
        ("DATA_DIR".to_owned(), folder.path().display().to_string()),
        ("SANDBOX_LEDGER_INTERVAL".to_owned(), "1s".to_owned()),
    ]);
    let config = Config::from_settings(settings)?;
    let url = config.host_url.clone();
    let stop = CancellationToken::new();
    let (ready, is_ready) = tokio::sync::oneshot::channel();
    let anchor = Anchor::open(config, handlers).await?;
    let roles = Roles { serve: true, work: true };
    let running = anchor.run(roles, Work::default(), Some(listener), stop.clone(), |_| {
        // Nobody waits any more: the demo has ended.
        let _ = ready.send(());
    });
    tokio::pin!(running);
    let demonstrating = async {
        is_ready.await.context("the temporary anchor did not start")?;
        demo::main(&url, options.json, time_limit).await
    };
    let outcome = tokio::select! {
        outcome = demonstrating => outcome,
        ended = &mut running => return ended.and(Ok(ExitCode::FAILURE)),
    };
    stop.cancel();
    running.await?;
    outcome
}

/// Tells where everything is.
fn announce(config: &Config, roles: Roles) {
    let url = &config.host_url;
    let mut lines = vec![];
    if roles.serve {
        lines.push(format!("Windlass serves at    {url}"));
        lines.push(format!("  stellar.toml        {url}/.well-known/stellar.toml"));
    } else {
        lines.push("Windlass works".to_owned());
    }
    lines.push(format!("  data folder         {}", config.data_dir.display()));
    if let Stellar::Sandbox { url, .. } = &config.stellar {
        lines.push(format!("  sandbox network     {url}/horizon"));
        lines.push(format!("  sandbox bank        {url}/bank"));
        lines.push("No real money is involved: network and bank are a sandbox of this machine.".to_owned());
        if roles.serve {
            lines.push("See it work, from another terminal:  cargo run --release -- demo".to_owned());
        }
    }
    if let Err(error) = say(&lines.join("\n")) {
        tracing::warn!(%error, "standard output cannot be written");
    }
}

/// Cancelled at Ctrl-C or SIGTERM; a second one ends the process at once.
fn stop_at_signal() -> Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    let cancelled = stop.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if cancelled.is_cancelled() {
                tracing::warn!("ended at once, at the second signal");
                std::process::exit(130);
            }
            cancelled.cancel();
        }
    });
    Ok(stop)
}
