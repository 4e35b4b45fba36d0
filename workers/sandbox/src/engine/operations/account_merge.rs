//! Account merge: moves all lumens to another account and removes this one.

use stellar_xdr::{AccountFlags, AccountId, AccountMergeResult, Asset, MuxedAccount};

use super::Failed;
use crate::engine::balance::credit;
use crate::engine::door::starting_sequence;
use crate::engine::entries::account_key;
use crate::engine::reserve::free_sponsor;
use crate::engine::{AccountView, Ledger};

/// How many reserves an account itself takes.
const RESERVES: u32 = 2;

pub(super) fn check(source: &AccountId, destination: &MuxedAccount) -> Result<(), AccountMergeResult> {
    if destination.clone().account_id() == *source {
        return Err(AccountMergeResult::Malformed);
    }
    Ok(())
}

/// Gives the stroops that were moved.
pub(super) fn apply(
    ledger: &mut Ledger,
    source: &AccountId,
    destination: &MuxedAccount,
) -> Result<i64, Failed> {
    let destination = destination.clone().account_id();
    if ledger.account(&destination).is_none() {
        return Err(AccountMergeResult::NoAccount.into());
    }
    let account = super::source_account(ledger, source)?;
    if account.has_flag(AccountFlags::ImmutableFlag) {
        return Err(AccountMergeResult::ImmutableSet.into());
    }
    let signers = account.signers.len();
    if usize::try_from(account.num_sub_entries).is_ok_and(|entries| entries != signers) {
        return Err(AccountMergeResult::HasSubEntries.into());
    }
    if account.num_sponsoring() != 0 {
        return Err(AccountMergeResult::IsSponsor.into());
    }
    // Created anew in this ledger, the account would start below numbers it has used.
    if account.seq_num.0 >= starting_sequence(ledger.sequence()) {
        return Err(AccountMergeResult::SeqnumTooFar.into());
    }
    for index in 0..signers {
        if let Some(sponsor) = account.signer_sponsor(index) {
            free_sponsor(ledger, sponsor, 1);
        }
    }
    credit(ledger, &destination, &Asset::Native, account.balance)
        .map_err(|_| AccountMergeResult::DestFull)?;
    if let Some(sponsor) = ledger.sponsor(&account_key(source)) {
        free_sponsor(ledger, &sponsor, RESERVES);
    }
    ledger.remove(account_key(source));
    Ok(account.balance)
}
