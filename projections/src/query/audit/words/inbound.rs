//! What happened to a payment that came in.

use windlass_domain::{
    inbound_payment::{InboundPaymentEvent as Event, Observation, UnmatchedReason},
    ports::PaymentKind,
};

use super::{memo, money, stroops, time};

pub(super) fn what(event: &Event) -> String {
    match event {
        Event::PaymentObserved(observation) => seen(observation),
        Event::PaymentMatched { transfer } => format!("The payment belongs to transfer {transfer}."),
        Event::PaymentUnmatched { reason } => match reason {
            UnmatchedReason::NoReference => {
                "The payment belongs to no transfer: it has no memo and no reference. An operator decides.".to_owned()
            }
            UnmatchedReason::UnknownReference => {
                "The payment belongs to no transfer: its memo or reference is none that was given. An operator decides."
                    .to_owned()
            }
            UnmatchedReason::Refused { transfer, why } => {
                format!("Transfer {transfer} could not take the payment: {why}. An operator decides.")
            }
        },
    }
}

fn seen(observation: &Observation) -> String {
    match observation {
        Observation::Stellar(payment) => format!(
            "{} of {} from {} to {} {} was seen in ledger {}, which closed at {}: transaction {}, operation {}.",
            kind(payment.kind),
            stroops(payment.amount, payment.asset),
            payment.from,
            payment.to,
            memo(&payment.memo),
            payment.ledger,
            time(payment.closed_at),
            payment.transaction,
            payment.operation
        ),
        Observation::Rail { rail, id, money: what, reference, remittance_vault_ref, booked_at } => {
            let by = match (reference, remittance_vault_ref) {
                (Some(reference), _) => format!("with the reference {reference}"),
                (None, Some(vault_ref)) => {
                    format!(
                        "without a reference of ours (what the payer wrote is in the vault as {vault_ref})"
                    )
                }
                (None, None) => "without a reference".to_owned(),
            };
            let (what, at) = (money(*what), time(*booked_at));
            format!(
                "A credit of {what} {by} was seen in the statement of the rail {rail}, booked at {at} as {id}."
            )
        }
    }
}

const fn kind(kind: PaymentKind) -> &'static str {
    match kind {
        PaymentKind::Payment => "A payment",
        PaymentKind::PathPayment => "A path payment",
        PaymentKind::CreateAccount => "An account's creation",
        PaymentKind::AccountMerge => "An account's merger",
        PaymentKind::ContractTransfer => "A contract's transfer",
    }
}
