//! Money, fees and times as people write them.

use maud::{Markup, html};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};
use windlass_domain::{Amount, FeeSchedule, Money, Terms};

/// Two decimals, fewer where the currency has fewer, more where the amount needs them.
const USUAL_DIGITS: u32 = 2;

/// An amount that is given: `100.00`.
pub(super) fn given(amount: Amount, terms: &Terms) -> String {
    amount.display_digits(terms.digits_in.min(USUAL_DIGITS))
}

/// Money that is given, with its code: `100.00 USD`.
pub(super) fn money_in(amount: Amount, terms: &Terms) -> String {
    format!("{} {}", given(amount, terms), terms.asset_in.code())
}

/// Money of either side, with its code.
pub(super) fn money(money: Money, terms: &Terms) -> String {
    let digits = if money.asset == terms.asset_out { terms.digits_out } else { terms.digits_in };
    format!("{} {}", money.amount.display_digits(digits.min(USUAL_DIGITS)), money.asset.code())
}

/// The rule by which the fee is calculated.
pub(super) fn fee_rule(fee: &FeeSchedule, terms: &Terms) -> String {
    let mut parts = Vec::new();
    if !fee.percent.is_zero() {
        parts.push(format!("{}% of the amount", fee.percent.normalize()));
    }
    if !fee.fixed.is_zero() {
        parts.push(money_in(fee.fixed, terms));
    }
    match (parts.is_empty(), fee.minimum.is_zero()) {
        (true, true) => "none".to_owned(),
        (true, false) => money_in(fee.minimum, terms),
        (false, true) => parts.join(" plus "),
        (false, false) => format!("{}, at least {}", parts.join(" plus "), money_in(fee.minimum, terms)),
    }
}

/// A time in UTC: `5 November 2026, 14:05 UTC`.
pub(super) fn time(time: OffsetDateTime) -> Markup {
    let utc = time.to_offset(UtcOffset::UTC);
    let machine = utc.replace_nanosecond(0).unwrap_or(utc).format(&Rfc3339).unwrap_or_default();
    html! {
        time datetime=(machine) {
            (utc.day()) " " (utc.month()) " " (utc.year()) ", "
            (format!("{:02}:{:02}", utc.hour(), utc.minute())) " UTC"
        }
    }
}

/// A line of a list of names and values.
pub(super) fn line(name: &str, value: impl maud::Render) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

/// A line whose value is to be copied, and found by programs under its name.
pub(super) fn copyable(name: &str, field: &str, value: &str) -> Markup {
    line(name, html! { span.copy data-field=(field) { (value) } })
}
