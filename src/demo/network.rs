//! The wallet's own account on the network, through Horizon.

use reqwest::Url;
use serde::Deserialize;
use windlass_domain::ports::{
    Ledger, LedgerAccount, LedgerError, LedgerTransaction, PaymentKind, ReceivedPayment, Submission,
};
use windlass_horizon::{Horizon, HorizonConfig};
use windlass_stellar::{
    AccountId, Keypair, Memo, Network, Operation, SignedTransaction, StellarAsset, Stroops, TimeBounds,
    Transaction,
};

use super::{DemoError, auth::now, http::Http, patience::Patience, sep24::below};

/// For how long a transaction may be applied, in seconds.
const LIFETIME: u64 = 120;
/// The most that is paid for an operation, in stroops.
const MAX_FEE: i64 = 100_000;
/// The most payments that are looked at: a new account has a handful.
const PAGE: u32 = 200;

/// An account that was made for this run, and where it lives.
pub(super) struct Account {
    horizon: Horizon,
    url: Url,
    network: Network,
    key: Keypair,
    patience: Patience,
}

impl Account {
    /// A new key on the network of that Horizon, which must be the anchor's.
    pub async fn new(
        http: &Http,
        url: &Url,
        network: &Network,
        patience: Patience,
    ) -> Result<Self, DemoError> {
        #[derive(Deserialize)]
        struct Root {
            network_passphrase: String,
        }
        let root: Root = http.get(url, "Horizon's root").await?.json()?;
        if root.network_passphrase != network.passphrase() {
            return Err(DemoError::Answer {
                expected: format!("the network '{}'", network.passphrase()),
                url: url.clone(),
                came: format!("the network '{}'", root.network_passphrase),
            });
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(DemoError::Random)?;
        let key = Keypair::from_seed_bytes(seed);
        let config = HorizonConfig::new(url.as_str(), network.clone());
        let horizon = Horizon::new(config)
            .map_err(|error| failed("a client could not be set up", url, error.to_string()))?;
        Ok(Self { horizon, url: url.clone(), network: network.clone(), key, patience })
    }

    /// The Horizon through which it is reached.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The key that signs for it.
    pub const fn key(&self) -> &Keypair {
        &self.key
    }

    /// Its address.
    pub fn id(&self) -> AccountId {
        self.key.account_id()
    }

    /// Lets friendbot create it, and gives it as it is then.
    pub async fn fund(&self, http: &Http) -> Result<LedgerAccount, DemoError> {
        let mut friendbot = below(&self.url, &["friendbot"]);
        friendbot.query_pairs_mut().append_pair("addr", &self.id().to_string());
        http.get(&friendbot, "a gift from friendbot").await?.success()?;
        let mut wait = self.patience.wait_for("the account that friendbot creates", &self.url);
        loop {
            if let Some(account) = self.look().await? {
                return Ok(account);
            }
            wait.pause("no such account").await?;
        }
    }

    /// The account as it is.
    pub async fn read(&self) -> Result<LedgerAccount, DemoError> {
        let gone = || self.failed("the account was looked up", "it is not there any more".to_owned());
        self.look().await?.ok_or_else(gone)
    }

    /// How much of the asset it has; nothing without a trustline.
    pub async fn balance(&self, asset: &StellarAsset) -> Result<Stroops, DemoError> {
        let account = self.read().await?;
        Ok(account.balance(asset).map_or(Stroops::ZERO, |balance| balance.balance))
    }

    /// Each payment of that asset that it received, as far as Horizon shows it.
    pub async fn received(&self, asset: &StellarAsset) -> Result<Vec<ReceivedPayment>, DemoError> {
        let page = self.horizon.payments(self.id(), None, PAGE).await;
        let page = page.map_err(|error| self.unasked("payments were looked up", error))?;
        let is_payment =
            |payment: &ReceivedPayment| payment.asset == *asset && payment.kind != PaymentKind::CreateAccount;
        Ok(page.payments.into_iter().filter(is_payment).collect())
    }

    /// Sends one operation, and waits until it is in a ledger.
    pub async fn send(
        &self,
        attempted: &str,
        operation: Operation,
        memo: Memo,
    ) -> Result<LedgerTransaction, DemoError> {
        let signed = self.sign(attempted, operation, memo).await?;
        let mut wait = self.patience.wait_for(format!("the transaction {}", signed.hash), &self.url);
        let mut sent_before = false;
        loop {
            let said = match self.horizon.submit(&signed.envelope).await {
                Ok(Submission::Closed(transaction)) if transaction.successful => return Ok(transaction),
                Ok(Submission::Closed(transaction)) => {
                    return Err(self.failed(attempted, format!("failed with {}", transaction.codes)));
                }
                Ok(Submission::Refused(codes)) if !sent_before => {
                    return Err(self.failed(attempted, format!("refused with {codes}")));
                }
                Err(LedgerError::Refused(why)) if !sent_before => return Err(self.failed(attempted, why)),
                Ok(Submission::Refused(codes)) => codes.to_string(),
                Ok(Submission::Unknown(why)) => why,
                Err(error) => error.to_string(),
            };
            // Its fate is open, so the same envelope is sent again, never another.
            sent_before = true;
            wait.pause(said).await?;
        }
    }

    async fn sign(
        &self,
        attempted: &str,
        operation: Operation,
        memo: Memo,
    ) -> Result<SignedTransaction, DemoError> {
        let account = self.read().await?;
        let fees = self.horizon.fee_stats().await;
        let fees = fees.map_err(|error| self.unasked("fees were looked up", error))?;
        let cap = Stroops::new(MAX_FEE).unwrap_or_default();
        let sequence = account.sequence.checked_add(1);
        let spent = || self.failed(attempted, "the account has no sequence number left".to_owned());
        let transaction = Transaction {
            source: self.id(),
            sequence: sequence.ok_or_else(spent)?,
            fee_per_operation: fees.p90.max(fees.base).min(cap),
            time_bounds: TimeBounds::until(now().saturating_add(LIFETIME)),
            memo,
            operations: vec![operation],
        };
        Ok(transaction.sign(&self.network, &[&self.key])?)
    }

    async fn look(&self) -> Result<Option<LedgerAccount>, DemoError> {
        let account = self.horizon.account(self.id()).await;
        account.map_err(|error| self.unasked("the account was looked up", error))
    }

    fn unasked(&self, attempted: &str, error: LedgerError) -> DemoError {
        self.failed(attempted, error.to_string())
    }

    fn failed(&self, attempted: &str, cause: String) -> DemoError {
        failed(attempted, &self.url, cause)
    }
}

fn failed(attempted: &str, url: &Url, cause: String) -> DemoError {
    DemoError::Network { attempted: attempted.to_owned(), url: url.clone(), cause }
}
