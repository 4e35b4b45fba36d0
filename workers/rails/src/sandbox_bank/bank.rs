//! The bank itself: opening, closing, and what all its operations share.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use sqlx::{Sqlite, SqlitePool, Transaction};
use time::OffsetDateTime;
use tokio::sync::watch;
use windlass_domain::ports::Clock;

use super::{BankError, Faults, SandboxBankConfig, account, currency::Currency, database, http};

/// A bank for trying things out. Clones are the same bank.
#[derive(Clone)]
pub struct SandboxBank(Arc<Inner>);

struct Inner {
    pool: SqlitePool,
    clock: Arc<dyn Clock>,
    anchor_token: SecretString,
    base_url: String,
    faults: Faults,
    booked: watch::Sender<()>,
}

impl SandboxBank {
    /// The bank's name, as deposit instructions show it.
    pub const NAME: &'static str = "Windlass Sandbox Bank";

    /// Opens the bank in its file, or a new one, with the configured currencies and the anchor's accounts.
    ///
    /// # Errors
    /// [`BankError::InUse`], [`BankError::NotABank`] and [`BankError::Newer`] for the file; [`BankError::Config`]
    /// and [`BankError::Invalid`] for the configuration; [`BankError::Storage`] where the file cannot be used.
    pub async fn open(config: SandboxBankConfig) -> Result<Self, BankError> {
        if config.anchor_token.expose_secret().is_empty() {
            return Err(BankError::Config("the anchor's token must not be empty".to_owned()));
        }
        let bank = Self(Arc::new(Inner {
            pool: database::open(config.file.as_deref()).await?,
            clock: Arc::clone(&config.clock),
            anchor_token: config.anchor_token.clone(),
            base_url: config.base_url.trim_end_matches('/').to_owned(),
            faults: Faults::default(),
            booked: watch::Sender::new(()),
        }));
        match bank.establish(&config).await {
            Ok(()) => Ok(bank),
            Err(error) => {
                bank.close().await;
                Err(error)
            }
        }
    }

    /// Lets go of the file. Whatever is asked afterwards fails.
    pub async fn close(&self) {
        self.0.pool.close().await;
    }

    /// The bank's HTTP face. `GET` at its root describes it; it can be nested under any prefix.
    pub fn router(&self) -> axum::Router {
        http::router(self.clone())
    }

    /// What the bank is to do wrong.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    pub(super) fn base_url(&self) -> &str {
        &self.0.base_url
    }

    pub(super) fn anchor_token(&self) -> &str {
        self.0.anchor_token.expose_secret()
    }

    pub(super) fn now(&self) -> OffsetDateTime {
        self.0.clock.now()
    }

    pub(super) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, BankError> {
        Ok(self.0.pool.begin().await?)
    }

    /// Commits, and wakes whoever waits for new entries.
    pub(super) async fn commit(&self, tx: Transaction<'static, Sqlite>) -> Result<(), BankError> {
        tx.commit().await?;
        self.0.booked.send_replace(());
        Ok(())
    }

    /// Tells of every booking from now on.
    pub(super) fn bookings(&self) -> watch::Receiver<()> {
        self.0.booked.subscribe()
    }

    async fn establish(&self, config: &SandboxBankConfig) -> Result<(), BankError> {
        let mut tx = self.begin().await?;
        Currency::establish(&mut tx, config).await?;
        account::establish(&mut tx, config, self.now()).await?;
        self.commit(tx).await
    }
}
