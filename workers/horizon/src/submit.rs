//! `POST /transactions`: an envelope is handed in once; the caller decides whether to do so again.

use windlass_domain::ports::{LedgerError, ResultCodes, Submission};
use windlass_stellar::{Envelope, TransactionHash};

use crate::{
    Horizon,
    http::{Answer, Failure},
    transaction::Transaction,
};

/// What operations are told at the door, where nothing has happened yet; every other code comes from a ledger.
const AT_THE_DOOR: [&str; 11] = [
    "op_success",
    "op_malformed",
    "op_bad_auth",
    "op_not_supported",
    "op_bad_flags",
    "op_bad_seq",
    "op_bad_signer",
    "op_data_invalid_name",
    "op_invalid_home_domain",
    "op_threshold_out_of_range",
    "op_unknown_flag",
];

impl Horizon {
    pub(crate) async fn hand_in(&self, envelope: &str) -> Result<Submission, LedgerError> {
        let hash = Envelope::read(envelope, &self.network)
            .map_err(|error| LedgerError::Refused(error.to_string()))?
            .hash;
        match self.http.post("transactions", &[("tx", envelope)], self.submit_timeout).await {
            Ok(answer) => self.outcome(hash, &answer).await,
            Err(failure @ Failure::Connect(_)) => Err(failure.into()),
            Err(failure) => Ok(Submission::Unknown(failure.to_string())),
        }
    }

    async fn outcome(&self, hash: TransactionHash, answer: &Answer) -> Result<Submission, LedgerError> {
        if answer.status.is_success() {
            let closed = answer.read::<Transaction>().and_then(|transaction| transaction.read(hash));
            return match closed {
                Ok(transaction) => Ok(Submission::Closed(transaction)),
                Err(error) => self.look_up(hash, None, &error.to_string()).await,
            };
        }
        match answer.problem() {
            Some(problem) if problem.is("transaction_failed") => {
                let codes = problem.result_codes().unwrap_or_default();
                self.look_up(hash, Some(codes.clone()), &codes.to_string()).await
            }
            // Only Horizon's own words say that nothing was sent on.
            _ => match answer.error() {
                LedgerError::Unavailable(why) => Ok(Submission::Unknown(why)),
                error => Err(error),
            },
        }
    }

    /// A transaction that is found by its hash has its fate; of one that is not, the codes may tell that it was refused
    /// before it came into a ledger.
    async fn look_up(
        &self,
        hash: TransactionHash,
        codes: Option<ResultCodes>,
        said: &str,
    ) -> Result<Submission, LedgerError> {
        match (self.read_transaction(hash).await, codes) {
            (Ok(Some(transaction)), _) => Ok(Submission::Closed(transaction)),
            (Ok(None), Some(codes)) if is_refusal(&codes) => Ok(Submission::Refused(codes)),
            (Ok(None), _) => Ok(Submission::Unknown(format!("{said}, but its hash is not found yet"))),
            (Err(error), _) => {
                Ok(Submission::Unknown(format!("{said}; its hash could not be looked up: {error}")))
            }
        }
    }
}

/// Whether these codes are given at the door. Failed operations come from a ledger, which this replica may not have yet.
fn is_refusal(codes: &ResultCodes) -> bool {
    !codes.transaction.is_empty() && codes.operations.iter().all(|code| AT_THE_DOOR.contains(&code.as_str()))
}
