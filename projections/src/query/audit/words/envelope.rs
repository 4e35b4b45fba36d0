//! What happened to an envelope of ours.

use windlass_domain::{
    StellarAsset,
    stellar_transaction::{PreparedTransaction, StellarTransactionEvent as Event},
};

use super::{stroops, time};

pub(super) fn what(event: &Event) -> String {
    match event {
        Event::Prepared(prepared) => {
            let PreparedTransaction { hash, source, sequence, max_time, members, .. } = prepared.as_ref();
            let for_whom = match members.len() {
                0 => "no transfer".to_owned(),
                1 => "one transfer".to_owned(),
                several => format!("{several} transfers"),
            };
            format!(
                "Transaction {hash} was signed for {for_whom}: it takes sequence number {sequence} of {source} and runs out at {}.",
                time(*max_time)
            )
        }
        Event::Submitted => {
            "The transaction was handed to the Stellar network for the first time.".to_owned()
        }
        Event::Confirmed { ledger, closed_at, fee_charged } => format!(
            "The transaction took effect in ledger {ledger}, which closed at {}; the network took a fee of {}.",
            time(*closed_at),
            stroops(*fee_charged, StellarAsset::Native)
        ),
        Event::Failed { ledger, codes } => {
            format!("The transaction came into ledger {ledger} without effect: {codes}.")
        }
        Event::ProvenDead(proof) => format!(
            "The transaction can never come into a ledger: in ledger {}, which closed at {}, its source account's sequence number was still {}.",
            proof.ledger,
            time(proof.closed_at),
            proof.account_sequence
        ),
    }
}
