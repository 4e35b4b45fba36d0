//! The door: what a node checks before it lets a transaction wait for the next ledger, and what
//! the ledger checks again before it tries the operations.

use stellar_xdr::{
    AccountEntry, Preconditions, PreconditionsV2, SignerKey, TransactionExt, TransactionResult,
    TransactionResultResult as Code,
};

use super::envelope::{FeeBump, SignedTransaction};
use super::operations::{self, Operating};
use super::result::{bumped, untried, with_fee};
use super::signatures::Signatures;
use super::{AccountView, Ledger};

/// Between which times (Unix seconds) the next ledger may close, as far as is known.
#[derive(Clone, Copy, Debug)]
pub struct CloseWindow {
    /// Transactions whose time begins after this are too early.
    pub earliest: u64,
    /// Transactions whose time ends before this are too late.
    pub latest: u64,
}

/// The ledger for which a transaction is judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) sequence: u32,
    pub(super) window: CloseWindow,
}

/// Who is asked for the fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fee {
    /// The source of the transaction, for its whole bid.
    Bid,
    /// Somebody else: the fee bump around it.
    Bumped,
    /// Nobody any more: it has been taken.
    Taken,
}

/// How far a transaction that is not valid got; what it used up on the way stays used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Sequence,
    Authorization,
    Balance,
}

impl Ledger {
    /// What a node checks at once. A refused transaction costs nothing.
    ///
    /// # Errors
    /// The result that the node answers with.
    pub fn check(&self, tx: &SignedTransaction, window: CloseWindow) -> Result<(), TransactionResult> {
        let moment = Moment { sequence: self.sequence().saturating_add(1), window };
        let Some(bump) = tx.fee_bump() else {
            return self
                .check_transaction(tx, moment, Fee::Bid)
                .map_err(|code| with_fee(self.least_fee(tx.fee_operations()), code));
        };
        self.check_fee_bump(tx, bump)?;
        self.check_transaction(tx, moment, Fee::Bumped)
            .map_err(|code| with_fee(self.least_fee(tx.fee_operations()), bumped(tx.inner_hash(), code)))
    }

    fn check_transaction(&self, tx: &SignedTransaction, moment: Moment, fee: Fee) -> Result<(), Code> {
        let mut signatures = Signatures::new(tx.inner_hash(), tx.signatures(), &tx.verified);
        self.check_common(tx, moment, fee, &mut signatures).map_err(|(_, code)| code)?;
        for (index, operation) in tx.operations().iter().enumerate() {
            let operating = Operating::new(operation, tx);
            if let Err(failed) = operations::check_at_door(self, &operating, &mut signatures) {
                let mut results = untried(tx.operations());
                if let Some(result) = results.get_mut(index) {
                    *result = failed.0;
                }
                return Err(Code::TxFailed(results.try_into().unwrap_or_default()));
            }
        }
        if !signatures.all_used() {
            return Err(Code::TxBadAuthExtra);
        }
        Ok(())
    }

    /// What holds of the transaction as a whole, at the door and in the ledger alike.
    pub(super) fn check_common(
        &self,
        tx: &SignedTransaction,
        moment: Moment,
        fee: Fee,
        signatures: &mut Signatures<'_>,
    ) -> Result<(), (Stage, Code)> {
        let conditions = conditions(&tx.transaction().cond);
        let source = self
            .check_form(tx, &conditions, moment, fee)
            .and_then(|()| self.account(&tx.source()).ok_or(Code::TxNoAccount))
            .and_then(|source| {
                is_next_sequence(tx, &conditions, source.seq_num.0, moment)
                    .then_some(source)
                    .ok_or(Code::TxBadSeq)
            })
            .map_err(|code| (Stage::Sequence, code))?;

        let authorization = |code| (Stage::Authorization, code);
        if !has_rested(source, &conditions, moment) {
            return Err(authorization(Code::TxBadMinSeqAgeOrGap));
        }
        let [_, low, ..] = source.thresholds.0;
        if !signatures.meet_account(source, u32::from(low))
            || !meets_extra_signers(&conditions.extra_signers, signatures)
        {
            return Err(authorization(Code::TxBadAuth));
        }

        let due = match fee {
            Fee::Bid => tx.fee_bid(),
            Fee::Taken => 0,
            Fee::Bumped => return Ok(()),
        };
        if source.available_balance(self.header.base_reserve) < due {
            return Err((Stage::Balance, Code::TxInsufficientBalance));
        }
        Ok(())
    }

    /// What can be said without looking at the account.
    fn check_form(
        &self,
        tx: &SignedTransaction,
        conditions: &PreconditionsV2,
        moment: Moment,
        fee: Fee,
    ) -> Result<(), Code> {
        if !are_valid_extra_signers(&conditions.extra_signers) {
            return Err(Code::TxMalformed);
        }
        if tx.operations().is_empty() {
            return Err(Code::TxMissingOperation);
        }
        if tx.transaction().ext != TransactionExt::V0 {
            return Err(Code::TxMalformed);
        }
        if is_too_early(conditions, moment) {
            return Err(Code::TxTooEarly);
        }
        if is_too_late(conditions, moment) {
            return Err(Code::TxTooLate);
        }
        if fee == Fee::Bid && tx.fee_bid() < self.least_fee(tx.fee_operations()) {
            return Err(Code::TxInsufficientFee);
        }
        Ok(())
    }

    /// The fee bump itself: its rate is at least that of the transaction inside, and who pays
    /// has signed and can pay.
    fn check_fee_bump(&self, tx: &SignedTransaction, bump: &FeeBump) -> Result<(), TransactionResult> {
        let least = self.least_fee(tx.fee_operations());
        let refuse = |code| Err(with_fee(least, code));
        if bump.fee < 0 {
            return refuse(Code::TxMalformed);
        }
        if bump.fee < least {
            return refuse(Code::TxInsufficientFee);
        }
        let inner_least = i128::from(self.least_fee(tx.fee_operations() - 1));
        let inner_rate = i128::from(tx.transaction().fee) * i128::from(least);
        if i128::from(bump.fee) * inner_least < inner_rate {
            let enough = (inner_rate + inner_least - 1) / inner_least;
            let enough = i64::try_from(enough).unwrap_or(i64::MAX);
            return Err(with_fee(enough, Code::TxInsufficientFee));
        }
        let Some(source) = self.account(&bump.source) else {
            return refuse(Code::TxNoAccount);
        };
        let mut signatures = Signatures::new(bump.hash, &bump.signatures, &tx.verified);
        let [_, low, ..] = source.thresholds.0;
        if !signatures.meet_account(source, u32::from(low)) {
            return refuse(Code::TxBadAuth);
        }
        if source.available_balance(self.header.base_reserve) < bump.fee {
            return refuse(Code::TxInsufficientBalance);
        }
        if !signatures.all_used() {
            return refuse(Code::TxBadAuthExtra);
        }
        Ok(())
    }

    /// The least fee for so many operations; none count as one.
    pub(super) fn least_fee(&self, operations: i64) -> i64 {
        i64::from(self.header.base_fee).saturating_mul(operations.max(1))
    }
}

/// The preconditions in their newest form.
fn conditions(conditions: &Preconditions) -> PreconditionsV2 {
    match conditions {
        Preconditions::None => PreconditionsV2::default(),
        Preconditions::Time(time_bounds) => {
            PreconditionsV2 { time_bounds: Some(time_bounds.clone()), ..PreconditionsV2::default() }
        }
        Preconditions::V2(v2) => v2.clone(),
    }
}

fn are_valid_extra_signers(signers: &[SignerKey]) -> bool {
    let no_empty_payload =
        signers.iter().all(|key| !matches!(key, SignerKey::Ed25519SignedPayload(s) if s.payload.is_empty()));
    no_empty_payload && !matches!(signers, [first, second] if first == second)
}

fn is_too_early(conditions: &PreconditionsV2, moment: Moment) -> bool {
    let time = conditions.time_bounds.as_ref();
    let ledger = conditions.ledger_bounds.as_ref();
    time.is_some_and(|b| b.min_time.0 > moment.window.earliest)
        || ledger.is_some_and(|b| b.min_ledger > moment.sequence)
}

fn is_too_late(conditions: &PreconditionsV2, moment: Moment) -> bool {
    let time = conditions.time_bounds.as_ref();
    let ledger = conditions.ledger_bounds.as_ref();
    time.is_some_and(|b| b.max_time.0 != 0 && b.max_time.0 < moment.window.latest)
        || ledger.is_some_and(|b| b.max_ledger != 0 && b.max_ledger <= moment.sequence)
}

fn is_next_sequence(
    tx: &SignedTransaction,
    conditions: &PreconditionsV2,
    current: i64,
    moment: Moment,
) -> bool {
    let wanted = tx.transaction().seq_num.0;
    // Numbers of this very form are kept for accounts created in that ledger.
    if wanted == starting_sequence(moment.sequence) {
        return false;
    }
    match &conditions.min_seq_num {
        Some(least) => current >= least.0 && current < wanted,
        None => current.checked_add(1) == Some(wanted),
    }
}

/// The sequence number of an account created in this ledger.
pub(super) fn starting_sequence(ledger: u32) -> i64 {
    i64::from(ledger) << 32
}

/// Whether the sequence number has stood still for as long as the transaction wants.
fn has_rested(source: &AccountEntry, conditions: &PreconditionsV2, moment: Moment) -> bool {
    let age = conditions.min_seq_age.0;
    let gap = conditions.min_seq_ledger_gap;
    let rested = moment.window.earliest.checked_sub(age);
    let passed = moment.sequence.checked_sub(gap);
    rested.is_some_and(|time| time >= source.seq_time())
        && passed.is_some_and(|ledger| ledger >= source.seq_ledger())
}

fn meets_extra_signers(extra: &[SignerKey], signatures: &mut Signatures<'_>) -> bool {
    let needed = u32::try_from(extra.len()).unwrap_or(u32::MAX);
    extra.is_empty() || signatures.meet(extra.iter().map(|key| (key.clone(), 1)).collect(), needed)
}
