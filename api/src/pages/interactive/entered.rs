//! What the user entered: as text, to show it again; and as what it means, or what is wrong with it.

use windlass_commands::FormInput;
use windlass_domain::{
    Amount, AmountError, Amounts, Terms, TermsError,
    ports::BankAccount,
    transfer::{Initiated, Kind},
};

use super::super::show;
use crate::fields::Fields;

const LONGEST_HOLDER: usize = 70;
const ACCOUNT_NUMBER: std::ops::RangeInclusive<usize> = 4..=34;

/// The form's texts, without the spaces around them.
#[derive(Clone, Debug, Default)]
pub(super) struct Entered {
    pub(super) amount: String,
    pub(super) account_holder: String,
    pub(super) account_number: String,
}

/// A field, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) field: &'static str,
    pub(super) text: String,
}

/// What was entered makes sense, and leads to these amounts.
pub(super) struct Checked {
    pub(super) input: FormInput,
    pub(super) amounts: Amounts,
}

impl Entered {
    /// What the wallet already said.
    pub(super) fn prefilled(initiated: &Initiated) -> Self {
        let amount = initiated.requested_amount.map(|amount| show::given(amount, &initiated.terms));
        Self { amount: amount.unwrap_or_default(), ..Self::default() }
    }

    pub(super) fn from_form(form: &Fields) -> Self {
        let text = |name| form.get(name).unwrap_or_default().trim().to_owned();
        Self {
            amount: text("amount"),
            account_holder: text("account_holder"),
            account_number: text("account_number"),
        }
    }

    /// What it means; or every field with its fault.
    pub(super) fn check(&self, initiated: &Initiated) -> Result<Checked, Vec<Fault>> {
        let amount = self.amount(&initiated.terms);
        let destination = match initiated.kind {
            Kind::Sep24Deposit => Ok(None),
            Kind::Sep24Withdrawal => self.destination().map(Some),
        };
        match (amount, destination) {
            (Ok(amounts), Ok(destination)) => {
                let input = FormInput { amount: amounts.amount_in.amount, destination };
                Ok(Checked { input, amounts })
            }
            (amount, destination) => {
                Err(amount.err().into_iter().chain(destination.err().into_iter().flatten()).collect())
            }
        }
    }

    fn amount(&self, terms: &Terms) -> Result<Amounts, Fault> {
        let fault = |text: String| Fault { field: "amount", text };
        if self.amount.is_empty() {
            return Err(fault("Enter an amount".to_owned()));
        }
        let amount: Amount =
            self.amount.parse().map_err(|error| fault(amount_words(&error, &self.amount, terms)))?;
        terms.calculate(amount).map_err(|error| {
            fault(match error {
                TermsError::BelowMinimum { .. } => {
                    format!("The amount must be {} or more", show::money_in(terms.minimum, terms))
                }
                TermsError::AboveMaximum { .. } => {
                    format!("The amount must be {} or less", show::money_in(terms.maximum, terms))
                }
                TermsError::NothingLeft { fee, .. } => {
                    format!("The amount must be more than the fee of {}", show::money_in(fee.amount, terms))
                }
                TermsError::Amount(error) => amount_words(&error, &self.amount, terms),
            })
        })
    }

    fn destination(&self) -> Result<BankAccount, Vec<Fault>> {
        let mut faults = Vec::new();
        let holder = &self.account_holder;
        if holder.is_empty() {
            faults
                .push(Fault {
                    field: "account_holder", text: "Enter the account holder’s name".to_owned()
                });
        } else if holder.chars().count() > LONGEST_HOLDER || holder.chars().any(char::is_control) {
            let text = format!("The account holder’s name must have {LONGEST_HOLDER} characters or fewer");
            faults.push(Fault { field: "account_holder", text });
        }
        // Numbers are printed in groups, and copied with what separates these.
        let number: String = self.account_number.chars().filter(|c| *c != ' ' && *c != '-').collect();
        let plain = number.bytes().all(|b| b.is_ascii_alphanumeric());
        if number.is_empty() {
            faults.push(Fault { field: "account_number", text: "Enter the account number".to_owned() });
        } else if !plain || !ACCOUNT_NUMBER.contains(&number.len()) {
            let text = "The account number must have 4 to 34 letters and digits".to_owned();
            faults.push(Fault { field: "account_number", text });
        }
        if faults.is_empty() { Ok(BankAccount { holder: holder.clone(), number }) } else { Err(faults) }
    }
}

/// Whether `1,000` is a thousand or one depends on who writes it, so it is not guessed.
fn amount_words(error: &AmountError, text: &str, terms: &Terms) -> String {
    match error {
        AmountError::TooPrecise { .. } if terms.digits_in == 0 => {
            "The amount must be a whole number".to_owned()
        }
        AmountError::TooPrecise { .. } => {
            format!("The amount must have {} decimals or fewer", terms.digits_in)
        }
        AmountError::OutOfRange => {
            format!("The amount must be {} or less", show::money_in(terms.maximum, terms))
        }
        AmountError::Malformed(_) if text.contains(',') || text.contains(' ') || text.contains('\'') => {
            "Write the amount without commas or spaces, with a point before the decimals, such as 1000.50"
                .to_owned()
        }
        AmountError::Malformed(_) => "The amount must be a number, such as 1000.50".to_owned(),
    }
}
