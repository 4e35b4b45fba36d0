//! Set trust line flags: an issuer authorises a line, withdraws that, or gives up clawback.

use stellar_xdr::{AccountId, SetTrustLineFlagsOp, SetTrustLineFlagsResult};

use super::Failed;
use super::trust_flags::{self, AUTHORIZED, CLAWBACK, MAINTAIN, Refused};
use crate::engine::Ledger;
use crate::engine::asset::{is_valid, issuer};

pub(super) fn check(source: &AccountId, op: &SetTrustLineFlagsOp) -> Result<(), SetTrustLineFlagsResult> {
    if issuer(&op.asset) != Some(source)
        || !is_valid(&op.asset)
        || op.trustor == *source
        || op.set_flags & op.clear_flags != 0
        || op.set_flags & !(AUTHORIZED | MAINTAIN) != 0
        || op.clear_flags & !(AUTHORIZED | MAINTAIN | CLAWBACK) != 0
        || !trust_flags::is_valid(op.set_flags)
    {
        return Err(SetTrustLineFlagsResult::Malformed);
    }
    Ok(())
}

pub(super) fn apply(ledger: &mut Ledger, source: &AccountId, op: &SetTrustLineFlagsOp) -> Result<(), Failed> {
    trust_flags::apply::<SetTrustLineFlagsResult>(ledger, source, &op.trustor, &op.asset, |flags| {
        flags & !op.clear_flags | op.set_flags
    })
}

impl From<Refused> for SetTrustLineFlagsResult {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoLine => Self::NoTrustLine,
            Refused::InvalidState => Self::InvalidState,
            Refused::CantRevoke => Self::CantRevoke,
        }
    }
}
