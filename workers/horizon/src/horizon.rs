//! The client, as the rest of the project sees it: the ledger port.

use std::time::Duration;

use async_trait::async_trait;
use windlass_domain::ports::{
    Cursor, FeeStats, Ledger, LedgerAccount, LedgerError, LedgerHeader, LedgerTransaction, PaymentPage,
    Submission,
};
use windlass_stellar::{AccountId, Network, TransactionHash};

use crate::{HorizonConfig, HorizonConfigError, history::History, http::Http};

/// One Horizon.
#[derive(Debug)]
pub struct Horizon {
    pub(crate) http: Http,
    pub(crate) network: Network,
    pub(crate) submit_timeout: Duration,
    pub(crate) history: History,
}

impl Horizon {
    /// A client of that Horizon; it connects when it is first asked.
    ///
    /// # Errors
    /// [`HorizonConfigError`] if the address is none.
    pub fn new(config: HorizonConfig) -> Result<Self, HorizonConfigError> {
        Ok(Self {
            http: Http::new(&config)?,
            network: config.network,
            submit_timeout: config.submit_timeout,
            history: History::default(),
        })
    }
}

#[async_trait]
impl Ledger for Horizon {
    async fn account(&self, account: AccountId) -> Result<Option<LedgerAccount>, LedgerError> {
        self.read_account(account).await
    }

    async fn submit(&self, envelope: &str) -> Result<Submission, LedgerError> {
        self.hand_in(envelope).await
    }

    async fn transaction(&self, hash: TransactionHash) -> Result<Option<LedgerTransaction>, LedgerError> {
        self.read_transaction(hash).await
    }

    async fn payments(
        &self,
        account: AccountId,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<PaymentPage, LedgerError> {
        self.read_payments(account, cursor, limit).await
    }

    async fn await_payments(
        &self,
        account: AccountId,
        cursor: Option<&Cursor>,
        wait: Duration,
    ) -> Result<PaymentPage, LedgerError> {
        self.watch_payments(account, cursor, wait).await
    }

    async fn ledger(&self, sequence: Option<u32>) -> Result<LedgerHeader, LedgerError> {
        self.read_ledger(sequence).await
    }

    async fn fee_stats(&self) -> Result<FeeStats, LedgerError> {
        self.read_fee_stats().await
    }
}
