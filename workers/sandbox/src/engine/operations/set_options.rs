//! Set options: an account's flags, weights, thresholds, home domain and signers.

use stellar_xdr::{
    AccountEntry, AccountFlags, AccountId, LedgerEntryData, SetOptionsOp, SetOptionsResult, Signer,
    SignerKey, SponsorshipDescriptor,
};

use super::{Failed, is_plain_text, source_account};
use crate::engine::account::edit_v2;
use crate::engine::reserve::{release_subentry, take_subentry};
use crate::engine::signatures::key_of;
use crate::engine::{AccountView, Ledger};

const ALL_FLAGS: u32 = AccountFlags::RequiredFlag as u32
    | AccountFlags::RevocableFlag as u32
    | AccountFlags::ImmutableFlag as u32
    | AccountFlags::ClawbackEnabledFlag as u32;
const MAX_SIGNERS: usize = 20;
const MAX_WEIGHT: u32 = 255;

/// Whether the operation changes keys, weights or thresholds, which asks for the high threshold.
pub(super) fn changes_who_may_sign(op: &SetOptionsOp) -> bool {
    op.master_weight.is_some()
        || op.low_threshold.is_some()
        || op.med_threshold.is_some()
        || op.high_threshold.is_some()
        || op.signer.is_some()
}

pub(super) fn check(source: &AccountId, op: &SetOptionsOp) -> Result<(), SetOptionsResult> {
    let (set, clear) = (op.set_flags.unwrap_or(0), op.clear_flags.unwrap_or(0));
    if (set | clear) & !ALL_FLAGS != 0 {
        return Err(SetOptionsResult::UnknownFlag);
    }
    if set & clear != 0 {
        return Err(SetOptionsResult::BadFlags);
    }
    let weights = [op.master_weight, op.low_threshold, op.med_threshold, op.high_threshold];
    if weights.into_iter().flatten().any(|w| w > MAX_WEIGHT) {
        return Err(SetOptionsResult::ThresholdOutOfRange);
    }
    if op.signer.as_ref().is_some_and(|s| !is_valid(s, source)) {
        return Err(SetOptionsResult::BadSigner);
    }
    if op.home_domain.as_ref().is_some_and(|domain| !is_plain_text(&domain.0)) {
        return Err(SetOptionsResult::InvalidHomeDomain);
    }
    Ok(())
}

fn is_valid(signer: &Signer, source: &AccountId) -> bool {
    let empty = matches!(&signer.key, SignerKey::Ed25519SignedPayload(s) if s.payload.is_empty());
    signer.key != key_of(source) && signer.weight <= MAX_WEIGHT && !empty
}

pub(super) fn apply(ledger: &mut Ledger, source: &AccountId, op: &SetOptionsOp) -> Result<(), Failed> {
    let mut account = source_account(ledger, source)?;
    if let Some(destination) = &op.inflation_dest {
        if ledger.account(destination).is_none() {
            return Err(SetOptionsResult::InvalidInflation.into());
        }
        account.inflation_dest = Some(destination.clone());
    }
    change_flags(&mut account, op)?;
    if let Some(domain) = &op.home_domain {
        account.home_domain = domain.clone();
    }
    change_weights(&mut account, op);
    match &op.signer {
        Some(signer) if signer.weight == 0 => remove_signer(ledger, &mut account, &signer.key),
        Some(signer) => put_signer(&mut account, signer, ledger.header().base_reserve)?,
        None => {}
    }
    ledger.put(LedgerEntryData::Account(account));
    Ok(())
}

fn change_flags(account: &mut AccountEntry, op: &SetOptionsOp) -> Result<(), SetOptionsResult> {
    let (set, clear) = (op.set_flags.unwrap_or(0), op.clear_flags.unwrap_or(0));
    if set | clear != 0 && account.has_flag(AccountFlags::ImmutableFlag) {
        return Err(SetOptionsResult::CantChange);
    }
    account.flags = account.flags & !clear | set;
    if account.has_flag(AccountFlags::ClawbackEnabledFlag) && !account.has_flag(AccountFlags::RevocableFlag) {
        return Err(SetOptionsResult::AuthRevocableRequired);
    }
    Ok(())
}

fn change_weights(account: &mut AccountEntry, op: &SetOptionsOp) {
    let changes = [op.master_weight, op.low_threshold, op.med_threshold, op.high_threshold];
    for (weight, change) in account.thresholds.0.iter_mut().zip(changes) {
        if let Some(change) = change.and_then(|change| u8::try_from(change).ok()) {
            *weight = change;
        }
    }
}

/// Adds a signer in its place (the list is ordered by key), or changes its weight.
fn put_signer(account: &mut AccountEntry, signer: &Signer, base_reserve: u32) -> Result<(), Failed> {
    if let Some(known) = account.signers.iter_mut().find(|s| s.key == signer.key) {
        known.weight = signer.weight;
        return Ok(());
    }
    if account.signers.len() >= MAX_SIGNERS {
        return Err(SetOptionsResult::TooManySigners.into());
    }
    take_subentry(account, base_reserve).map_err(|no_room| no_room.or(SetOptionsResult::LowReserve))?;
    let place = account.signers.partition_point(|s| s.key < signer.key);
    // The list of sponsors runs beside that of the signers; make both before either changes.
    edit_v2(account, |v2| {
        let mut sponsors = v2.signer_sponsoring_i_ds.to_vec();
        sponsors.insert(place.min(sponsors.len()), SponsorshipDescriptor(None));
        v2.signer_sponsoring_i_ds = sponsors.try_into().unwrap_or_default();
    });
    let mut signers = account.signers.to_vec();
    signers.insert(place, signer.clone());
    account.signers = signers.try_into().unwrap_or_default();
    Ok(())
}

/// Takes a signer off the list; one that is not there is no error.
pub(in crate::engine) fn remove_signer(ledger: &mut Ledger, account: &mut AccountEntry, key: &SignerKey) {
    let Some(place) = account.signers.iter().position(|s| s.key == *key) else {
        return;
    };
    let sponsor = account.signer_sponsor(place).cloned();
    edit_v2(account, |v2| {
        let mut sponsors = v2.signer_sponsoring_i_ds.to_vec();
        if place < sponsors.len() {
            sponsors.remove(place);
        }
        v2.signer_sponsoring_i_ds = sponsors.try_into().unwrap_or_default();
    });
    let mut signers = account.signers.to_vec();
    signers.remove(place);
    account.signers = signers.try_into().unwrap_or_default();
    release_subentry(ledger, account, sponsor.as_ref());
}
