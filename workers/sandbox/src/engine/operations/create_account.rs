//! Create account: a new account with a starting balance of lumens.

use stellar_xdr::{
    AccountEntry, AccountId, Asset, CreateAccountOp, CreateAccountResult, LedgerEntryData, Thresholds,
};

use super::Failed;
use crate::engine::balance::debit;
use crate::engine::door::starting_sequence;
use crate::engine::{AccountView, Ledger};

pub(super) fn check(source: &AccountId, op: &CreateAccountOp) -> Result<(), CreateAccountResult> {
    if op.starting_balance < 0 || op.destination == *source {
        return Err(CreateAccountResult::Malformed);
    }
    Ok(())
}

pub(super) fn apply(ledger: &mut Ledger, source: &AccountId, op: &CreateAccountOp) -> Result<(), Failed> {
    if ledger.account(&op.destination).is_some() {
        return Err(CreateAccountResult::AlreadyExist.into());
    }
    let account = AccountEntry {
        account_id: op.destination.clone(),
        balance: op.starting_balance,
        seq_num: starting_sequence(ledger.sequence()).into(),
        thresholds: Thresholds([1, 0, 0, 0]),
        ..AccountEntry::default()
    };
    if account.available_balance(ledger.header().base_reserve) < 0 {
        return Err(CreateAccountResult::LowReserve.into());
    }
    debit(ledger, source, &Asset::Native, op.starting_balance)
        .map_err(|_| CreateAccountResult::Underfunded)?;
    ledger.put(LedgerEntryData::Account(account));
    Ok(())
}
