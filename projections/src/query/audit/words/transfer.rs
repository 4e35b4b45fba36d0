//! What happened to a transfer.

use windlass_domain::transfer::{
    FailureClass, FormSubmitted, Initiated, PaymentPrepared, PayoutPrepared, Receipt, ReceiptSource,
    TransferEvent as Event, TransferInstructions, TrustReason,
};

use super::{amounts, asset, memo, money, stroops, time};

pub(super) fn what(event: &Event) -> String {
    match event {
        Event::Initiated(initiated) => begun(initiated),
        Event::InteractiveSessionOpened { session_id, token_id } => {
            format!(
                "The user opened the interactive pages with the one-time link {token_id} (session {session_id})."
            )
        }
        Event::FormSubmitted(form) => confirmed(form),
        Event::AmountsCalculated(calculated) => {
            format!("The amounts were calculated: {}.", amounts(calculated))
        }
        Event::TransferInstructionsIssued { instructions, deadline } => {
            format!("The user was told to pay {} by {}.", pay_in(instructions), time(*deadline))
        }
        Event::FundsReceived(receipt) => format!("The user's money came: {}.", came(receipt)),
        Event::AdditionalFundsReceived(receipt) => format!("More money came: {}.", came(receipt)),
        Event::LateFundsReceived(receipt) => {
            format!("Money came after the transfer had ended: {}.", came(receipt))
        }
        Event::AmountRejectedAsTooSmall { received, limit } => format!(
            "{} is less than the minimum of {limit} {}, so the transfer ended.",
            money(*received),
            asset(received.asset)
        ),
        Event::AmountRejectedAsTooLarge { received, limit } => format!(
            "{} is more than the maximum of {limit} {}, so the transfer ended.",
            money(*received),
            asset(received.asset)
        ),
        Event::TrustlineRequested { reason } => {
            format!("The payment waits: {}.", cannot_take(*reason))
        }
        Event::TrustlineEstablished => "The destination can take the asset now.".to_owned(),
        Event::StellarPaymentPrepared(payment) => prepared(payment),
        Event::StellarPaymentSubmitted { attempt, hash } => {
            format!("Payment {attempt} was handed to the Stellar network as transaction {hash}.")
        }
        Event::StellarPaymentConfirmed { attempt, hash, ledger, closed_at } => format!(
            "Payment {attempt} took effect in ledger {ledger}, which closed at {}: transaction {hash}.",
            time(*closed_at)
        ),
        Event::StellarPaymentFailed { attempt, hash, codes, class } => {
            format!("Payment {attempt} failed with {codes}: transaction {hash}. {}", follows(*class))
        }
        Event::StellarPaymentAbandoned { attempt, hash, proof } => format!(
            "Payment {attempt} can never take effect: in ledger {}, which closed at {}, the source account's sequence number was still {}, and transaction {hash} had run out.",
            proof.ledger,
            time(proof.closed_at),
            proof.account_sequence
        ),
        Event::PayoutPrepared(payout) => ordered(payout),
        Event::PayoutSubmitted { attempt, provider_ref } => {
            format!("The rail took the order for payout {attempt} as {provider_ref}.")
        }
        Event::PayoutConfirmed { attempt, external_transaction_id, booked_at } => {
            format!("The rail booked payout {attempt} at {} as {external_transaction_id}.", time(*booked_at))
        }
        Event::PayoutFailed { attempt, code, message, class } => {
            format!("The rail did not make payout {attempt}: {message} ({code}). {}", follows(*class))
        }
        Event::Completed { amounts: last, stellar_transaction_id, external_transaction_id } => format!(
            "The transfer was completed: {}; Stellar transaction {stellar_transaction_id}, rail transaction {external_transaction_id}.",
            amounts(last)
        ),
        Event::Expired { deadline } => {
            format!(
                "The deadline of {} went by without the user's part, so the transfer ended.",
                time(*deadline)
            )
        }
        Event::Failed { code, message } => format!("The transfer stopped ({code}): {}", sentence(message)),
        Event::Recovered { reason } => format!("The transfer goes on: {}", sentence(reason)),
    }
}

/// What somebody wrote, with one full stop at its end.
fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end().trim_end_matches('.'))
}

fn begun(initiated: &Initiated) -> String {
    let terms = &initiated.terms;
    let (kind, account) = (initiated.kind.as_str(), initiated.stellar_account);
    let way = if initiated.kind.is_deposit() {
        format!("paid out to {account} {}", memo(&initiated.memo))
    } else {
        format!("to come from {account}")
    };
    let wish = match initiated.requested_amount {
        Some(amount) => format!(" of {amount} {}", asset(terms.asset_in)),
        None => String::new(),
    };
    format!(
        "A {kind}{wish} was begun: {} in, {} out, {way}; {} to {} may be given, and the form has to be confirmed by {}.",
        asset(terms.asset_in),
        asset(terms.asset_out),
        terms.minimum,
        terms.maximum,
        time(initiated.deadline)
    )
}

fn confirmed(form: &FormSubmitted) -> String {
    let given = money(form.amount);
    match &form.payout {
        None => format!("The user confirmed to give {given}."),
        Some(payout) => format!(
            "The user confirmed to give {given}, to be paid out to the bank account {} (kept in the vault as {}).",
            payout.masked, payout.vault_ref
        ),
    }
}

fn pay_in(instructions: &TransferInstructions) -> String {
    match instructions {
        TransferInstructions::OffChain { rail, reference, .. } => {
            format!("by the rail {rail} with the reference {reference}")
        }
        TransferInstructions::Stellar { account, memo: by } => {
            format!("on Stellar to {account} {}", memo(by))
        }
    }
}

fn came(receipt: &Receipt) -> String {
    let Receipt { inbound_payment, money: what, paid_at, source } = receipt;
    let by = match source {
        ReceiptSource::Rail { rail, external_transaction_id } => {
            format!("by the rail {rail} as {external_transaction_id}")
        }
        ReceiptSource::Stellar { hash, from } => format!("from {from} in transaction {hash}"),
    };
    format!("{}, paid at {} {by} (inbound payment {inbound_payment})", money(*what), time(*paid_at))
}

fn prepared(payment: &PaymentPrepared) -> String {
    let PaymentPrepared { attempt, hash, destination, asset, amount, memo: by } = payment;
    let (what, by) = (stroops(*amount, *asset), memo(by));
    format!(
        "Payment {attempt} was signed and logged before it is sent: {what} to {destination} {by}, transaction {hash}."
    )
}

fn ordered(payout: &PayoutPrepared) -> String {
    let PayoutPrepared { attempt, rail, key, money: what, masked_destination } = payout;
    let what = money(*what);
    format!(
        "Payout {attempt} was logged before it is ordered: {what} by the rail {rail} to the bank account {masked_destination}, key {key}."
    )
}

fn follows(class: FailureClass) -> String {
    match class {
        FailureClass::Retryable => "Another attempt may follow.".to_owned(),
        FailureClass::NeedsTrust(reason) => format!("The payment waits: {}.", cannot_take(reason)),
        FailureClass::Terminal => "No other attempt follows by itself.".to_owned(),
    }
}

const fn cannot_take(reason: TrustReason) -> &'static str {
    match reason {
        TrustReason::NoAccount => "the destination account does not exist",
        TrustReason::NoTrustline => "the destination has no trustline for the asset",
        TrustReason::LineFull => "the destination's trustline has no room",
        TrustReason::NotAuthorized => "the issuer has not authorised the destination's trustline",
    }
}
