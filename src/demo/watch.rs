//! Watches a transfer, and keeps each status that it shows.

use super::{
    DemoError, check,
    report::{SeenStatus, TransferReport},
    transaction::Transaction,
    wallet::Wallet,
};

/// Asks for the transfer until it is as `ready` wants it; `expected` is the status that it then has.
///
/// # Errors
/// [`DemoError::Ended`] if it ends otherwise, [`DemoError::TimeOver`] if it does not get there.
pub(super) async fn until(
    wallet: &Wallet,
    transfer: &mut TransferReport,
    expected: &'static str,
    ready: impl Fn(&Transaction) -> bool,
) -> Result<Transaction, DemoError> {
    let url = wallet.sep24.transaction_url(&transfer.id);
    let mut wait = wallet.patience.wait_for(format!("the {} to be {expected}", transfer.kind), &url);
    loop {
        let transaction = wallet.sep24.transaction(&transfer.id).await?;
        note(wallet, transfer, &transaction);
        if transaction.status == expected && ready(&transaction) {
            return Ok(transaction);
        }
        if transaction.is_final() {
            return Err(DemoError::Ended {
                id: transaction.id,
                status: transaction.status,
                expected,
                message: transaction.message,
                url,
            });
        }
        wait.pause(
            transaction
                .message
                .map_or(transaction.status.clone(), |message| format!("{}: {message}", transaction.status)),
        )
        .await?;
    }
}

/// Looks at a transfer that was just opened: it is there at once, as `incomplete` (SEP24-036).
pub(super) async fn opened(
    wallet: &Wallet,
    transfer: &mut TransferReport,
) -> Result<Option<String>, DemoError> {
    let transaction = wallet.sep24.transaction(&transfer.id).await?;
    note(wallet, transfer, &transaction);
    let what = format!("the {}'s first status", transfer.kind);
    Ok(check::same(&what, "incomplete", transaction.status.as_str()))
}

/// Shows and keeps a status that was not the last one, and whatever became known.
fn note(wallet: &Wallet, transfer: &mut TransferReport, transaction: &Transaction) {
    transfer.amount_in = transaction.amount_in;
    transfer.amount_fee = transaction.fee();
    transfer.amount_out = transaction.amount_out;
    transfer.stellar_transaction_id.clone_from(&transaction.stellar_transaction_id);
    transfer.external_transaction_id.clone_from(&transaction.external_transaction_id);
    if transfer.statuses.last().is_none_or(|last| last.status != transaction.status) {
        let at = wallet.patience.seconds();
        transfer.statuses.push(SeenStatus { status: transaction.status.clone(), at });
        wallet.show.seen("status", &transaction.status);
    }
}
