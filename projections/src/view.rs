//! A transfer as it is read: its facets, and when they changed.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use windlass_domain::{
    Metadata,
    transfer::{Initiated, Status, Transfer, TransferEvent, TransferId},
};

/// A transfer with the times that its facets do not know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransferView {
    /// Its id.
    pub id: TransferId,
    /// Its facets.
    pub transfer: Transfer,
    /// What a wallet is shown.
    pub status: Status,
    /// When it was initiated.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// When the present status was reached (SEP24-079).
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// When it was completed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub completed_at: Option<OffsetDateTime>,
    /// The payment on Stellar, ours or the user's, once it is in a ledger.
    pub stellar_transaction_id: Option<String>,
    /// The payment by the rail, ours or the user's, once booked.
    pub external_transaction_id: Option<String>,
    /// The last public message.
    pub message: Option<String>,
}

impl TransferView {
    /// Folds a transfer's whole history; `None` unless it begins with `Initiated`.
    pub fn fold(id: TransferId, events: impl IntoIterator<Item = (TransferEvent, Metadata)>) -> Option<Self> {
        use cqrs_es::Aggregate;
        let mut events = events.into_iter();
        let (first, metadata) = events.next()?;
        let mut transfer = Transfer::default();
        transfer.apply(first);
        transfer.initiated.as_ref()?;
        let mut view = Self {
            id,
            status: transfer.status(),
            transfer,
            started_at: metadata.occurred_at,
            updated_at: metadata.occurred_at,
            completed_at: None,
            stellar_transaction_id: None,
            external_transaction_id: None,
            message: None,
        };
        for (event, metadata) in events {
            view.note(&event, &metadata);
            view.transfer.apply(event);
            let status = view.transfer.status();
            if status != view.status {
                view.status = status;
                view.updated_at = metadata.occurred_at;
            }
        }
        Some(view)
    }

    /// What was asked for.
    pub fn initiated(&self) -> Option<&Initiated> {
        self.transfer.initiated.as_deref()
    }

    fn note(&mut self, event: &TransferEvent, metadata: &Metadata) {
        use windlass_domain::transfer::ReceiptSource;
        match event {
            TransferEvent::FundsReceived(receipt) | TransferEvent::LateFundsReceived(receipt) => {
                match &receipt.source {
                    ReceiptSource::Rail { external_transaction_id, .. } => {
                        self.external_transaction_id = Some(external_transaction_id.clone());
                    }
                    ReceiptSource::Stellar { hash, .. } => {
                        self.stellar_transaction_id = Some(hash.to_string())
                    }
                }
            }
            TransferEvent::StellarPaymentSubmitted { hash, .. }
            | TransferEvent::StellarPaymentConfirmed { hash, .. } => {
                self.stellar_transaction_id = Some(hash.to_string());
            }
            TransferEvent::StellarPaymentFailed { .. } | TransferEvent::StellarPaymentAbandoned { .. } => {
                self.stellar_transaction_id = None;
            }
            TransferEvent::PayoutSubmitted { provider_ref, .. } => {
                self.external_transaction_id = Some(provider_ref.clone());
            }
            TransferEvent::PayoutConfirmed { external_transaction_id, .. } => {
                self.external_transaction_id = Some(external_transaction_id.clone());
            }
            TransferEvent::PayoutFailed { .. } => self.external_transaction_id = None,
            TransferEvent::Completed { .. } => self.completed_at = Some(metadata.occurred_at),
            TransferEvent::Failed { message, .. } => self.message = Some(message.clone()),
            TransferEvent::Recovered { .. } => self.message = None,
            _ => {}
        }
    }
}
