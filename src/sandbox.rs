//! The sandbox: its network and its bank, and the accounts that an anchor needs there.

use std::{future::Future, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use windlass_domain::{
    Amount, AnchoredAsset, CurrencyCode,
    ports::{Clock, Ledger, Submission},
};
use windlass_rails::{AnchorAccount, SandboxBank, SandboxBankConfig};
use windlass_sandbox::{Sandbox, SandboxConfig};
use windlass_stellar::{AccountId, Keypair, Network, Operation, Stroops, TimeBounds, Transaction};

use crate::system::SystemClock;

/// How much of its example asset the sandbox anchor begins with.
const FLOAT: &str = "100000000";
/// What the sandbox anchor has at its bank to begin with.
const BANK_FLOAT: &str = "1000000";
/// Nothing of value is behind it: the sandbox bank has only sandbox money.
const BANK_TOKEN: &str = "sandbox-bank-token";

/// The sandbox network and the sandbox bank in this process.
#[derive(Clone)]
pub struct HostedSandbox {
    network: Sandbox,
    bank: SandboxBank,
}

impl HostedSandbox {
    /// Opens both in `data_dir`, or begins them.
    ///
    /// # Errors
    /// Where their files cannot be used.
    pub async fn open(
        data_dir: &Path,
        url: &str,
        network: &Network,
        ledger_interval: Duration,
        currencies: &[(CurrencyCode, u32)],
    ) -> Result<Self> {
        let sandbox = Sandbox::open(SandboxConfig {
            passphrase: network.passphrase().to_owned(),
            ledger_interval,
            file: Some(data_dir.join("sandbox-network.db")),
            base_url: format!("{url}/horizon"),
        });
        let mut accounts = vec![];
        for (currency, digits) in currencies {
            accounts.push(AnchorAccount {
                number: anchor_account_number(*currency),
                currency: *currency,
                digits: *digits,
                opening_balance: BANK_FLOAT.parse::<Amount>()?,
            });
        }
        let bank = SandboxBank::open(SandboxBankConfig {
            file: Some(data_dir.join("sandbox-bank.db")),
            base_url: format!("{url}/bank"),
            anchor_holder: anchor_account_holder(),
            anchor_token: bank_token(),
            accounts,
            clock: Arc::new(SystemClock),
        });
        Ok(Self {
            network: sandbox.await.context("the sandbox network cannot be started")?,
            bank: bank.await.context("the sandbox bank cannot be started")?,
        })
    }

    /// Both faces, to be mounted at the sandbox's URL.
    pub fn router(&self) -> axum::Router {
        // As services, so that both are also found with a slash at the end, where SDKs look for the root.
        axum::Router::new()
            .nest_service("/horizon", self.network.router())
            .nest_service("/bank", self.bank.router())
    }

    /// Closes ledgers until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        self.network.run(stop).await;
    }

    /// Closes ledgers as fast as they fill, until `work` is done: nobody wants to wait for the first accounts.
    pub async fn hurry<T>(&self, work: impl Future<Output = T>) -> T {
        let stop = CancellationToken::new();
        let closing = tokio::spawn(self.clone().close_ledgers_at_once(stop.clone()));
        let done = work.await;
        stop.cancel();
        if let Err(error) = closing.await {
            tracing::warn!(%error, "the sandbox stopped closing ledgers");
        }
        done
    }

    async fn close_ledgers_at_once(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::time::sleep(Duration::from_millis(5)).await;
            if let Err(error) = self.network.close_ledger().await {
                tracing::warn!(%error, "the sandbox could not close a ledger");
            }
        }
    }

    /// Lets go of the files.
    pub async fn close(&self) {
        self.bank.close().await;
    }
}

/// The anchor's token at the sandbox bank.
pub fn bank_token() -> SecretString {
    BANK_TOKEN.into()
}

/// The anchor's account at the sandbox bank.
pub fn anchor_account_number(currency: CurrencyCode) -> String {
    format!("SBXANCHOR{currency}")
}

/// Whose account that is.
pub fn anchor_account_holder() -> String {
    "Windlass Sandbox Anchor".to_owned()
}

/// The accounts that an example asset needs on the sandbox network.
pub struct ExampleAccounts<'a> {
    /// Where Horizon is.
    pub horizon_url: &'a str,
    /// The network.
    pub network: &'a Network,
    /// The network's ledger.
    pub ledger: &'a dyn Ledger,
    /// The asset.
    pub asset: &'a AnchoredAsset,
    /// Signs for the issuer.
    pub issuer: &'a Keypair,
    /// Signs for the distribution account.
    pub distribution: &'a Keypair,
    /// The issuer's home domain.
    pub home_domain: &'a str,
}

impl ExampleAccounts<'_> {
    /// Creates what is missing: both accounts, the issuer's home domain, the trustline, the float. Looks before each
    /// step, so that it goes on where an earlier start was cut off.
    ///
    /// # Errors
    /// Where the sandbox does not answer or refuses.
    pub async fn establish(&self) -> Result<()> {
        for account in [self.issuer.account_id(), self.distribution.account_id()] {
            if self.ledger.account(account).await?.is_none() {
                self.friendbot(account).await?;
            }
        }
        let distribution = self.ledger.account(self.distribution.account_id()).await?;
        let balance = distribution.as_ref().and_then(|account| account.balance(&self.asset.stellar));
        if balance.is_none() {
            let domain = Operation::set_home_domain(self.home_domain)?;
            self.submit(self.issuer, domain).await?;
            self.submit(self.distribution, Operation::change_trust(self.asset.stellar, Stroops::MAX)).await?;
        }
        if balance.is_none_or(|line| line.balance.is_zero()) {
            self.issue().await?;
        }
        Ok(())
    }

    async fn issue(&self) -> Result<()> {
        let float: Stroops = FLOAT.parse()?;
        let to = self.distribution.account_id().into();
        self.submit(self.issuer, Operation::payment(to, self.asset.stellar, float)).await
    }

    async fn friendbot(&self, account: AccountId) -> Result<()> {
        let url = format!("{}/friendbot?addr={account}", self.horizon_url);
        let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).build()?;
        let answer = client.get(&url).send().await.context("friendbot does not answer")?;
        // It exists already: another process was first.
        if answer.status() == reqwest::StatusCode::BAD_REQUEST || answer.status().is_success() {
            return Ok(());
        }
        bail!("friendbot answered {}", answer.status())
    }

    async fn submit(&self, key: &Keypair, operation: Operation) -> Result<()> {
        let source = key.account_id();
        let account =
            self.ledger.account(source).await?.with_context(|| format!("{source} does not exist"))?;
        let max_time = SystemClock.now().unix_timestamp().unsigned_abs() + 300;
        let signed = Transaction {
            source,
            sequence: account.sequence + 1,
            fee_per_operation: Stroops::new(10_000).unwrap_or_default(),
            time_bounds: TimeBounds::until(max_time),
            memo: windlass_stellar::Memo::None,
            operations: vec![operation],
        }
        .sign(self.network, &[key])?;
        match self.ledger.submit(&signed.envelope).await? {
            Submission::Closed(transaction) if transaction.successful => Ok(()),
            Submission::Closed(transaction) => bail!("the sandbox answered {}", transaction.codes),
            Submission::Refused(codes) => bail!("the sandbox answered {codes}"),
            Submission::Unknown(why) => bail!("the sandbox did not answer: {why}"),
        }
    }
}
