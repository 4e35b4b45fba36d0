//! What the wallet's user writes into a form: by the names of its fields, and only what does no harm.

use windlass_domain::Amount;

use super::form::{Control, ControlKind, Form};

/// What buttons say that lead back or away.
const BACKWARDS: [&str; 8] = ["back", "change", "cancel", "edit", "decline", "delete", "reject", "previous"];

/// What the user wants, and who the user is.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    /// How much.
    pub amount: Amount,
    /// The user's own account at the sandbox bank, for a withdrawal.
    pub account_number: Option<String>,
}

/// The user's name, here and at the bank.
pub(super) const HOLDER: &str = "Demo Wallet";

/// The first form that leads onward, those that send something first.
pub(super) fn choose(forms: &[Form]) -> Option<(&Form, &Control)> {
    let onward = |form| Some((form, button(form)?));
    let mut posts = forms.iter().filter(|form| form.method == reqwest::Method::POST);
    posts.find_map(onward).or_else(|| forms.iter().find_map(onward))
}

/// The form's first button that leads onward.
pub(super) fn button(form: &Form) -> Option<&Control> {
    form.buttons().find(|button| {
        let said = format!("{} {}", button.text, button.value).to_lowercase();
        let mut words = said.split(|c: char| !c.is_alphanumeric());
        !words.any(|word| BACKWARDS.contains(&word))
    })
}

/// Fills the form.
///
/// # Errors
/// Names the first field that must be filled and cannot be.
pub(super) fn fill(form: &mut Form, answers: &Answers) -> Result<(), String> {
    let mut decided: Vec<String> = vec![];
    let checked = |control: &Control| control.kind == ControlKind::Radio(true);
    decided.extend(form.controls.iter().filter(|control| checked(control)).map(|radio| radio.name.clone()));
    for control in &mut form.controls {
        let wanted = answer(control, answers);
        match &mut control.kind {
            ControlKind::Hidden | ControlKind::Submit { .. } => {}
            ControlKind::Checkbox(checked) => *checked |= control.required,
            ControlKind::Radio(checked) => {
                if !decided.contains(&control.name) {
                    *checked = true;
                    decided.push(control.name.clone());
                }
            }
            ControlKind::Select(options) => {
                if control.value.is_empty() {
                    let first = options.iter().find(|option| !option.is_empty());
                    control.value = first.cloned().unwrap_or_default();
                }
            }
            ControlKind::Typed(_) => match wanted {
                Some(wanted) => control.value = wanted,
                None if control.required && control.value.is_empty() => {
                    return Err(format!("it asks for '{}', which the demo does not know", control.name));
                }
                None => {}
            },
            ControlKind::File => {
                if control.required {
                    return Err(format!("it asks for a file as '{}'", control.name));
                }
            }
        }
    }
    Ok(())
}

/// The answer to a field, if there is one. What is filled in already stays, but for the amount and the account.
fn answer(control: &Control, answers: &Answers) -> Option<String> {
    let ControlKind::Typed(kind) = &control.kind else { return None };
    let name: String =
        control.name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let named = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if named(&["amount"]) {
        return Some(answers.amount.to_string());
    }
    if named(&["accountnumber", "iban"]) {
        return answers.account_number.clone();
    }
    if !control.value.is_empty() {
        return None;
    }
    let text = match kind.as_str() {
        "password" => return None,
        "email" => "demo@example.com",
        "tel" => "+12025550123",
        _ if named(&["email"]) => "demo@example.com",
        _ if named(&["phone", "mobile"]) => "+12025550123",
        _ if named(&["birthdate", "dateofbirth", "birthday", "dob"]) => "1990-01-01",
        _ if named(&["firstname", "givenname"]) => "Demo",
        _ if named(&["lastname", "familyname", "surname"]) => "Wallet",
        _ if named(&["bankname"]) => "Demo Bank",
        _ if named(&["holder", "name"]) => HOLDER,
        _ if named(&["city", "town"]) => "Springfield",
        _ if named(&["postalcode", "postcode", "zip"]) => "12345",
        _ if named(&["country"]) => "US",
        _ if named(&["address", "street"]) => "1 Example Street",
        _ => return None,
    };
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::html::read;

    fn forms(html: &str) -> Vec<Form> {
        read(&"http://anchor.test/pages".parse().unwrap(), html).forms
    }

    fn filled(html: &str) -> Result<Vec<(String, String)>, String> {
        let mut form = forms(html).remove(0);
        let answers = Answers { amount: "12.5".parse().unwrap(), account_number: Some("SBX1".into()) };
        fill(&mut form, &answers)?;
        let button = button(&form).unwrap();
        Ok(form.submission(button).pairs)
    }

    #[test]
    fn fields_are_filled_by_their_names_and_types() {
        let pairs = filled(
            "<form method=post><input name=amount value=1><input name=account_holder><input name=account_number>
             <input name=first_name value=Ada><input type=email name=contact><input name=note>
             <input type=hidden name=amount_hint value=7>
             <input type=checkbox name=terms required><input type=checkbox name=newsletter>
             <input type=radio name=speed value=slow><input type=radio name=speed value=fast>
             <select name=country><option value=''>Choose<option>DE</select><button>Go</button></form>",
        )
        .unwrap();
        let expected = [
            ("amount", "12.5"),
            ("account_holder", HOLDER),
            ("account_number", "SBX1"),
            ("first_name", "Ada"),
            ("contact", "demo@example.com"),
            ("note", ""),
            ("amount_hint", "7"),
            ("terms", "on"),
            ("speed", "slow"),
            ("country", "DE"),
        ];
        let expected: Vec<_> =
            expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(pairs, expected);
    }

    #[test]
    fn what_must_be_filled_and_cannot_be_is_named() {
        let error = filled("<form><input name=passport required><button>Go</button></form>").unwrap_err();
        assert!(error.contains("'passport'"), "{error}");
        let error =
            filled("<form><input type=file name=photo required><button>Go</button></form>").unwrap_err();
        assert!(error.contains("'photo'"), "{error}");
        let error =
            filled("<form><input type=password name=name required><button>Go</button></form>").unwrap_err();
        assert!(error.contains("'name'"), "{error}");
    }

    #[test]
    fn the_button_that_leads_onward_is_pressed_wherever_it_stands() {
        let forms = forms(
            "<form action=/lang><button>English</button></form>
             <form method=post action=/change><button>Change</button></form>
             <form method=post action=/go><button name=step value=change>Ändern</button>
             <button name=step value=confirm>Confirm exchange</button></form>",
        );
        let (form, button) = choose(&forms).unwrap();
        assert_eq!((form.action.path(), button.value.as_str()), ("/go", "confirm"));
    }

    #[test]
    fn a_page_with_no_way_onward_has_none() {
        assert!(
            choose(&forms("<form><input name=a></form><form method=post><button>Cancel</button></form>"))
                .is_none()
        );
        assert!(choose(&forms("<p>Done</p>")).is_none());
    }
}
