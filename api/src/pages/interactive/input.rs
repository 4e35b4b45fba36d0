//! One field of the form: label, hint, fault and box, tied together for screen readers.

use maud::{Markup, html};

use super::entered::Fault;

/// A field.
pub(super) struct Input<'a> {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: &'a str,
    /// Which keyboard a phone shows.
    mode: &'static str,
    autocomplete: &'static str,
    /// What stands behind the box.
    unit: &'a str,
}

impl<'a> Input<'a> {
    pub(super) fn amount(value: &'a str, unit: &'a str) -> Self {
        let (label, hint) = ("Amount you pay", "Such as 100.50");
        Self { name: "amount", label, hint, value, mode: "decimal", autocomplete: "off", unit }
    }

    pub(super) fn account_holder(value: &'a str) -> Self {
        let (label, hint) = ("Account holder’s name", "As the bank knows it");
        Self { name: "account_holder", label, hint, value, mode: "text", autocomplete: "name", unit: "" }
    }

    pub(super) fn account_number(value: &'a str) -> Self {
        let (label, hint) = ("Account number or IBAN", "4 to 34 letters and digits");
        Self { name: "account_number", label, hint, value, mode: "text", autocomplete: "off", unit: "" }
    }

    pub(super) fn render(&self, faults: &[Fault]) -> Markup {
        let fault = faults.iter().find(|fault| fault.field == self.name);
        let (hint_id, fault_id) = (format!("{}-hint", self.name), format!("{}-error", self.name));
        let described_by = if fault.is_some() { format!("{hint_id} {fault_id}") } else { hint_id.clone() };
        html! {
            div.field.wrong[fault.is_some()] {
                label for=(self.name) { (self.label) }
                p.hint id=(hint_id) { (self.hint) }
                @if let Some(fault) = fault {
                    p.wrong-text id=(fault_id) data-error=(self.name) { "Error: " (fault.text) }
                }
                div.amount[!self.unit.is_empty()] {
                    input type="text" id=(self.name) name=(self.name) value=(self.value) inputmode=(self.mode)
                        autocomplete=(self.autocomplete) spellcheck="false" aria-describedby=(described_by)
                        aria-invalid=[fault.map(|_| "true")];
                    @if !self.unit.is_empty() { span { (self.unit) } }
                }
            }
        }
    }
}
