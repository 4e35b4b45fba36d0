//! Payment: an amount of one asset from account to account. The destination's side comes first.

use stellar_xdr::{AccountId, Asset, PaymentOp, PaymentResult};

use super::Failed;
use crate::engine::Ledger;
use crate::engine::asset::{is_valid, issuer};
use crate::engine::balance::{Refused, credit, debit};

pub(super) fn check(op: &PaymentOp) -> Result<(), PaymentResult> {
    if op.amount <= 0 || !is_valid(&op.asset) {
        return Err(PaymentResult::Malformed);
    }
    Ok(())
}

pub(super) fn apply(ledger: &mut Ledger, source: &AccountId, op: &PaymentOp) -> Result<(), Failed> {
    let destination = op.destination.clone().account_id();
    if op.asset == Asset::Native && destination == *source {
        return Ok(());
    }
    // What goes back to its issuer needs no destination: it is burnt.
    let burns = issuer(&op.asset) == Some(&destination);
    if !burns && ledger.account(&destination).is_none() {
        return Err(PaymentResult::NoDestination.into());
    }
    credit(ledger, &destination, &op.asset, op.amount).map_err(|refused| match refused {
        Refused::NoLine => PaymentResult::NoTrust,
        Refused::NotAuthorized => PaymentResult::NotAuthorized,
        Refused::OutOfBounds => PaymentResult::LineFull,
    })?;
    debit(ledger, source, &op.asset, op.amount).map_err(|refused| match refused {
        Refused::NoLine => PaymentResult::SrcNoTrust,
        Refused::NotAuthorized => PaymentResult::SrcNotAuthorized,
        Refused::OutOfBounds => PaymentResult::Underfunded,
    })?;
    Ok(())
}
