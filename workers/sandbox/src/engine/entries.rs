//! Typed reading of the ledger: an account, its trustlines, its data.

use stellar_xdr::{
    AccountEntry, AccountId, Asset, DataEntry, LedgerEntry, LedgerEntryData, LedgerKey, LedgerKeyAccount,
    LedgerKeyData, LedgerKeyTrustLine, String64, TrustLineAsset, TrustLineEntry,
};

use super::Ledger;
use super::asset::line_asset;

impl Ledger {
    /// An account.
    #[must_use]
    pub fn account(&self, id: &AccountId) -> Option<&AccountEntry> {
        match &self.account_entry(id)?.data {
            LedgerEntryData::Account(account) => Some(account),
            _ => None,
        }
    }

    /// An account with what the ledger keeps around it (last change, sponsor).
    #[must_use]
    pub fn account_entry(&self, id: &AccountId) -> Option<&LedgerEntry> {
        self.entry(&account_key(id))
    }

    /// The line by which an account holds an issued asset.
    #[must_use]
    pub fn trustline(&self, id: &AccountId, asset: &Asset) -> Option<&TrustLineEntry> {
        match &self.entry(&line_key(id, line_asset(asset)))?.data {
            LedgerEntryData::Trustline(line) => Some(line),
            _ => None,
        }
    }

    /// One data entry of an account.
    #[must_use]
    pub fn data(&self, id: &AccountId, name: &String64) -> Option<&DataEntry> {
        match &self.entry(&data_key(id, name.clone()))?.data {
            LedgerEntryData::Data(data) => Some(data),
            _ => None,
        }
    }

    /// All lines of an account, in the order of their assets, with their entries.
    pub fn trustlines_of(&self, id: &AccountId) -> impl Iterator<Item = (&TrustLineEntry, &LedgerEntry)> {
        self.entries_from(line_key(id, TrustLineAsset::Native)).map_while(move |entry| match &entry.data {
            LedgerEntryData::Trustline(line) if line.account_id == *id => Some((line, entry)),
            _ => None,
        })
    }

    /// All data entries of an account, in the order of their names.
    pub fn data_of(&self, id: &AccountId) -> impl Iterator<Item = &DataEntry> {
        self.entries_from(data_key(id, String64::default())).map_while(move |entry| match &entry.data {
            LedgerEntryData::Data(data) if data.account_id == *id => Some(data),
            _ => None,
        })
    }
}

pub(super) fn account_key(id: &AccountId) -> LedgerKey {
    LedgerKey::Account(LedgerKeyAccount { account_id: id.clone() })
}

pub(super) fn line_key(id: &AccountId, asset: TrustLineAsset) -> LedgerKey {
    LedgerKey::Trustline(LedgerKeyTrustLine { account_id: id.clone(), asset })
}

pub(super) fn data_key(id: &AccountId, name: String64) -> LedgerKey {
    LedgerKey::Data(LedgerKeyData { account_id: id.clone(), data_name: name })
}
