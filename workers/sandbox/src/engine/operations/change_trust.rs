//! Change trust: opens a line for an issued asset, changes its limit, or removes it.

use stellar_xdr::{
    AccountFlags, AccountId, Asset, ChangeTrustOp, ChangeTrustResult, LedgerEntryData, TrustLineEntry,
    TrustLineFlags,
};

use super::Failed;
use crate::engine::asset::{is_valid, issuer, line_asset, trusted_asset};
use crate::engine::balance::line_liabilities;
use crate::engine::entries::line_key;
use crate::engine::reserve::{release_subentry, take_subentry};
use crate::engine::{AccountView, Ledger};

pub(super) fn check(source: &AccountId, op: &ChangeTrustOp) -> Result<(), ChangeTrustResult> {
    let asset = trusted_asset(&op.line).ok_or(ChangeTrustResult::Malformed)?;
    let issuer = issuer(&asset).ok_or(ChangeTrustResult::Malformed)?;
    if op.limit < 0 || !is_valid(&asset) || issuer == source {
        return Err(ChangeTrustResult::Malformed);
    }
    Ok(())
}

pub(super) fn apply(ledger: &mut Ledger, source: &AccountId, op: &ChangeTrustOp) -> Result<(), Failed> {
    let asset = trusted_asset(&op.line).ok_or(ChangeTrustResult::Malformed)?;
    match ledger.trustline(source, &asset).cloned() {
        None => open(ledger, source, &asset, op.limit),
        Some(line) if op.limit < line.balance.saturating_add(line_liabilities(&line).buying) => {
            Err(ChangeTrustResult::InvalidLimit.into())
        }
        Some(line) if op.limit == 0 => {
            remove(ledger, &line);
            Ok(())
        }
        Some(line) => {
            require_issuer(ledger, &asset)?;
            ledger.put(LedgerEntryData::Trustline(TrustLineEntry { limit: op.limit, ..line }));
            Ok(())
        }
    }
}

fn open(ledger: &mut Ledger, source: &AccountId, asset: &Asset, limit: i64) -> Result<(), Failed> {
    if limit == 0 {
        return Err(ChangeTrustResult::InvalidLimit.into());
    }
    let flags = require_issuer(ledger, asset)?;
    let mut account = super::source_account(ledger, source)?;
    take_subentry(&mut account, ledger.header().base_reserve)
        .map_err(|no_room| no_room.or(ChangeTrustResult::LowReserve))?;
    ledger.put(LedgerEntryData::Account(account));
    ledger.put(LedgerEntryData::Trustline(TrustLineEntry {
        account_id: source.clone(),
        asset: line_asset(asset),
        limit,
        flags,
        ..TrustLineEntry::default()
    }));
    Ok(())
}

fn remove(ledger: &mut Ledger, line: &TrustLineEntry) {
    let key = line_key(&line.account_id, line.asset.clone());
    let sponsor = ledger.sponsor(&key);
    ledger.remove(key);
    if let Some(mut account) = ledger.account(&line.account_id).cloned() {
        release_subentry(ledger, &mut account, sponsor.as_ref());
        ledger.put(LedgerEntryData::Account(account));
    }
}

/// The flags that a new line of the issuer's asset starts with.
fn require_issuer(ledger: &Ledger, asset: &Asset) -> Result<u32, ChangeTrustResult> {
    let issuer =
        issuer(asset).and_then(|issuer| ledger.account(issuer)).ok_or(ChangeTrustResult::NoIssuer)?;
    let mut flags = 0;
    if !issuer.has_flag(AccountFlags::RequiredFlag) {
        flags |= TrustLineFlags::AuthorizedFlag as u32;
    }
    if issuer.has_flag(AccountFlags::ClawbackEnabledFlag) {
        flags |= TrustLineFlags::TrustlineClawbackEnabledFlag as u32;
    }
    Ok(flags)
}
