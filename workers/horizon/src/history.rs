//! Which ledgers a Horizon has. It answers a cursor from before its history with the oldest that it has, silently, and
//! one from after it with nothing: so each cursor is held against the history before it is used.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use tokio::time::Instant;
use windlass_domain::ports::{Cursor, LedgerError};

use crate::Horizon;

/// How long what was read of the history is believed: it loses its oldest ledgers slowly.
const BELIEVED: Duration = Duration::from_secs(60);

/// What was last seen of a Horizon's history.
#[derive(Debug, Default)]
pub(crate) struct History(Mutex<Option<(Instant, Ledgers)>>);

/// From the oldest to the latest ledger, both included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ledgers {
    pub(crate) oldest: u32,
    latest: u32,
}

#[derive(Deserialize)]
struct Root {
    history_elder_ledger: u32,
    history_latest_ledger: u32,
    network_passphrase: String,
}

impl Horizon {
    /// Whether going on from `cursor` finds everything that came after it.
    pub(crate) async fn check_cursor(&self, cursor: &Cursor) -> Result<(), LedgerError> {
        let place: u64 =
            cursor.0.parse().map_err(|_| LedgerError::Refused(format!("'{cursor}' is no paging token")))?;
        if self.history.recent().is_some_and(|ledgers| ledgers.check(cursor, place).is_ok()) {
            return Ok(());
        }
        self.read_history().await?.check(cursor, place)
    }

    /// Whether this is a Horizon of our network at all. A wrong address or another network would answer `not_found` for
    /// every account, and an account that does not exist is let in by its master key alone (SEP10-T06).
    pub(crate) async fn check_network(&self) -> Result<(), LedgerError> {
        match self.history.recent() {
            Some(_) => Ok(()),
            None => self.read_history().await.map(drop),
        }
    }

    pub(crate) async fn read_history(&self) -> Result<Ledgers, LedgerError> {
        let root: Root = self.http.get("", &[]).await?.read()?;
        if root.network_passphrase != self.network.passphrase() {
            return Err(LedgerError::Refused(format!(
                "it is of the network '{}', not of '{}'",
                root.network_passphrase,
                self.network.passphrase()
            )));
        }
        let ledgers = Ledgers { oldest: root.history_elder_ledger, latest: root.history_latest_ledger };
        *self.history.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), ledgers));
        Ok(ledgers)
    }
}

impl History {
    fn recent(&self) -> Option<Ledgers> {
        let seen = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.filter(|(at, _)| at.elapsed() < BELIEVED).map(|(_, ledgers)| ledgers)
    }
}

impl Ledgers {
    /// A paging token has the ledger in its upper half. A history from ledger 1 or 2 on is complete.
    fn check(self, cursor: &Cursor, place: u64) -> Result<(), LedgerError> {
        let ledger = place >> 32;
        if ledger < u64::from(self.oldest) && self.oldest > 2 {
            return Err(LedgerError::BeforeHistory { cursor: cursor.clone(), oldest: self.oldest });
        }
        if ledger > u64::from(self.latest) {
            return Err(LedgerError::AheadOfHistory { cursor: cursor.clone(), latest: self.latest });
        }
        Ok(())
    }
}
