//! The running network: opening it, asking it, and closing its ledgers on time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use tokio::sync::{RwLock, RwLockReadGuard, watch};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::friendbot::Friendbot;
use super::queue::{Answer, Queue};
use super::store::Store;
use super::{SandboxConfig, SandboxError};
use crate::engine::{CloseWindow, Ledger, SignedTransaction};
use crate::faults::Faults;

/// A node judges times by when the next ledger may close at the latest: after so many intervals.
const INTERVALS_AHEAD: u32 = 2;

/// A small Stellar network. Clones are handles to the same one.
#[derive(Clone)]
pub struct Sandbox {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) config: SandboxConfig,
    pub(super) network_id: [u8; 32],
    pub(super) ledger: RwLock<Ledger>,
    pub(super) queue: Mutex<Queue>,
    pub(super) store: Store,
    pub(super) friendbot: Friendbot,
    /// The last closed ledger.
    pub(super) closed: watch::Sender<u32>,
    faults: Faults,
    stopped: CancellationToken,
}

impl Sandbox {
    /// Opens the network in its file and goes on where it stopped, or makes a new one.
    ///
    /// # Errors
    /// [`SandboxError`]: the file is in use, belongs to another network or version, or cannot be
    /// read or written.
    pub async fn open(config: SandboxConfig) -> Result<Self, SandboxError> {
        let store = Store::open(&config).await?;
        let network_id = Sha256::digest(config.passphrase.as_bytes()).into();
        let ledger = store.load(network_id).await?;
        let is_new = ledger.is_none();
        let ledger = ledger.unwrap_or_else(|| Ledger::genesis(&config.passphrase, unix_now()));
        let sandbox = Self {
            inner: Arc::new(Inner {
                network_id,
                closed: watch::Sender::new(ledger.sequence()),
                ledger: RwLock::new(ledger),
                queue: Mutex::default(),
                friendbot: Friendbot::new(&config.passphrase),
                store,
                config,
                faults: Faults::default(),
                stopped: CancellationToken::new(),
            }),
        };
        sandbox.found(is_new).await?;
        Ok(sandbox)
    }

    /// Closes a ledger each interval, until told to stop; then ends all open streams.
    ///
    /// A ledger that cannot be stored is tried again at the next interval.
    pub async fn run(&self, stop: CancellationToken) {
        let mut interval = tokio::time::interval(self.inner.config.ledger_interval);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        interval.tick().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = interval.tick() => {}
            }
            if let Err(error) = self.close_ledger().await {
                tracing::error!(%error, "the sandbox network could not close a ledger");
            }
        }
        self.inner.stopped.cancel();
    }

    /// The faults that it has been told to have.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Lets a transaction wait for the next ledger, or says why not.
    pub(crate) async fn submit(&self, tx: Arc<SignedTransaction>) -> Answer {
        let ledger = self.ledger().await;
        let verdict = ledger.check(&tx, self.window(&ledger));
        self.inner.queue().offer(&ledger, tx, verdict)
    }

    /// The state as of the last ledger. No ledger closes while it is held.
    pub(crate) async fn ledger(&self) -> RwLockReadGuard<'_, Ledger> {
        self.inner.ledger.read().await
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn friendbot(&self) -> &Friendbot {
        &self.inner.friendbot
    }

    pub(crate) fn config(&self) -> &SandboxConfig {
        &self.inner.config
    }

    pub(crate) fn network_id(&self) -> [u8; 32] {
        self.inner.network_id
    }

    /// Changes with every closed ledger.
    pub(crate) fn closed(&self) -> watch::Receiver<u32> {
        self.inner.closed.subscribe()
    }

    /// Ends when the network has stopped.
    pub(crate) fn stopped(&self) -> CancellationToken {
        self.inner.stopped.clone()
    }

    fn window(&self, ledger: &Ledger) -> CloseWindow {
        let last = ledger.close_time();
        let ahead = self.inner.config.ledger_interval * INTERVALS_AHEAD;
        let ahead = ahead.as_secs() + u64::from(ahead.subsec_nanos() > 0);
        CloseWindow { earliest: last, latest: unix_now().max(last).saturating_add(ahead) }
    }
}

impl Inner {
    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
