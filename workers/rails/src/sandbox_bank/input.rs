//! What the bank accepts as a holder, a number, a reference, a key and an amount. Each refusal names the field.

use windlass_domain::Amount;

use super::BankError;

/// A holder's name: 1 to 140 characters on one line.
pub(super) fn holder(field: &'static str, text: &str) -> Result<String, BankError> {
    match text.trim() {
        "" => Err(BankError::invalid(field, "a name is needed")),
        name => line(field, name),
    }
}

/// A payment's reference: at most 140 characters on one line, and may be empty.
pub(super) fn reference(field: &'static str, text: &str) -> Result<String, BankError> {
    line(field, text.trim())
}

/// An account number as banks keep it: upper case, without the blanks and dashes that people add.
pub(super) fn number(field: &'static str, text: &str) -> Result<String, BankError> {
    let number: String =
        text.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_ascii_uppercase()).take(35).collect();
    if !(4..=34).contains(&number.len()) || !number.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(BankError::invalid(field, "an account number of 4 to 34 letters and digits is needed"));
    }
    Ok(number)
}

/// A payout's key: 1 to 100 letters, digits, `-`, `_` and `:`, so that it can stand in a path as it is.
pub(super) fn key(field: &'static str, text: &str) -> Result<String, BankError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':');
    if !(1..=100).contains(&text.len()) || !text.bytes().all(plain) {
        return Err(BankError::invalid(field, "1 to 100 letters, digits, '-', '_' and ':' are needed"));
    }
    Ok(text.to_owned())
}

/// An amount above zero with no more decimals than the currency has.
pub(super) fn amount(field: &'static str, text: &str, digits: u32) -> Result<Amount, BankError> {
    let amount = amount_or_zero(field, text, digits)?;
    if amount.is_zero() {
        return Err(BankError::invalid(field, "an amount above zero is needed"));
    }
    Ok(amount)
}

/// Like [`amount`], but nothing is fine too.
pub(super) fn amount_or_zero(field: &'static str, text: &str, digits: u32) -> Result<Amount, BankError> {
    text.parse()
        .and_then(|amount: Amount| amount.within_digits(digits))
        .map_err(|error| BankError::invalid(field, error.to_string()))
}

fn line(field: &'static str, text: &str) -> Result<String, BankError> {
    if text.chars().count() > 140 || text.chars().any(char::is_control) {
        return Err(BankError::invalid(field, "at most 140 characters on one line are needed"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_without_what_people_add_for_reading() {
        assert_eq!(number("to", "sbx-0000 0001").unwrap(), "SBX00000001");
        for text in
            ["", "   ", "abc", "SBX/1234", "SBX\n1234", "ÄÖÜ12345", &"1".repeat(35), &"1".repeat(100_000)]
        {
            assert!(matches!(number("to", text), Err(BankError::Invalid { field: "to", .. })), "{text}");
        }
    }

    #[test]
    fn a_bad_amount_is_refused_by_its_field() {
        assert_eq!(amount("amount", "12.50", 2).unwrap().to_string(), "12.5");
        for text in ["0", "0.00", "-1", "+1", "1e3", "NaN", "inf", "", " 1", "1.001", "1,5", "99999999999999"]
        {
            let refused = amount("amount", text, 2);
            assert!(matches!(refused, Err(BankError::Invalid { field: "amount", .. })), "{text}");
        }
    }

    #[test]
    fn a_key_can_stand_in_a_path_as_it_is() {
        assert!(key("key", "0198c0de-7000-7000-8000-000000000000:2").is_ok());
        for text in ["", "..", "a/b", "a b", "ä", &"k".repeat(101)] {
            assert!(key("key", text).is_err(), "{text}");
        }
    }
}
