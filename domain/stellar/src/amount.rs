//! Amounts on the ledger: whole stroops, ten million to the unit.

use std::{fmt, str::FromStr};

use crate::serde_as_string;

/// Why a text is no amount, or a sum is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not plain decimal digits with at most one point.
    #[error("'{0}' is not an amount: digits with an optional decimal point are needed, such as 12.5")]
    Malformed(String),
    /// More decimals than the asset has.
    #[error("'{text}' has more than {digits} decimals")]
    TooPrecise {
        /// What was given.
        text: String,
        /// How many decimals there may be.
        digits: u32,
    },
    /// Outside of what can be represented.
    #[error("the amount is out of range")]
    OutOfRange,
}

/// An amount of a Stellar asset or of XLM: an integer of 10⁻⁷ units, never negative. In JSON a decimal string.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stroops(i64);

impl Stroops {
    /// How many stroops make one unit.
    pub const PER_UNIT: i64 = 10_000_000;
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// What the network takes for an operation at the least.
    pub const BASE_FEE: Self = Self(100);
    /// All that a trustline can hold.
    pub const MAX: Self = Self(i64::MAX);

    /// From a count of stroops; `None` below zero.
    pub const fn new(stroops: i64) -> Option<Self> {
        if stroops < 0 { None } else { Some(Self(stroops)) }
    }

    /// The count of stroops.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, if it can be represented.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, if it is not below zero.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(Self::new)
    }
}

impl fmt::Display for Stroops {
    /// Always seven decimals, as Horizon writes amounts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:07}", self.0 / Self::PER_UNIT, self.0 % Self::PER_UNIT)
    }
}

impl fmt::Debug for Stroops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Stroops {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let malformed = || AmountError::Malformed(text.chars().take(40).collect());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(malformed());
        }
        if fraction.len() > 7 {
            return Err(AmountError::TooPrecise { text: text.chars().take(40).collect(), digits: 7 });
        }
        let whole: i64 = whole.parse().map_err(|_| AmountError::OutOfRange)?;
        let fraction: i64 = format!("{fraction:0<7}").parse().map_err(|_| malformed())?;
        whole
            .checked_mul(Self::PER_UNIT)
            .and_then(|stroops| stroops.checked_add(fraction))
            .map(Self)
            .ok_or(AmountError::OutOfRange)
    }
}

serde_as_string!(Stroops);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_and_write_the_same_text() {
        for text in ["0.0000000", "0.0000001", "12.5000000", "922337203685.4775807"] {
            assert_eq!(text.parse::<Stroops>().unwrap().to_string(), text);
        }
        assert_eq!("7".parse::<Stroops>().unwrap().get(), 70_000_000);
    }

    #[test]
    fn whatever_is_not_a_plain_decimal_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "NaN", "inf", " 1", "1 ", "1,5", "0x1", "١"] {
            assert!(matches!(text.parse::<Stroops>(), Err(AmountError::Malformed(_))), "{text}");
        }
        assert!(matches!("0.00000001".parse::<Stroops>(), Err(AmountError::TooPrecise { .. })));
        assert_eq!("922337203685.4775808".parse::<Stroops>(), Err(AmountError::OutOfRange));
        assert_eq!("99999999999999999999".parse::<Stroops>(), Err(AmountError::OutOfRange));
    }
}
