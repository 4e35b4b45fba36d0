//! Manage data: sets or removes a named value on an account.

use stellar_xdr::{
    AccountId, DataEntry, DataValue, LedgerEntryData, ManageDataOp, ManageDataResult, String64,
};

use super::{Failed, is_plain_text};
use crate::engine::Ledger;
use crate::engine::entries::data_key;
use crate::engine::reserve::{release_subentry, take_subentry};

pub(super) fn check(op: &ManageDataOp) -> Result<(), ManageDataResult> {
    if op.data_name.0.is_empty() || !is_plain_text(&op.data_name.0) {
        return Err(ManageDataResult::InvalidName);
    }
    Ok(())
}

pub(super) fn apply(ledger: &mut Ledger, source: &AccountId, op: &ManageDataOp) -> Result<(), Failed> {
    match &op.data_value {
        Some(value) => set(ledger, source, &op.data_name, value),
        None => remove(ledger, source, &op.data_name),
    }
}

fn set(ledger: &mut Ledger, source: &AccountId, name: &String64, value: &DataValue) -> Result<(), Failed> {
    if ledger.data(source, name).is_none() {
        let mut account = super::source_account(ledger, source)?;
        take_subentry(&mut account, ledger.header().base_reserve)
            .map_err(|no_room| no_room.or(ManageDataResult::LowReserve))?;
        ledger.put(LedgerEntryData::Account(account));
    }
    ledger.put(LedgerEntryData::Data(DataEntry {
        account_id: source.clone(),
        data_name: name.clone(),
        data_value: value.clone(),
        ..DataEntry::default()
    }));
    Ok(())
}

fn remove(ledger: &mut Ledger, source: &AccountId, name: &String64) -> Result<(), Failed> {
    if ledger.data(source, name).is_none() {
        return Err(ManageDataResult::NameNotFound.into());
    }
    let key = data_key(source, name.clone());
    let sponsor = ledger.sponsor(&key);
    ledger.remove(key);
    let mut account = super::source_account(ledger, source)?;
    release_subentry(ledger, &mut account, sponsor.as_ref());
    ledger.put(LedgerEntryData::Account(account));
    Ok(())
}
