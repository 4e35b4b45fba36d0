//! Moving an asset into and out of an account, lumens and issued assets alike.

use stellar_xdr::{
    AccountEntry, AccountId, Asset, LedgerEntryData, Liabilities, TrustLineEntry, TrustLineEntryExt,
    TrustLineFlags,
};

use super::asset::issuer;
use super::{AccountView, Ledger};

/// Why an asset could not be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The account is missing, or has no line for the asset.
    NoLine,
    /// The line is not authorised by the issuer.
    NotAuthorized,
    /// The balance would pass its limit, or fall under what must stay.
    OutOfBounds,
}

/// Adds to a balance. The issuer of the asset takes any amount, which is thereby burnt.
pub(super) fn credit(ledger: &mut Ledger, to: &AccountId, asset: &Asset, amount: i64) -> Result<(), Refused> {
    shift(ledger, to, asset, amount)
}

/// Takes from a balance, leaving reserve and liabilities. The issuer gives any amount.
pub(super) fn debit(
    ledger: &mut Ledger,
    from: &AccountId,
    asset: &Asset,
    amount: i64,
) -> Result<(), Refused> {
    shift(ledger, from, asset, -amount)
}

fn shift(ledger: &mut Ledger, id: &AccountId, asset: &Asset, delta: i64) -> Result<(), Refused> {
    if issuer(asset) == Some(id) {
        return Ok(());
    }
    if *asset == Asset::Native {
        let mut account = ledger.account(id).ok_or(Refused::NoLine)?.clone();
        shift_lumens(&mut account, delta, ledger.header().base_reserve)?;
        ledger.put(LedgerEntryData::Account(account));
    } else {
        let mut line = ledger.trustline(id, asset).ok_or(Refused::NoLine)?.clone();
        if line.flags & TrustLineFlags::AuthorizedFlag as u32 == 0 {
            return Err(Refused::NotAuthorized);
        }
        shift_line(&mut line, delta)?;
        ledger.put(LedgerEntryData::Trustline(line));
    }
    Ok(())
}

/// Moves an account's lumens within reserve and liabilities.
pub(super) fn shift_lumens(account: &mut AccountEntry, delta: i64, base_reserve: u32) -> Result<(), Refused> {
    let balance = moved(account.balance, delta)?;
    let Liabilities { buying, selling } = account.liabilities();
    let floor = account.min_balance(base_reserve).saturating_add(selling);
    if (delta < 0 && balance < floor) || balance > i64::MAX - buying {
        return Err(Refused::OutOfBounds);
    }
    account.balance = balance;
    Ok(())
}

/// Moves a line's balance within its limit and liabilities, authorised or not.
pub(super) fn shift_line(line: &mut TrustLineEntry, delta: i64) -> Result<(), Refused> {
    let balance = moved(line.balance, delta)?;
    let Liabilities { buying, selling } = line_liabilities(line);
    if balance < selling || balance > line.limit.saturating_sub(buying) {
        return Err(Refused::OutOfBounds);
    }
    line.balance = balance;
    Ok(())
}

/// What open offers may still bring into a line and take out of it.
pub(crate) fn line_liabilities(line: &TrustLineEntry) -> Liabilities {
    match &line.ext {
        TrustLineEntryExt::V1(v1) => v1.liabilities.clone(),
        TrustLineEntryExt::V0 => Liabilities::default(),
    }
}

fn moved(balance: i64, delta: i64) -> Result<i64, Refused> {
    balance.checked_add(delta).filter(|balance| *balance >= 0).ok_or(Refused::OutOfBounds)
}
