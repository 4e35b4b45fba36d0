//! What an event names on the ledger and at the rail, for looking it up there.

use serde::Serialize;
use windlass_domain::{
    inbound_payment::{InboundPaymentEvent, Observation},
    stellar_transaction::StellarTransactionEvent,
    transfer::{PayoutPrepared, Receipt, ReceiptSource, TransferEvent, TransferInstructions},
};
use windlass_stellar::TransactionHash;

use super::event::Event;

/// Where to look on the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LedgerReference {
    /// The transaction's hash, in hex.
    pub transaction: Option<String>,
    /// The ledger's number.
    pub ledger: Option<u32>,
}

/// What to ask the rail for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RailReference {
    /// The rail's name.
    pub rail: Option<String>,
    /// The key of a payout, which names it to the rail for ever.
    pub payout_key: Option<String>,
    /// The rail's own id.
    pub external_id: Option<String>,
    /// The reference that the payer was told.
    pub reference: Option<String>,
}

/// What the event names; `envelope` is the hash of the stream where that is an envelope's.
pub(super) fn references(
    event: &Event,
    envelope: Option<&str>,
) -> (Option<LedgerReference>, Option<RailReference>) {
    match event {
        Event::Transfer(event) => transfer(event),
        Event::Envelope(event) => {
            let number = match event {
                StellarTransactionEvent::Confirmed { ledger, .. }
                | StellarTransactionEvent::Failed { ledger, .. } => Some(*ledger),
                StellarTransactionEvent::ProvenDead(proof) => Some(proof.ledger),
                StellarTransactionEvent::Prepared(_) | StellarTransactionEvent::Submitted => None,
            };
            (Some(LedgerReference { transaction: envelope.map(str::to_owned), ledger: number }), None)
        }
        Event::Inbound(InboundPaymentEvent::PaymentObserved(observation)) => seen(observation),
        Event::Inbound(_) => (None, None),
    }
}

fn transfer(event: &TransferEvent) -> (Option<LedgerReference>, Option<RailReference>) {
    use TransferEvent as E;
    match event {
        E::FundsReceived(receipt) | E::AdditionalFundsReceived(receipt) | E::LateFundsReceived(receipt) => {
            came(receipt)
        }
        E::StellarPaymentPrepared(payment) => ledger(&payment.hash, None),
        E::StellarPaymentSubmitted { hash, .. } | E::StellarPaymentFailed { hash, .. } => ledger(hash, None),
        E::StellarPaymentConfirmed { hash, ledger: number, .. } => ledger(hash, Some(*number)),
        E::StellarPaymentAbandoned { hash, proof, .. } => ledger(hash, Some(proof.ledger)),
        E::TransferInstructionsIssued {
            instructions: TransferInstructions::OffChain { rail, reference, .. },
            ..
        } => {
            let (rail, reference) = (Some(rail.clone()), Some(reference.clone()));
            (None, Some(RailReference { rail, reference, ..RailReference::default() }))
        }
        E::PayoutPrepared(PayoutPrepared { rail, key, .. }) => {
            let (rail, payout_key) = (Some(rail.clone()), Some(key.clone()));
            (None, Some(RailReference { rail, payout_key, ..RailReference::default() }))
        }
        E::PayoutSubmitted { provider_ref: id, .. }
        | E::PayoutConfirmed { external_transaction_id: id, .. } => (None, Some(external(id))),
        E::Completed { stellar_transaction_id, external_transaction_id, .. } => {
            (ledger(stellar_transaction_id, None).0, Some(external(external_transaction_id)))
        }
        E::Initiated(_)
        | E::InteractiveSessionOpened { .. }
        | E::FormSubmitted(_)
        | E::AmountsCalculated(_)
        | E::TransferInstructionsIssued { instructions: TransferInstructions::Stellar { .. }, .. }
        | E::AmountRejectedAsTooSmall { .. }
        | E::AmountRejectedAsTooLarge { .. }
        | E::TrustlineRequested { .. }
        | E::TrustlineEstablished
        | E::PayoutFailed { .. }
        | E::Expired { .. }
        | E::Failed { .. }
        | E::Recovered { .. } => (None, None),
    }
}

fn came(receipt: &Receipt) -> (Option<LedgerReference>, Option<RailReference>) {
    match &receipt.source {
        ReceiptSource::Stellar { hash, .. } => ledger(hash, None),
        ReceiptSource::Rail { rail, external_transaction_id } => {
            (None, Some(RailReference { rail: Some(rail.clone()), ..external(external_transaction_id) }))
        }
    }
}

fn seen(observation: &Observation) -> (Option<LedgerReference>, Option<RailReference>) {
    match observation {
        Observation::Stellar(payment) => ledger(&payment.transaction, Some(payment.ledger)),
        Observation::Rail { rail, id, reference, .. } => {
            let rail = Some(rail.clone());
            (None, Some(RailReference { rail, reference: reference.clone(), ..external(id) }))
        }
    }
}

fn ledger(hash: &TransactionHash, number: Option<u32>) -> (Option<LedgerReference>, Option<RailReference>) {
    (Some(LedgerReference { transaction: Some(hash.to_string()), ledger: number }), None)
}

fn external(id: &str) -> RailReference {
    RailReference { external_id: Some(id.to_owned()), ..RailReference::default() }
}
