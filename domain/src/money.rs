//! Amounts and money. Integers or exact decimals, never floats; rounding is always named.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
pub use windlass_stellar::{AmountError, Stroops};

use crate::AssetId;

/// An amount of any asset: an exact decimal, never negative, at most seven decimals (SEP24-085). In JSON a string.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Decimal);

/// How a result that has too many decimals is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Away from zero: fees, so that a fee is never less than the schedule says.
    Up,
    /// Towards zero: what is paid out, so that it is never more than was received.
    Down,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// The most decimals that a SEP carries.
    pub const MAX_DIGITS: u32 = 7;

    /// From a decimal.
    ///
    /// # Errors
    /// Below zero, or beyond what the ledger can hold, is [`AmountError::OutOfRange`]; more than seven decimals is
    /// [`AmountError::TooPrecise`].
    pub fn new(value: Decimal) -> Result<Self, AmountError> {
        let value = value.normalize();
        if value.is_sign_negative() && !value.is_zero() || value > Decimal::from(i64::MAX / Stroops::PER_UNIT)
        {
            return Err(AmountError::OutOfRange);
        }
        Self(value).within_digits(Self::MAX_DIGITS)
    }

    /// The decimal.
    pub const fn get(self) -> Decimal {
        self.0
    }

    /// Whether this is nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The same amount, if it has no more than that many decimals.
    ///
    /// # Errors
    /// [`AmountError::TooPrecise`] otherwise.
    pub fn within_digits(self, digits: u32) -> Result<Self, AmountError> {
        if self.0.normalize().scale() > digits {
            return Err(AmountError::TooPrecise { text: self.0.to_string(), digits });
        }
        Ok(self)
    }

    /// Cut to that many decimals.
    pub fn round(self, digits: u32, rounding: Rounding) -> Self {
        let strategy = match rounding {
            Rounding::Up => RoundingStrategy::AwayFromZero,
            Rounding::Down => RoundingStrategy::ToZero,
        };
        Self(self.0.round_dp_with_strategy(digits, strategy).normalize())
    }

    /// The sum, if it can be represented.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(|sum| Self::new(sum).ok())
    }

    /// The difference, if it is not below zero.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(|rest| Self::new(rest).ok())
    }

    /// As stroops: exact, because seven decimals are all that either has.
    ///
    /// # Errors
    /// [`AmountError::OutOfRange`] where the ledger cannot hold it.
    pub fn to_stroops(self) -> Result<Stroops, AmountError> {
        let stroops = self.0.checked_mul(Decimal::from(Stroops::PER_UNIT)).ok_or(AmountError::OutOfRange)?;
        let stroops = i64::try_from(stroops).map_err(|_| AmountError::OutOfRange)?;
        Stroops::new(stroops).ok_or(AmountError::OutOfRange)
    }

    /// Written with at least that many decimals, as people expect money of that asset: `12.50`.
    pub fn display_digits(self, digits: u32) -> String {
        let mut value = self.0.normalize();
        if value.scale() < digits {
            value.rescale(digits);
        }
        value.to_string()
    }
}

impl From<Stroops> for Amount {
    fn from(stroops: Stroops) -> Self {
        Self(Decimal::new(stroops.get(), Self::MAX_DIGITS).normalize())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    /// Digits with an optional point and at most seven decimals: no sign, exponent, spaces, `NaN`.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        text.parse::<Stroops>().map(Self::from)
    }
}

impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub asset: AssetId,
}

impl Money {
    /// That amount of that asset.
    pub const fn new(amount: Amount, asset: AssetId) -> Self {
        Self { amount, asset }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.asset.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn an_amount_is_written_without_needless_zeros() {
        assert_eq!(amount("12.5000000").to_string(), "12.5");
        assert_eq!(amount("100").to_string(), "100");
        assert_eq!(amount("12.5").display_digits(2), "12.50");
        assert_eq!(serde_json::to_string(&amount("0.10")).unwrap(), "\"0.1\"");
    }

    #[test]
    fn stroops_and_amounts_are_the_same_money() {
        for text in ["0", "0.0000001", "1.5", "922337203685"] {
            assert_eq!(Amount::from(amount(text).to_stroops().unwrap()), amount(text));
        }
    }

    #[test]
    fn nothing_is_rounded_without_being_told_how() {
        assert!(amount("1.005").within_digits(2).is_err());
        assert_eq!(amount("1.005").round(2, Rounding::Up), amount("1.01"));
        assert_eq!(amount("1.005").round(2, Rounding::Down), amount("1"));
        assert_eq!(amount("1").checked_sub(amount("2")), None);
    }

    #[test]
    fn whatever_is_not_a_plain_decimal_is_refused() {
        for text in ["-1", "1e3", "NaN", "", "1.00000001", "922337203686"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }
}
