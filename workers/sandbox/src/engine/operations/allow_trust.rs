//! Allow trust: the old way to authorise a line, by the code of the source's own asset.

use stellar_xdr::{AccountId, AllowTrustOp, AllowTrustResult};

use super::Failed;
use super::trust_flags::{self, AUTHORIZED, MAINTAIN, Refused};
use crate::engine::Ledger;
use crate::engine::asset::{is_valid, issued_by};

pub(super) fn check(source: &AccountId, op: &AllowTrustOp) -> Result<(), AllowTrustResult> {
    if op.authorize & !(AUTHORIZED | MAINTAIN) != 0
        || !trust_flags::is_valid(op.authorize)
        || !is_valid(&issued_by(&op.asset, source))
        || op.trustor == *source
    {
        return Err(AllowTrustResult::Malformed);
    }
    Ok(())
}

pub(super) fn apply(ledger: &mut Ledger, source: &AccountId, op: &AllowTrustOp) -> Result<(), Failed> {
    let asset = issued_by(&op.asset, source);
    trust_flags::apply::<AllowTrustResult>(ledger, source, &op.trustor, &asset, |flags| {
        flags & !(AUTHORIZED | MAINTAIN) | op.authorize
    })
}

impl From<Refused> for AllowTrustResult {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoLine => Self::NoTrustLine,
            Refused::CantRevoke => Self::CantRevoke,
            // Unreachable by this operation: it sets one level and clears the others.
            Refused::InvalidState => Self::Malformed,
        }
    }
}
