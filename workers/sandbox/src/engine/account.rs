//! What an account entry says: reserve, liabilities, sponsorship counts, when its sequence moved.

use stellar_xdr::{
    AccountEntry, AccountEntryExt, AccountEntryExtensionV1, AccountEntryExtensionV1Ext,
    AccountEntryExtensionV2, AccountEntryExtensionV2Ext, AccountEntryExtensionV3, Liabilities,
    SponsorshipDescriptor,
};

/// Reading an account entry through its nested extensions.
pub trait AccountView {
    /// What open offers may still bring in and take out, in stroops of lumens.
    fn liabilities(&self) -> Liabilities;
    /// How many reserves this account holds for others.
    fn num_sponsoring(&self) -> u32;
    /// How many of its own reserves others hold.
    fn num_sponsored(&self) -> u32;
    /// Who sponsors the signer at this place in the list.
    fn signer_sponsor(&self, index: usize) -> Option<&stellar_xdr::AccountId>;
    /// The ledger in which the sequence number last moved; 0 before the first.
    fn seq_ledger(&self) -> u32;
    /// The close time of that ledger, in Unix seconds.
    fn seq_time(&self) -> u64;
    /// Whether all of these flags (bits of `AccountFlags`) are set.
    fn has_flag(&self, flag: stellar_xdr::AccountFlags) -> bool;
    /// What the account must keep, in stroops.
    fn min_balance(&self, base_reserve: u32) -> i64;
    /// What it can spend: above the reserve and what offers have claimed. May be negative.
    fn available_balance(&self, base_reserve: u32) -> i64;
}

impl AccountView for AccountEntry {
    fn liabilities(&self) -> Liabilities {
        v1(self).map_or_else(Liabilities::default, |v1| v1.liabilities.clone())
    }

    fn num_sponsoring(&self) -> u32 {
        v2(self).map_or(0, |v2| v2.num_sponsoring)
    }

    fn num_sponsored(&self) -> u32 {
        v2(self).map_or(0, |v2| v2.num_sponsored)
    }

    fn signer_sponsor(&self, index: usize) -> Option<&stellar_xdr::AccountId> {
        v2(self)?.signer_sponsoring_i_ds.get(index)?.0.as_ref()
    }

    fn seq_ledger(&self) -> u32 {
        v3(self).map_or(0, |v3| v3.seq_ledger)
    }

    fn seq_time(&self) -> u64 {
        v3(self).map_or(0, |v3| v3.seq_time.0)
    }

    fn has_flag(&self, flag: stellar_xdr::AccountFlags) -> bool {
        self.flags & flag as u32 != 0
    }

    fn min_balance(&self, base_reserve: u32) -> i64 {
        let entries = 2 + i64::from(self.num_sub_entries) + i64::from(self.num_sponsoring())
            - i64::from(self.num_sponsored());
        entries * i64::from(base_reserve)
    }

    fn available_balance(&self, base_reserve: u32) -> i64 {
        self.balance.saturating_sub(self.min_balance(base_reserve)).saturating_sub(self.liabilities().selling)
    }
}

/// Notes that the account's sequence number moved in this ledger.
pub(super) fn note_sequence_use(account: &mut AccountEntry, ledger: u32, close_time: u64) {
    edit_v2(account, |v2| {
        v2.ext = AccountEntryExtensionV2Ext::V3(AccountEntryExtensionV3 {
            seq_ledger: ledger,
            seq_time: close_time.into(),
            ..AccountEntryExtensionV3::default()
        });
    });
}

/// Changes the part of the entry that counts sponsorships, adding it where it is missing.
pub(super) fn edit_v2(account: &mut AccountEntry, edit: impl FnOnce(&mut AccountEntryExtensionV2)) {
    let mut v1 = match std::mem::take(&mut account.ext) {
        AccountEntryExt::V1(v1) => v1,
        AccountEntryExt::V0 => AccountEntryExtensionV1::default(),
    };
    let mut v2 = match std::mem::take(&mut v1.ext) {
        AccountEntryExtensionV1Ext::V2(v2) => v2,
        AccountEntryExtensionV1Ext::V0 => AccountEntryExtensionV2 {
            signer_sponsoring_i_ds: vec![SponsorshipDescriptor(None); account.signers.len()]
                .try_into()
                .unwrap_or_default(),
            ..AccountEntryExtensionV2::default()
        },
    };
    edit(&mut v2);
    v1.ext = AccountEntryExtensionV1Ext::V2(v2);
    account.ext = AccountEntryExt::V1(v1);
}

fn v1(account: &AccountEntry) -> Option<&AccountEntryExtensionV1> {
    match &account.ext {
        AccountEntryExt::V1(v1) => Some(v1),
        AccountEntryExt::V0 => None,
    }
}

fn v2(account: &AccountEntry) -> Option<&AccountEntryExtensionV2> {
    match &v1(account)?.ext {
        AccountEntryExtensionV1Ext::V2(v2) => Some(v2),
        AccountEntryExtensionV1Ext::V0 => None,
    }
}

fn v3(account: &AccountEntry) -> Option<&AccountEntryExtensionV3> {
    match &v2(account)?.ext {
        AccountEntryExtensionV2Ext::V3(v3) => Some(v3),
        AccountEntryExtensionV2Ext::V0 => None,
    }
}
