//! What API and workers ask. Reads only; every page goes by an index.

pub mod audit;
mod database;
mod memory;
pub mod sep24;

use std::{collections::BTreeSet, sync::Arc};

use serde::Serialize;
use time::OffsetDateTime;
use tokio::sync::watch;
use windlass_domain::{
    Metadata, StellarAsset, Subject,
    transfer::{Kind, TransferEvent, TransferId},
};
use windlass_stellar::AccountId;
use windlass_store::{Database, EventStore, MemoryStore, StoreError, StreamId};

use crate::TransferView;

/// Where the rows are.
#[derive(Clone)]
pub enum Backend {
    /// A database.
    Database(Database),
    /// The memory store.
    Memory(Arc<MemoryStore>),
}

/// Answers what API and workers ask.
#[derive(Clone)]
pub struct Queries {
    backend: Backend,
    store: Arc<dyn EventStore>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row or an event that cannot be read: the projection has to be rebuilt, or the program is too old.
    #[error("{what} cannot be read: {source}")]
    Malformed {
        /// Which row or event.
        what: String,
        /// Why.
        source: serde_json::Error,
    },
}

/// Which of a user's transfers to list (SEP24-064, SEP24-065).
#[derive(Clone, Debug)]
pub struct TransferFilter {
    /// Whose.
    pub subject: Subject,
    /// Of that asset.
    pub asset: StellarAsset,
    /// Only that direction.
    pub kind: Option<Kind>,
    /// Only those that began then or later.
    pub no_older_than: Option<OffsetDateTime>,
    /// Where the page begins.
    pub page: Page,
    /// The most to list.
    pub limit: u32,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// With the newest.
    First,
    /// With what is older than that transfer.
    After(TransferId),
}

/// What the log knows of an account whose sequence numbers we spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceAccount {
    /// The highest sequence number that an envelope of ours took and did not give back by its death; `None` before the
    /// first.
    pub last_sequence: Option<i64>,
    /// How many envelopes have an open fate.
    pub open: u32,
}

/// One event of a transfer, as its owner may see it.
#[derive(Clone, Debug, Serialize)]
pub struct TimelineEvent {
    /// Its number, from 1.
    pub sequence: u64,
    /// Its name, such as `FundsReceived`.
    pub event: String,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub occurred_at: OffsetDateTime,
    /// On whose order.
    pub actor: String,
}

impl Queries {
    /// Over these rows and this log.
    pub fn new(backend: Backend, store: Arc<dyn EventStore>) -> Self {
        Self { backend, store }
    }

    /// The transfer of that id.
    pub async fn transfer(&self, id: TransferId) -> Result<Option<TransferView>, QueryError> {
        match &self.backend {
            Backend::Database(db) => database::transfer(db, id).await,
            Backend::Memory(store) => memory::transfer(store, id),
        }
    }

    /// The user's transfer with that Stellar transaction, the newest if there are several.
    pub async fn transfer_by_stellar_transaction(
        &self,
        subject: &Subject,
        hash: &str,
    ) -> Result<Option<TransferView>, QueryError> {
        match &self.backend {
            Backend::Database(db) => database::transfer_by_stellar_transaction(db, subject, hash).await,
            Backend::Memory(store) => {
                memory::find(store, subject, |view| view.stellar_transaction_id.as_deref() == Some(hash))
            }
        }
    }

    /// The user's transfer with that rail id, the newest if there are several.
    pub async fn transfer_by_external_transaction(
        &self,
        subject: &Subject,
        id: &str,
    ) -> Result<Option<TransferView>, QueryError> {
        match &self.backend {
            Backend::Database(db) => database::transfer_by_external_transaction(db, subject, id).await,
            Backend::Memory(store) => {
                memory::find(store, subject, |view| view.external_transaction_id.as_deref() == Some(id))
            }
        }
    }

    /// A page of a user's transfers, newest first (SEP24-067).
    pub async fn transfers(&self, filter: &TransferFilter) -> Result<Vec<TransferView>, QueryError> {
        match &self.backend {
            Backend::Database(db) => database::transfers(db, filter).await,
            Backend::Memory(store) => memory::transfers(store, filter),
        }
    }

    /// What the log knows of an account whose sequence numbers we spend.
    pub async fn source_account(&self, account: AccountId) -> Result<SourceAccount, QueryError> {
        match &self.backend {
            Backend::Database(db) => database::source_account(db, account).await,
            Backend::Memory(store) => Ok(memory::source_account(store, account)),
        }
    }

    /// What happened to a transfer, in order; empty if there is none of that id.
    pub async fn timeline(&self, id: TransferId) -> Result<Vec<TimelineEvent>, QueryError> {
        let events = self.store.load(&StreamId::new("transfer", id.to_string())).await?;
        events.into_iter().map(timeline_event).collect()
    }

    /// Changes whenever something may have been appended.
    pub fn wakeups(&self) -> watch::Receiver<u64> {
        self.store.wakeups()
    }

    /// Whether the log answers.
    pub async fn ping(&self) -> Result<(), QueryError> {
        Ok(self.store.ping().await?)
    }
}

/// The transfers of those ids, in any order.
pub(crate) async fn transfers_of(
    queries: &Queries,
    ids: &BTreeSet<TransferId>,
) -> Result<Vec<TransferView>, QueryError> {
    match &queries.backend {
        Backend::Database(db) => database::transfers_of(db, ids).await,
        Backend::Memory(store) => {
            let found = ids.iter().filter_map(|id| memory::transfer(store, *id).transpose());
            found.collect()
        }
    }
}

fn timeline_event(event: windlass_store::RecordedEvent) -> Result<TimelineEvent, QueryError> {
    let what = || format!("event {} of {}", event.sequence, event.stream);
    let metadata: Metadata = serde_json::from_str(&event.metadata)
        .map_err(|source| QueryError::Malformed { what: what(), source })?;
    // The payload is read too: a timeline never shows what this program does not understand.
    serde_json::from_str::<TransferEvent>(&event.payload)
        .map_err(|source| QueryError::Malformed { what: what(), source })?;
    Ok(TimelineEvent {
        sequence: event.sequence,
        event: event.event_type,
        occurred_at: metadata.occurred_at,
        actor: metadata.actor.to_string(),
    })
}
