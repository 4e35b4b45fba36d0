//! Prepares the payment of a funded deposit: checks the destination, takes the next sequence number from the log, signs,
//! and puts the envelope into the log. Nothing is sent here.

use async_trait::async_trait;
use time::Duration;
use windlass_commands::{Context, TaskLease, crash, tasks};
use windlass_domain::{
    ports::LedgerAccount,
    stellar_transaction::{Member, PreparedTransaction},
    transfer::{Closure, Delivery, Initiated, PreparedPayment, TransferId, TrustReason},
};
use windlass_stellar::{AccountId, Memo, Operation, Stroops, TimeBounds, Transaction};

use super::{Outcome, Step, key};
use crate::{
    Ports, StepError,
    source::{fee, max_time, next_sequence},
};

/// How often to look whether a destination trusts the asset by now.
const LOOK_FOR_TRUSTLINE: Duration = Duration::seconds(5);
/// How often to look whether the account's former envelope is settled.
const LOOK_FOR_TURN: std::time::Duration = std::time::Duration::from_millis(50);

/// Prepares the payment of a funded deposit.
pub struct Pay(pub(super) Ports);

#[async_trait]
impl Step for Pay {
    fn kind(&self) -> &'static str {
        tasks::PAY
    }

    /// An account has one envelope with an open fate at a time.
    fn concurrency(&self) -> usize {
        1
    }

    async fn run(&self, task: &TaskLease) -> Result<Outcome, StepError> {
        let Ports { commands, ledger, .. } = &self.0;
        let id: TransferId = key(task)?;
        let transfer = commands.transfer(id).await?;
        let (Some(initiated), Some(amounts)) = (&transfer.initiated, &transfer.amounts) else {
            return Ok(Outcome::Finished);
        };
        let waits = matches!(transfer.delivery, Delivery::NotStarted | Delivery::AwaitingTrust(_));
        if transfer.closure != Closure::Open || !waits {
            return Ok(Outcome::Finished);
        }
        let amount = amounts.amount_out.amount.to_stroops().map_err(|error| needs_operator(&error))?;

        let source = commands
            .asset(&initiated.stellar_asset)
            .ok_or_else(|| needs_operator(&"the asset is no longer configured"))?
            .distribution;
        // Before the ledger is asked: whoever waits for its turn asks often.
        if self.0.queries.source_account(source).await?.open > 0 {
            return Ok(Outcome::NotYet(LOOK_FOR_TURN));
        }
        let destination = ledger.account(initiated.stellar_account.account).await?;
        if let Some(reason) = cannot_receive(destination.as_ref(), initiated, amount) {
            commands.await_trustline(id, reason, task, self.0.clock.now() + LOOK_FOR_TRUSTLINE).await?;
            return Ok(Outcome::Settled);
        }
        if needs_memo(destination.as_ref(), initiated) {
            let message = "The destination account takes payments only with a memo, and none was given.";
            commands.fail(id, "memo_required", message, &Context::task(task)).await?;
            return Ok(Outcome::Finished);
        }
        if matches!(transfer.delivery, Delivery::AwaitingTrust(_)) {
            commands.establish_trustline(id, task).await?;
        }

        let Some(sequence) = next_sequence(&self.0, source).await? else {
            return Ok(Outcome::NotYet(LOOK_FOR_TURN));
        };
        let (payment, transaction) = self.sign(id, initiated, amount, source, sequence).await?;
        crash::point("pay.signed");
        commands.prepare_payment(id, payment, transaction, task).await?;
        crash::point("pay.prepared");
        Ok(Outcome::Settled)
    }
}

impl Pay {
    async fn sign(
        &self,
        id: TransferId,
        initiated: &Initiated,
        amount: Stroops,
        source: AccountId,
        sequence: i64,
    ) -> Result<(PreparedPayment, PreparedTransaction), StepError> {
        let Ports { ledger, keyring, network, max_fee, .. } = &self.0;
        let fee = fee(&ledger.fee_stats().await?, *max_fee);
        let max_time = max_time(&self.0).await?;
        let key =
            keyring.get(source).ok_or_else(|| needs_operator(&format!("there is no key for {source}")))?;
        let payment = Operation::payment(initiated.stellar_account, initiated.stellar_asset, amount);
        let signed = Transaction {
            source,
            sequence,
            fee_per_operation: fee,
            time_bounds: TimeBounds::until(max_time.unix_timestamp().unsigned_abs()),
            memo: initiated.memo.clone(),
            operations: vec![payment],
        }
        .sign(network, &[key])
        .map_err(|error| needs_operator(&error))?;
        let prepared = PreparedPayment {
            hash: signed.hash,
            destination: initiated.stellar_account,
            asset: initiated.stellar_asset,
            amount,
            memo: initiated.memo.clone(),
        };
        let transaction = PreparedTransaction {
            hash: signed.hash,
            envelope: signed.envelope,
            source,
            sequence,
            max_time,
            members: vec![Member { transfer: id }],
        };
        Ok((prepared, transaction))
    }
}

/// Why the destination cannot take that much of the asset at present.
fn cannot_receive(
    account: Option<&LedgerAccount>,
    initiated: &Initiated,
    amount: Stroops,
) -> Option<TrustReason> {
    let Some(account) = account else { return Some(TrustReason::NoAccount) };
    if initiated.stellar_asset.issuer() == Some(account.id) {
        return None;
    }
    let Some(line) = account.balance(&initiated.stellar_asset) else { return Some(TrustReason::NoTrustline) };
    if !line.authorized {
        return Some(TrustReason::NotAuthorized);
    }
    let after = line.balance.checked_add(line.buying_liabilities).and_then(|held| held.checked_add(amount));
    let fits = after.is_some_and(|after| line.limit.is_none_or(|limit| after <= limit));
    (!fits).then_some(TrustReason::LineFull)
}

/// SEP-29: some accounts, of exchanges mostly, lose what comes without a memo.
fn needs_memo(account: Option<&LedgerAccount>, initiated: &Initiated) -> bool {
    account.is_some_and(|account| account.memo_required)
        && initiated.memo == Memo::None
        && initiated.stellar_account.id.is_none()
}

/// What nine of ten others offer, at least the base fee and at most the cap.
fn needs_operator(error: &impl std::fmt::Display) -> StepError {
    StepError::NeedsOperator(error.to_string())
}
