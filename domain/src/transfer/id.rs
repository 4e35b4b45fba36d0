//! A transfer's id, and what kind of transfer it is.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A transfer's id: a UUID, shown to wallets as `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TransferId(pub Uuid);

impl fmt::Display for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for TransferId {
    type Err = uuid::Error;

    /// Only the usual form with hyphens: an id that we never gave is no id.
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        let id = Uuid::try_parse(text)?;
        // Braced, simple and URN forms parse too; they are refused by parsing what can never be a UUID.
        if id.to_string() == text { Ok(Self(id)) } else { Uuid::try_parse("").map(Self) }
    }
}

/// Which protocol opened the transfer, and which way the money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// SEP-24: off-chain money in, a Stellar asset out.
    Sep24Deposit,
    /// SEP-24: a Stellar asset in, off-chain money out.
    Sep24Withdrawal,
}

impl Kind {
    /// Whether the delivery is on Stellar.
    pub const fn is_deposit(self) -> bool {
        matches!(self, Self::Sep24Deposit)
    }

    /// What SEP-6 and SEP-24 call it in `kind` (SEP24-T02).
    pub const fn as_str(self) -> &'static str {
        if self.is_deposit() { "deposit" } else { "withdrawal" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_written_form_and_no_other_is_read() {
        let text = "01955600-0100-7000-8000-00000000000a";
        assert_eq!(text.parse::<TransferId>().unwrap().to_string(), text);
        let others = [
            "01955600-0100-7000-8000-00000000000A",
            "01955600010070008000000000000000",
            "{01955600-0100-7000-8000-00000000000a}",
            "urn:uuid:01955600-0100-7000-8000-00000000000a",
            "",
        ];
        for other in others {
            assert!(other.parse::<TransferId>().is_err(), "{other}");
        }
    }
}
