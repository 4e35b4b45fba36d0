//! Statuses and events in plain words.

use windlass_domain::transfer::Status;

/// A status as a heading and a sentence.
pub(super) fn status(status: Status, is_deposit: bool) -> (&'static str, &'static str) {
    match (status, is_deposit) {
        (Status::Incomplete, _) => {
            ("Not confirmed yet", "Some details are missing. Open this transfer in your wallet to go on.")
        }
        (Status::PendingUserTransferStart, true) => (
            "Waiting for your payment",
            "Pay as described below. As soon as your money is here, we go on by ourselves.",
        ),
        (Status::PendingUserTransferStart, false) => (
            "Waiting for your payment",
            "Your wallet may pay by itself: go back to it. If it does not, pay on Stellar as described below.",
        ),
        (Status::PendingExternal, _) => ("On its way", "The bank is working on it."),
        (Status::PendingAnchor, _) => ("In progress", "We are working on it. You need not do anything."),
        (Status::PendingStellar, _) => ("On its way", "The payment is being made on the Stellar network."),
        (Status::PendingTrust, _) => (
            "Your account cannot take this asset yet",
            "Add a trustline for the asset in your wallet. We pay as soon as it is there.",
        ),
        (Status::Completed, true) => ("Done", "The money is on your Stellar account."),
        (Status::Completed, false) => ("Done", "The money was sent to your bank account."),
        (Status::Expired, _) => (
            "Expired",
            "No payment came in time, so this transfer has ended. If you have paid after all, write to us.",
        ),
        (Status::TooSmall, _) => (
            "The amount was too small",
            "Less than the minimum came, so this transfer has ended. Write to us.",
        ),
        (Status::TooLarge, _) => (
            "The amount was too large",
            "More than the maximum came, so this transfer has ended. Write to us.",
        ),
        (Status::Error, _) => {
            ("Stopped", "This transfer cannot go on by itself. We look at it; write to us if it takes long.")
        }
    }
}

/// Whether a status is the last, so that its page need not be asked for again.
pub(super) const fn is_final(status: Status) -> bool {
    matches!(
        status,
        Status::Completed | Status::Expired | Status::TooSmall | Status::TooLarge | Status::Error
    )
}

/// An event as its owner may read it; `None` for those that matter only to us.
pub(super) fn event(name: &str, is_deposit: bool) -> Option<&'static str> {
    Some(match (name, is_deposit) {
        ("Initiated", _) => "Your wallet asked for it",
        ("FormSubmitted", _) => "You confirmed the details",
        ("FundsReceived", _) => "Your payment arrived",
        ("AdditionalFundsReceived", _) => "Another payment arrived",
        ("LateFundsReceived", _) => "A payment arrived after the end",
        ("AmountRejectedAsTooSmall", _) => "The amount was below the minimum",
        ("AmountRejectedAsTooLarge", _) => "The amount was above the maximum",
        ("TrustlineRequested", _) => "Your account could not take the asset",
        ("TrustlineEstablished", _) => "Your account can take the asset",
        ("StellarPaymentSubmitted", _) => "We sent the payment to the Stellar network",
        ("StellarPaymentConfirmed", _) => "The Stellar network confirmed the payment",
        ("StellarPaymentFailed", _) => "The payment on Stellar did not go through",
        ("PayoutSubmitted", _) => "The bank took our payment order",
        ("PayoutConfirmed", _) => "The bank confirmed the payment",
        ("PayoutFailed", _) => "The bank did not carry out the payment",
        ("Completed", true) => "The deposit is complete",
        ("Completed", false) => "The withdrawal is complete",
        ("Expired", _) => "The time to pay was over",
        ("Failed", _) => "It stopped",
        ("Recovered", _) => "It goes on",
        _ => return None,
    })
}
