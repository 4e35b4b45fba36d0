//! Brings an envelope into the ledger, or proves that it can never come there. An unknown outcome is never followed by a
//! new transaction: the same envelope is sent again and its hash looked up, until it is found or dead.

use async_trait::async_trait;
use time::Duration;
use windlass_commands::{Settled, TaskLease, crash, tasks};
use windlass_domain::{
    ports::{LedgerTransaction, ResultCodes, Submission},
    stellar_transaction::{PreparedTransaction, Progress},
    transfer::{DeathProof, FailureClass, TrustReason},
};
use windlass_stellar::TransactionHash;

use super::{Outcome, Step, key};
use crate::{Ports, StepError};

/// How long to wait before an envelope of unknown fate is sent again.
const BEFORE_RESEND: Duration = Duration::seconds(2);

/// How long, in ledger time, a replica may lag behind another that has seen an envelope's number spent.
const LONGEST_LAG: Duration = Duration::minutes(10);

/// Brings an envelope into the ledger.
pub struct Submit(pub(super) Ports);

#[async_trait]
impl Step for Submit {
    fn kind(&self) -> &'static str {
        tasks::SUBMIT
    }

    fn concurrency(&self) -> usize {
        16
    }

    async fn run(&self, task: &TaskLease) -> Result<Outcome, StepError> {
        let Ports { commands, ledger, clock, .. } = &self.0;
        let hash: TransactionHash = key(task)?;
        let transaction = commands.stellar_transaction(hash).await?;
        let Some(prepared) = transaction.prepared.filter(|_| transaction.progress.is_open()) else {
            return Ok(Outcome::Finished);
        };
        if transaction.progress == Progress::Prepared {
            commands.record_submitted(hash, task).await?;
            crash::point("submit.recorded");
        } else if let Some(settled) = self.look_up(hash, &prepared).await? {
            commands.settle_transaction(hash, settled, task).await?;
            return Ok(Outcome::Settled);
        }
        let submission = ledger.submit(&prepared.envelope).await;
        crash::point("submit.sent");
        let unknown = match submission {
            Ok(Submission::Closed(transaction)) => {
                commands.settle_transaction(hash, settled(transaction), task).await?;
                crash::point("submit.settled");
                return Ok(Outcome::Settled);
            }
            // It may yet come into a ledger by another way: only its hash or its death ends it.
            Ok(Submission::Refused(codes)) => format!("refused at the door: {codes}"),
            Ok(Submission::Unknown(why)) => why,
            Err(error) => error.to_string(),
        };
        tracing::info!(%hash, why = %unknown, "the envelope's fate is not known yet");
        if let Some(settled) = self.look_up(hash, &prepared).await? {
            commands.settle_transaction(hash, settled, task).await?;
            return Ok(Outcome::Settled);
        }
        Ok(Outcome::Again(clock.now() + BEFORE_RESEND))
    }
}

impl Submit {
    /// The envelope's fate, if the ledger can tell it by now.
    async fn look_up(
        &self,
        hash: TransactionHash,
        prepared: &PreparedTransaction,
    ) -> Result<Option<Settled>, StepError> {
        let ledger = &self.0.ledger;
        if let Some(transaction) = ledger.transaction(hash).await? {
            return Ok(Some(settled(transaction)));
        }
        // One answer for the account names the ledger that it is of; only a ledger after max_time can prove anything.
        let Some(account) = ledger.account(prepared.source).await? else { return Ok(None) };
        let Some(as_of) = account.as_of else { return Ok(None) };
        let header = ledger.ledger(Some(as_of)).await?;
        if header.closed_at <= prepared.max_time {
            return Ok(None);
        }
        if account.sequence < prepared.sequence {
            return Ok(Some(Settled::Dead(DeathProof {
                ledger: as_of,
                closed_at: header.closed_at,
                account_sequence: account.sequence,
            })));
        }
        // Its number is spent. By this envelope, and then every replica will have its hash sooner or later; or by another
        // one, and then no program can tell whom that one paid.
        match ledger.transaction(hash).await? {
            Some(transaction) => Ok(Some(settled(transaction))),
            None if header.closed_at <= prepared.max_time + LONGEST_LAG => Ok(None),
            None => Err(StepError::NeedsOperator(format!(
                "sequence {} of {} is spent as of ledger {as_of}, but transaction {hash} is not found",
                prepared.sequence, prepared.source
            ))),
        }
    }
}

fn settled(transaction: LedgerTransaction) -> Settled {
    if transaction.successful {
        return Settled::Confirmed(transaction);
    }
    let class = class(&transaction.codes);
    Settled::Failed { transaction, class }
}

/// What follows from a failure in the ledger.
fn class(codes: &ResultCodes) -> FailureClass {
    let operation = codes.operations.iter().map(String::as_str).find(|code| *code != "op_success");
    match operation.unwrap_or(&codes.transaction) {
        "op_no_destination" => FailureClass::NeedsTrust(TrustReason::NoAccount),
        "op_no_trust" => FailureClass::NeedsTrust(TrustReason::NoTrustline),
        "op_line_full" => FailureClass::NeedsTrust(TrustReason::LineFull),
        "op_not_authorized" => FailureClass::NeedsTrust(TrustReason::NotAuthorized),
        // The destination or the asset itself is impossible: it would fail for ever.
        "op_malformed" | "op_no_issuer" | "op_not_supported" => FailureClass::Terminal,
        // Our own account is short of something, or the time was.
        _ => FailureClass::Retryable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_classed_by_the_operation_that_failed() {
        let of = |operations: &[&str]| {
            class(&ResultCodes {
                transaction: "tx_failed".into(),
                operations: operations.iter().map(|code| (*code).to_owned()).collect(),
            })
        };
        assert_eq!(of(&["op_success", "op_no_trust"]), FailureClass::NeedsTrust(TrustReason::NoTrustline));
        assert_eq!(of(&["op_underfunded"]), FailureClass::Retryable);
        assert_eq!(of(&["op_malformed"]), FailureClass::Terminal);
        assert_eq!(of(&[]), FailureClass::Retryable);
    }
}
