//! The terms of a transfer: limits and fees, and what comes out for what goes in.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Amount, AmountError, AssetId, Money, Rounding};

/// A fee: `amount × percent / 100 + fixed`, and at least `minimum` (SEP24-059). Amounts are of the incoming asset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeSchedule {
    /// Taken from each transfer.
    #[serde(default)]
    pub fixed: Amount,
    /// Hundredths of the amount, such as `0.5`.
    #[serde(default)]
    pub percent: Decimal,
    /// The least that is taken.
    #[serde(default)]
    pub minimum: Amount,
}

impl FeeSchedule {
    /// The fee on `amount`, rounded up to that many decimals.
    ///
    /// # Errors
    /// [`AmountError::OutOfRange`] where the fee cannot be represented.
    pub fn fee(&self, amount: Amount, digits: u32) -> Result<Amount, AmountError> {
        let share =
            amount.get().checked_mul(self.percent).ok_or(AmountError::OutOfRange)? / Decimal::ONE_HUNDRED;
        let fee = share.checked_add(self.fixed.get()).ok_or(AmountError::OutOfRange)?;
        let fee = fee.round_dp_with_strategy(digits, rust_decimal::RoundingStrategy::AwayFromZero);
        Ok(Amount::new(fee)?.max(self.minimum.round(digits, Rounding::Up)))
    }
}

/// What an anchor offers for one asset in one direction, at par. Fixed for a transfer when it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What the user gives.
    pub asset_in: AssetId,
    /// Its decimals.
    pub digits_in: u32,
    /// What the user gets.
    pub asset_out: AssetId,
    /// Its decimals.
    pub digits_out: u32,
    /// The least that may be given.
    pub minimum: Amount,
    /// The most that may be given.
    pub maximum: Amount,
    /// The fee, in what the user gives.
    pub fee: FeeSchedule,
}

/// What goes in, what is kept and what comes out; in = out + fee, to the last digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    /// From the user.
    pub amount_in: Money,
    /// Kept, in the asset of `amount_in`.
    pub fee: Money,
    /// To the user.
    pub amount_out: Money,
}

/// Why an amount does not fit the terms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// Too many decimals for the asset, or out of range.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// Less than the minimum.
    #[error("{amount} is less than the minimum of {minimum}")]
    BelowMinimum {
        /// What was given.
        amount: Money,
        /// The least.
        minimum: Money,
    },
    /// More than the maximum.
    #[error("{amount} is more than the maximum of {maximum}")]
    AboveMaximum {
        /// What was given.
        amount: Money,
        /// The most.
        maximum: Money,
    },
    /// Nothing would be left.
    #[error("the fee of {fee} leaves nothing of {amount}")]
    NothingLeft {
        /// What was given.
        amount: Money,
        /// What would be kept.
        fee: Money,
    },
}

impl Terms {
    /// What comes out for `amount`. The fee is rounded up to the incoming asset's decimals, the payout down to the
    /// outgoing asset's; what rounding leaves over belongs to the fee, so that nothing is lost.
    ///
    /// # Errors
    /// [`TermsError`] says which limit does not hold.
    pub fn calculate(&self, amount: Amount) -> Result<Amounts, TermsError> {
        let amount = amount.within_digits(self.digits_in)?;
        let given = |amount| Money::new(amount, self.asset_in);
        if amount < self.minimum || amount.is_zero() {
            return Err(TermsError::BelowMinimum { amount: given(amount), minimum: given(self.minimum) });
        }
        if amount > self.maximum {
            return Err(TermsError::AboveMaximum { amount: given(amount), maximum: given(self.maximum) });
        }
        let fee = self.fee.fee(amount, self.digits_in)?;
        let nothing_left = TermsError::NothingLeft { amount: given(amount), fee: given(fee) };
        let out = amount.checked_sub(fee).ok_or(nothing_left.clone())?.round(self.digits_out, Rounding::Down);
        if out.is_zero() {
            return Err(nothing_left);
        }
        let fee = amount.checked_sub(out).ok_or(nothing_left)?;
        Ok(Amounts { amount_in: given(amount), fee: given(fee), amount_out: Money::new(out, self.asset_out) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(percent: Decimal, fixed: &str, minimum_fee: &str, digits_in: u32, digits_out: u32) -> Terms {
        Terms {
            asset_in: "iso4217:USD".parse().unwrap(),
            digits_in,
            asset_out: "stellar:native".parse().unwrap(),
            digits_out,
            minimum: "1".parse().unwrap(),
            maximum: "10000".parse().unwrap(),
            fee: FeeSchedule {
                fixed: fixed.parse().unwrap(),
                percent,
                minimum: minimum_fee.parse().unwrap(),
            },
        }
    }

    /// SEP24-059
    #[test]
    fn the_fee_is_a_share_and_a_fixed_part_and_at_least_the_minimum() {
        let terms = terms(Decimal::ONE, "0.5", "2", 2, 7);
        let of = |amount: &str| terms.calculate(amount.parse().unwrap()).unwrap();
        assert_eq!(of("100").fee.amount.to_string(), "2");
        assert_eq!(of("1000").fee.amount.to_string(), "10.5");
        assert_eq!(of("1000").amount_out.amount.to_string(), "989.5");
        assert_eq!(of("1000.01").fee.amount.to_string(), "10.51", "rounded up to the asset's decimals");
    }

    #[test]
    fn limits_decimals_and_a_fee_that_takes_all_are_refused() {
        let terms = terms(Decimal::ZERO, "1.5", "0", 2, 2);
        let refused = |amount: &str| terms.calculate(amount.parse().unwrap()).unwrap_err();
        assert!(matches!(refused("0.99"), TermsError::BelowMinimum { .. }));
        assert!(matches!(refused("10000.01"), TermsError::AboveMaximum { .. }));
        assert!(matches!(refused("5.001"), TermsError::Amount(AmountError::TooPrecise { .. })));
        assert!(matches!(refused("1.5"), TermsError::NothingLeft { .. }));
        assert!(matches!(refused("1.2"), TermsError::NothingLeft { .. }));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_by_rounding(
            stroops in 10_000_000i64..100_000_000_000,
            percent in 0i64..1000,
            fixed in 0i64..10_000_000,
            digits_out in 0u32..=7,
        ) {
            let mut terms = terms(Decimal::new(percent, 3), "0", "0", 7, digits_out);
            terms.fee.fixed = Stroops::new(fixed).unwrap().into();
            if let Ok(amounts) = terms.calculate(Stroops::new(stroops).unwrap().into()) {
                let sum = amounts.fee.amount.checked_add(amounts.amount_out.amount).unwrap();
                prop_assert_eq!(sum, amounts.amount_in.amount);
                prop_assert!(amounts.amount_out.amount.within_digits(digits_out).is_ok());
            }
        }
    }

    use crate::Stroops;
}
