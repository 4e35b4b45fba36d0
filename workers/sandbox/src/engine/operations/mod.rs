//! The operations, one file each: `check` says what is malformed without looking at the ledger,
//! `apply` does it. What is not here answers `op_not_supported`: offers and path payments,
//! claimable balances, clawback, sponsorship, liquidity pools, contracts, and inflation (which
//! the real network no longer supports either).

mod account_merge;
mod allow_trust;
mod bump_sequence;
mod change_trust;
mod create_account;
mod manage_data;
mod payment;
mod set_options;
mod set_trust_line_flags;
mod trust_flags;

use stellar_xdr::{
    AccountEntry, AccountId, AccountMergeResult, AllowTrustResult, BumpSequenceResult, ChangeTrustResult,
    CreateAccountResult, ManageDataResult, Operation, OperationBody as Body, OperationResult,
    OperationResultTr as Tr, PaymentResult, SetOptionsResult, SetTrustLineFlagsResult,
};

pub(super) use set_options::remove_signer;

use super::Ledger;
use super::envelope::SignedTransaction;
use super::result::success;
use super::signatures::Signatures;

/// One operation on behalf of an account.
pub(super) struct Operating<'a> {
    body: &'a Body,
    source: AccountId,
    /// Whether the operation names its source itself, which then need not exist at the door.
    names_source: bool,
}

/// An operation that did not succeed, with the result that says why.
#[derive(Debug)]
pub(super) struct Failed(pub(super) OperationResult);

/// Which of an account's three thresholds an operation must reach.
#[derive(Clone, Copy, Debug)]
enum Threshold {
    Low,
    Medium,
    High,
}

impl<'a> Operating<'a> {
    pub(super) fn new(operation: &'a Operation, tx: &SignedTransaction) -> Self {
        let source = operation.source_account.clone();
        Self {
            body: &operation.body,
            names_source: source.is_some(),
            source: source.map_or_else(|| tx.source(), |source| source.account_id()),
        }
    }

    pub(super) fn source(&self) -> &AccountId {
        &self.source
    }
}

/// What a node checks of an operation before the transaction may wait: its kind, that its source
/// has signed, its form.
pub(super) fn check_at_door(
    ledger: &Ledger,
    operating: &Operating<'_>,
    signatures: &mut Signatures<'_>,
) -> Result<(), Failed> {
    check_supported(operating.body)?;
    check_signed(ledger, operating, signatures)?;
    check_form(operating)
}

/// Whether the operation's source has signed with the weight that the operation asks for.
pub(super) fn check_signed(
    ledger: &Ledger,
    operating: &Operating<'_>,
    signatures: &mut Signatures<'_>,
) -> Result<(), Failed> {
    let signed = match ledger.account(&operating.source) {
        Some(account) => {
            let [_, low, medium, high] = account.thresholds.0;
            let needed = match threshold(operating.body) {
                Threshold::Low => low,
                Threshold::Medium => medium,
                Threshold::High => high,
            };
            signatures.meet_account(account, u32::from(needed))
        }
        None if operating.names_source => signatures.meet_missing_account(&operating.source),
        None => return Err(Failed(OperationResult::OpNoAccount)),
    };
    signed.then_some(()).ok_or(Failed(OperationResult::OpBadAuth))
}

/// Tries an operation in the ledger; the caller takes back what a failed one has changed.
pub(super) fn apply(ledger: &mut Ledger, operating: &Operating<'_>) -> Result<Tr, Failed> {
    check_supported(operating.body)?;
    if ledger.account(&operating.source).is_none() {
        return Err(Failed(OperationResult::OpNoAccount));
    }
    check_form(operating)?;
    let source = &operating.source;
    match operating.body {
        Body::CreateAccount(op) => create_account::apply(ledger, source, op),
        Body::Payment(op) => payment::apply(ledger, source, op),
        Body::ChangeTrust(op) => change_trust::apply(ledger, source, op),
        Body::SetOptions(op) => set_options::apply(ledger, source, op),
        Body::ManageData(op) => manage_data::apply(ledger, source, op),
        Body::BumpSequence(op) => bump_sequence::apply(ledger, source, op),
        Body::AllowTrust(op) => allow_trust::apply(ledger, source, op),
        Body::SetTrustLineFlags(op) => set_trust_line_flags::apply(ledger, source, op),
        Body::AccountMerge(destination) => {
            let moved = account_merge::apply(ledger, source, destination)?;
            return Ok(Tr::AccountMerge(AccountMergeResult::Success(moved)));
        }
        _ => Err(Failed(OperationResult::OpNotSupported)),
    }?;
    Ok(success(operating.body))
}

/// Whether the engine carries out this kind of operation.
#[must_use]
pub fn is_supported(body: &Body) -> bool {
    matches!(
        body,
        Body::CreateAccount(_)
            | Body::Payment(_)
            | Body::ChangeTrust(_)
            | Body::SetOptions(_)
            | Body::ManageData(_)
            | Body::BumpSequence(_)
            | Body::AllowTrust(_)
            | Body::SetTrustLineFlags(_)
            | Body::AccountMerge(_)
    )
}

fn check_supported(body: &Body) -> Result<(), Failed> {
    is_supported(body).then_some(()).ok_or(Failed(OperationResult::OpNotSupported))
}

fn check_form(operating: &Operating<'_>) -> Result<(), Failed> {
    let source = &operating.source;
    match operating.body {
        Body::CreateAccount(op) => create_account::check(source, op)?,
        Body::Payment(op) => payment::check(op)?,
        Body::ChangeTrust(op) => change_trust::check(source, op)?,
        Body::SetOptions(op) => set_options::check(source, op)?,
        Body::ManageData(op) => manage_data::check(op)?,
        Body::BumpSequence(op) => bump_sequence::check(op)?,
        Body::AllowTrust(op) => allow_trust::check(source, op)?,
        Body::SetTrustLineFlags(op) => set_trust_line_flags::check(source, op)?,
        Body::AccountMerge(destination) => account_merge::check(source, destination)?,
        _ => {}
    }
    Ok(())
}

fn threshold(body: &Body) -> Threshold {
    match body {
        Body::AllowTrust(_) | Body::SetTrustLineFlags(_) | Body::BumpSequence(_) => Threshold::Low,
        Body::AccountMerge(_) => Threshold::High,
        Body::SetOptions(op) if set_options::changes_who_may_sign(op) => Threshold::High,
        _ => Threshold::Medium,
    }
}

/// The account on whose behalf the operation runs.
fn source_account(ledger: &Ledger, source: &AccountId) -> Result<AccountEntry, Failed> {
    ledger.account(source).cloned().ok_or(Failed(OperationResult::OpNoAccount))
}

/// Names and domains are ASCII without control characters.
fn is_plain_text(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii() && !byte.is_ascii_control())
}

impl From<CreateAccountResult> for Failed {
    fn from(result: CreateAccountResult) -> Self {
        Self(OperationResult::OpInner(Tr::CreateAccount(result)))
    }
}

impl From<PaymentResult> for Failed {
    fn from(result: PaymentResult) -> Self {
        Self(OperationResult::OpInner(Tr::Payment(result)))
    }
}

impl From<ChangeTrustResult> for Failed {
    fn from(result: ChangeTrustResult) -> Self {
        Self(OperationResult::OpInner(Tr::ChangeTrust(result)))
    }
}

impl From<SetOptionsResult> for Failed {
    fn from(result: SetOptionsResult) -> Self {
        Self(OperationResult::OpInner(Tr::SetOptions(result)))
    }
}

impl From<ManageDataResult> for Failed {
    fn from(result: ManageDataResult) -> Self {
        Self(OperationResult::OpInner(Tr::ManageData(result)))
    }
}

impl From<BumpSequenceResult> for Failed {
    fn from(result: BumpSequenceResult) -> Self {
        Self(OperationResult::OpInner(Tr::BumpSequence(result)))
    }
}

impl From<AllowTrustResult> for Failed {
    fn from(result: AllowTrustResult) -> Self {
        Self(OperationResult::OpInner(Tr::AllowTrust(result)))
    }
}

impl From<SetTrustLineFlagsResult> for Failed {
    fn from(result: SetTrustLineFlagsResult) -> Self {
        Self(OperationResult::OpInner(Tr::SetTrustLineFlags(result)))
    }
}

impl From<AccountMergeResult> for Failed {
    fn from(result: AccountMergeResult) -> Self {
        Self(OperationResult::OpInner(Tr::AccountMerge(result)))
    }
}
