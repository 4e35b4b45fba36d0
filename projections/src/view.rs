//! A transfer as it is read: its facets, and when they changed.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use windlass_domain::{
    Metadata,
    transfer::{Funding, Initiated, ReceiptSource, Status, Transfer, TransferEvent, TransferId},
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
    /// When it was initiated, to the microsecond, as rows and pages have it.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// When the present status was reached (SEP24-079); never before the one that it followed, though money is often
    /// booked earlier than it is seen.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// When it was completed: when that status was reached.
    #[serde(with = "time::serde::rfc3339::option")]
    pub completed_at: Option<OffsetDateTime>,
    /// The payment on Stellar: the user's, or ours from when it is sent until it has failed.
    pub stellar_transaction_id: Option<String>,
    /// The payment by the rail: the user's, or ours from when it is ordered until it has failed.
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
        let started_at = whole_micros(metadata.occurred_at);
        let mut view = Self {
            id,
            status: transfer.status(),
            transfer,
            started_at,
            updated_at: started_at,
            completed_at: None,
            stellar_transaction_id: None,
            external_transaction_id: None,
            message: None,
        };
        for (event, metadata) in events {
            view.note(&event);
            view.transfer.apply(event);
            let status = view.transfer.status();
            if status != view.status {
                view.status = status;
                view.updated_at = metadata.occurred_at.max(view.updated_at);
                view.completed_at = (status == Status::Completed).then_some(view.updated_at);
            }
        }
        Some(view)
    }

    /// What was asked for.
    pub fn initiated(&self) -> Option<&Initiated> {
        self.transfer.initiated.as_deref()
    }

    fn note(&mut self, event: &TransferEvent) {
        match event {
            // The first money alone: what comes later is another payment.
            TransferEvent::FundsReceived(receipt) | TransferEvent::LateFundsReceived(receipt)
                if self.transfer.funding == Funding::None =>
            {
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
            TransferEvent::Failed { message, .. } => self.message = Some(message.clone()),
            TransferEvent::Recovered { .. } => self.message = None,
            _ => {}
        }
    }
}

fn whole_micros(time: OffsetDateTime) -> OffsetDateTime {
    time.replace_nanosecond(time.nanosecond() / 1_000 * 1_000).unwrap_or(time)
}

/// Microseconds since 1970, as the rows have it; anything finer is cut off.
pub(crate) fn micros(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000)).unwrap_or(i64::MAX)
}
