//! The status that a SEP shows: a view of the facets, never a state of its own.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Closure, Delivery, Funding, Intake, Leg, Transfer};

/// A status as SEP-24 names it (SEP24-092); those that nothing leads to yet come with what leads to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The user has not given all that is needed.
    Incomplete,
    /// The user has to pay in.
    PendingUserTransferStart,
    /// The rail works on it.
    PendingExternal,
    /// We work on it.
    PendingAnchor,
    /// The network works on it.
    PendingStellar,
    /// The destination has to trust the asset.
    PendingTrust,
    /// Done.
    Completed,
    /// The user did not pay in time.
    Expired,
    /// Less than the minimum came.
    TooSmall,
    /// More than the maximum came.
    TooLarge,
    /// It cannot go on by itself.
    Error,
}

impl Status {
    /// The SEP's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::PendingUserTransferStart => "pending_user_transfer_start",
            Self::PendingExternal => "pending_external",
            Self::PendingAnchor => "pending_anchor",
            Self::PendingStellar => "pending_stellar",
            Self::PendingTrust => "pending_trust",
            Self::Completed => "completed",
            Self::Expired => "expired",
            Self::TooSmall => "too_small",
            Self::TooLarge => "too_large",
            Self::Error => "error",
        }
    }

    /// Whether the user has to do something by a deadline (SEP24-080).
    pub const fn awaits_user(self) -> bool {
        matches!(self, Self::Incomplete | Self::PendingUserTransferStart)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Transfer {
    /// What a wallet is shown.
    pub fn status(&self) -> Status {
        match self.closure {
            Closure::Completed => Status::Completed,
            Closure::Expired => Status::Expired,
            Closure::Failed => Status::Error,
            Closure::TooSmall => Status::TooSmall,
            Closure::TooLarge => Status::TooLarge,
            Closure::Open => match &self.delivery {
                Delivery::AwaitingTrust(_) => Status::PendingTrust,
                Delivery::Submitted(Leg::Payment { .. }) => Status::PendingStellar,
                Delivery::Submitted(Leg::Payout { .. }) => Status::PendingExternal,
                Delivery::Prepared(_) | Delivery::Delivered(_) | Delivery::Failed => Status::PendingAnchor,
                Delivery::NotStarted => self.status_before_delivery(),
            },
        }
    }

    fn status_before_delivery(&self) -> Status {
        match (&self.funding, &self.instructions, self.intake) {
            (Funding::Received(_), _, _) => Status::PendingAnchor,
            (Funding::None, Some(_), _) => Status::PendingUserTransferStart,
            (Funding::None, None, Intake::Submitted) => Status::PendingAnchor,
            (Funding::None, None, Intake::Open) => Status::Incomplete,
        }
    }
}
