//! Subentries: what an account keeps in the ledger, and who holds the reserve for it.

use stellar_xdr::{AccountEntry, AccountId, LedgerEntryData, OperationResult};

use super::account::edit_v2;
use super::operations::Failed;
use super::{AccountView, Ledger};

/// How many subentries one account may have.
const MAX_SUBENTRIES: u32 = 1000;

/// Why an account can keep no further entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// Not enough lumens above the reserve.
    LowReserve,
    /// The number of subentries is limited.
    TooManySubentries,
}

impl NoRoom {
    /// As an operation's failure, where a low reserve has a code of the operation's own.
    pub(super) fn or(self, low_reserve: impl Into<Failed>) -> Failed {
        match self {
            Self::LowReserve => low_reserve.into(),
            Self::TooManySubentries => Failed(OperationResult::OpTooManySubentries),
        }
    }
}

/// Counts one more subentry, if the account can afford it.
pub(super) fn take_subentry(account: &mut AccountEntry, base_reserve: u32) -> Result<(), NoRoom> {
    if account.num_sub_entries >= MAX_SUBENTRIES {
        return Err(NoRoom::TooManySubentries);
    }
    if account.available_balance(base_reserve) < i64::from(base_reserve) {
        return Err(NoRoom::LowReserve);
    }
    account.num_sub_entries += 1;
    Ok(())
}

/// Counts one subentry less, and frees the sponsor who held its reserve.
pub(super) fn release_subentry(ledger: &mut Ledger, account: &mut AccountEntry, sponsor: Option<&AccountId>) {
    account.num_sub_entries = account.num_sub_entries.saturating_sub(1);
    if let Some(sponsor) = sponsor {
        edit_v2(account, |v2| v2.num_sponsored = v2.num_sponsored.saturating_sub(1));
        free_sponsor(ledger, sponsor, 1);
    }
}

/// Takes reserves off what a sponsor holds for others.
pub(super) fn free_sponsor(ledger: &mut Ledger, sponsor: &AccountId, reserves: u32) {
    if let Some(mut account) = ledger.account(sponsor).cloned() {
        edit_v2(&mut account, |v2| {
            v2.num_sponsoring = v2.num_sponsoring.saturating_sub(reserves);
        });
        ledger.put(LedgerEntryData::Account(account));
    }
}
