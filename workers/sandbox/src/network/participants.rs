//! Whom an operation concerns: in whose history it stands.

use stellar_xdr::{AccountId, Operation, OperationBody as Body};

use crate::engine::SignedTransaction;

/// Whether Horizon lists the operation among payments: it moves money to an account.
pub fn is_payment(operation: &Operation) -> bool {
    matches!(
        operation.body,
        Body::CreateAccount(_)
            | Body::Payment(_)
            | Body::PathPaymentStrictReceive(_)
            | Body::PathPaymentStrictSend(_)
            | Body::AccountMerge(_)
    )
}

/// The accounts of one operation, each once.
pub fn of_operation(operation: &Operation, tx: &SignedTransaction) -> Vec<AccountId> {
    let source = match &operation.source_account {
        Some(source) => source.clone().account_id(),
        None => tx.source(),
    };
    let other = match &operation.body {
        Body::CreateAccount(op) => Some(op.destination.clone()),
        Body::Payment(op) => Some(op.destination.clone().account_id()),
        Body::PathPaymentStrictReceive(op) => Some(op.destination.clone().account_id()),
        Body::PathPaymentStrictSend(op) => Some(op.destination.clone().account_id()),
        Body::AccountMerge(destination) => Some(destination.clone().account_id()),
        Body::AllowTrust(op) => Some(op.trustor.clone()),
        Body::SetTrustLineFlags(op) => Some(op.trustor.clone()),
        _ => None,
    };
    distinct([source].into_iter().chain(other))
}

/// The accounts of a whole transaction, each once.
pub fn of_transaction(tx: &SignedTransaction) -> Vec<AccountId> {
    let operations = tx.operations().iter();
    distinct(
        [tx.source(), tx.fee_source()]
            .into_iter()
            .chain(operations.flat_map(|operation| of_operation(operation, tx))),
    )
}

fn distinct(accounts: impl Iterator<Item = AccountId>) -> Vec<AccountId> {
    let mut accounts: Vec<AccountId> = accounts.collect();
    accounts.sort();
    accounts.dedup();
    accounts
}
