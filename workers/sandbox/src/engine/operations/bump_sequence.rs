//! Bump sequence: raises an account's sequence number; a lower one is no error and does nothing.

use stellar_xdr::{AccountId, BumpSequenceOp, BumpSequenceResult, LedgerEntryData};

use super::Failed;
use crate::engine::Ledger;
use crate::engine::account::note_sequence_use;

pub(super) fn check(op: &BumpSequenceOp) -> Result<(), BumpSequenceResult> {
    if op.bump_to.0 < 0 {
        return Err(BumpSequenceResult::BadSeq);
    }
    Ok(())
}

pub(super) fn apply(ledger: &mut Ledger, source: &AccountId, op: &BumpSequenceOp) -> Result<(), Failed> {
    let mut account = super::source_account(ledger, source)?;
    account.seq_num = account.seq_num.max(op.bump_to.clone());
    note_sequence_use(&mut account, ledger.sequence(), ledger.close_time());
    ledger.put(LedgerEntryData::Account(account));
    Ok(())
}
