//! Holds what the anchor, the network and the bank say against what it should be. Each difference is a sentence.

use std::fmt::Display;

use rust_decimal::Decimal;
use windlass_domain::{Amount, ports::ReceivedPayment};
use windlass_stellar::AccountId;

use super::{
    report::{Balance, SeenStatus, TimelineEvent, TransferReport},
    sep24::Terms,
    transaction::{Kind, Transaction, stage},
};

/// The events that every deposit has, in this order.
const DEPOSIT: [&str; 5] =
    ["Initiated", "FormSubmitted", "FundsReceived", "StellarPaymentSubmitted", "Completed"];
/// The events that every withdrawal has, in this order.
const WITHDRAWAL: [&str; 5] = ["Initiated", "FormSubmitted", "FundsReceived", "PayoutPrepared", "Completed"];

/// Two values that should be the same.
pub(super) fn same<T: PartialEq + Display>(what: &str, expected: T, found: T) -> Option<String> {
    (expected != found).then(|| format!("{what} is {found}, expected {expected}"))
}

/// A completed transfer, against what was entered and the anchor's own terms.
pub(super) fn transfer(
    transaction: &Transaction,
    seen: &TransferReport,
    entered: Amount,
    terms: &Terms,
    account: AccountId,
) -> Vec<String> {
    let kind = seen.kind;
    let named = |name: &str| format!("the {kind}'s {name}");
    let mut differences = vec![];
    differences.extend(same(&named("kind"), kind, transaction.kind));
    differences.extend(same(&named("id"), seen.id.as_str(), transaction.id.as_str()));
    match (transaction.amount_in, transaction.fee(), transaction.amount_out) {
        (Some(amount_in), Some(fee), Some(amount_out)) => {
            differences.extend(same(&named("amount_in"), entered, amount_in));
            differences.extend(conserved(kind, amount_in, fee, amount_out));
            differences.extend(fee_by_terms(kind, amount_in, fee, terms));
        }
        _ => differences.push(named("amount_in, fee or amount_out is missing although it is completed")),
    }
    if let (Some(old), Some(new)) = (transaction.amount_fee, transaction.fee()) {
        differences.extend(same(&named("fee_details.total"), old, new));
    }
    let (side, ours) = match kind {
        Kind::Deposit => ("to", &transaction.to),
        Kind::Withdrawal => ("from", &transaction.from),
    };
    differences.extend(same(
        &named(side),
        account.to_string().as_str(),
        ours.as_deref().unwrap_or("missing"),
    ));
    for (name, value) in [
        ("completed_at", &transaction.completed_at),
        ("stellar_transaction_id", &transaction.stellar_transaction_id),
    ] {
        if value.is_none() {
            differences.push(named(&format!("{name} is missing although it is completed")));
        }
    }
    differences.extend(statuses(kind, &seen.statuses));
    differences
}

/// The one payment on the ledger by which a deposit arrives.
pub(super) fn payment(received: &[ReceivedPayment], arrived: Amount, named: Option<&str>) -> Vec<String> {
    let [payment] = received else {
        return vec![format!("the network shows {} payments to the account, expected one", received.len())];
    };
    let hash = payment.transaction.to_string();
    let amount = same("the payment on the network", arrived, Amount::from(payment.amount));
    let id = same("the deposit's stellar_transaction_id", hash.as_str(), named.unwrap_or("missing"));
    amount.into_iter().chain(id).collect()
}

/// The anchor's own record of a completed transfer.
pub(super) fn timeline(kind: Kind, events: &[TimelineEvent]) -> Vec<String> {
    let mut differences = vec![];
    let numbers: Vec<u64> = events.iter().map(|event| event.sequence).collect();
    if numbers.iter().zip(1..).any(|(number, expected)| *number != expected) {
        differences.push(format!("the {kind}'s events are numbered {numbers:?}, expected 1, 2, 3 …"));
    }
    let spine = match kind {
        Kind::Deposit => DEPOSIT,
        Kind::Withdrawal => WITHDRAWAL,
    };
    let names: Vec<&str> = events.iter().map(|event| event.event.as_str()).collect();
    let mut rest = names.iter();
    if let Some(missing) = spine.iter().find(|expected| !rest.any(|name| name == *expected)) {
        differences.push(format!("the {kind}'s events have no {missing} in its place: {}", names.join(", ")));
    }
    for once in ["FundsReceived", "Completed"] {
        let count = names.iter().filter(|name| **name == once).count();
        if count > 1 {
            differences.push(format!("the {kind}'s events have {once} {count} times"));
        }
    }
    differences
}

/// The list of transfers: these, newest first, and no others.
pub(super) fn listing(found: &[Transaction], newest_first: &[&str]) -> Option<String> {
    let ids: Vec<&str> = found.iter().map(|transaction| transaction.id.as_str()).collect();
    same("the list of transfers", newest_first.join(", "), ids.join(", "))
}

/// A balance at the end.
pub(super) fn balance(balance: &Balance) -> Option<String> {
    let what = format!("the balance of {} in {}", balance.account, balance.asset);
    same(&what, balance.expected, balance.after)
}

/// What went in came out, but for the fee.
fn conserved(kind: Kind, amount_in: Amount, fee: Amount, amount_out: Amount) -> Option<String> {
    let whole = amount_out.checked_add(fee);
    (whole != Some(amount_in))
        .then(|| format!("the {kind} took {amount_in} in, but gave {amount_out} out with a fee of {fee}"))
}

/// The fee by the published terms, up to the rounding to a cent (SEP24-059). Without terms there is nothing to check.
fn fee_by_terms(kind: Kind, amount: Amount, fee: Amount, terms: &Terms) -> Option<String> {
    if terms.fee_fixed.is_none() && terms.fee_percent.is_none() && terms.fee_minimum.is_none() {
        return None;
    }
    let [fixed, percent, minimum] =
        [terms.fee_fixed, terms.fee_percent, terms.fee_minimum].map(|part| part.unwrap_or_default().get());
    let share = amount.get().checked_mul(percent)?.checked_div(Decimal::ONE_HUNDRED)?;
    let expected = share.checked_add(fixed)?.max(minimum);
    let off = fee.get().checked_sub(expected)?.abs();
    (off >= Decimal::new(1, 2)).then(|| {
        format!("the {kind}'s fee is {fee}, expected {} by the anchor's terms", expected.normalize())
    })
}

/// Statuses never go back, and end with `completed`.
fn statuses(kind: Kind, seen: &[SeenStatus]) -> Vec<String> {
    let names: Vec<&str> = seen.iter().map(|seen| seen.status.as_str()).collect();
    let mut differences = vec![];
    let mut reached = 0;
    for name in &names {
        // Whatever may come at any time still comes after `incomplete`.
        let at = stage(name).unwrap_or_else(|| reached.max(1));
        if at < reached || (kind == Kind::Deposit && *name == "pending_user_transfer_complete") {
            differences.push(format!("the {kind} went through {}: {name} is out of order", names.join(", ")));
        }
        reached = reached.max(at);
    }
    if names.last() != Some(&"completed") {
        differences.push(format!("the {kind} ended with {}, not completed", names.join(", ")));
    }
    differences
}

#[cfg(test)]
mod tests;
