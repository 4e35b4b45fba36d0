//! What an issuer may do to the authorisation of a line; shared by the old operation and the new.

use stellar_xdr::{AccountFlags, AccountId, Asset, LedgerEntryData, TrustLineEntry, TrustLineFlags};

use super::{Failed, source_account};
use crate::engine::{AccountView, Ledger};

/// May send and receive.
pub(super) const AUTHORIZED: u32 = TrustLineFlags::AuthorizedFlag as u32;
/// May keep its open offers, and nothing else.
pub(super) const MAINTAIN: u32 = TrustLineFlags::AuthorizedToMaintainLiabilitiesFlag as u32;
/// Its balance can be taken back.
pub(super) const CLAWBACK: u32 = TrustLineFlags::TrustlineClawbackEnabledFlag as u32;

/// Why a line's flags stay as they are.
pub(super) enum Refused {
    NoLine,
    InvalidState,
    CantRevoke,
}

/// Both kinds of authorisation at once make no sense.
pub(super) fn is_valid(flags: u32) -> bool {
    flags & (AUTHORIZED | MAINTAIN) != AUTHORIZED | MAINTAIN
}

/// Gives the line the flags that `change` makes of its present ones; `E` is the operation's own
/// way to name a refusal.
pub(super) fn apply<E: From<Refused> + Into<Failed>>(
    ledger: &mut Ledger,
    issuer: &AccountId,
    trustor: &AccountId,
    asset: &Asset,
    change: impl FnOnce(u32) -> u32,
) -> Result<(), Failed> {
    let refuse = |refused| -> Failed { E::from(refused).into() };
    let revocable = source_account(ledger, issuer)?.has_flag(AccountFlags::RevocableFlag);
    let line = ledger.trustline(trustor, asset).cloned().ok_or_else(|| refuse(Refused::NoLine))?;
    let flags = change(line.flags);
    if !is_valid(flags) {
        return Err(refuse(Refused::InvalidState));
    }
    if level(flags) < level(line.flags) && !revocable {
        return Err(refuse(Refused::CantRevoke));
    }
    ledger.put(LedgerEntryData::Trustline(TrustLineEntry { flags, ..line }));
    Ok(())
}

/// How much a line may do: nothing, keep offers, everything.
fn level(flags: u32) -> u8 {
    match flags & (AUTHORIZED | MAINTAIN) {
        0 => 0,
        MAINTAIN => 1,
        _ => 2,
    }
}
