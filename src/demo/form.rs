//! A page's forms, and what a browser sends when one of their buttons is pressed.

use std::collections::BTreeMap;

use reqwest::{Method, Url};

/// A page, as far as a wallet looks at it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Page {
    /// Its address, after redirects.
    pub url: Url,
    /// Its title.
    pub title: String,
    /// Its forms, in order.
    pub forms: Vec<Form>,
    /// The text of each element that has a `data-field`.
    pub fields: BTreeMap<String, String>,
    /// The texts of elements that tell of errors.
    pub alerts: Vec<String>,
    /// Whether it has scripts.
    pub has_script: bool,
}

/// A form.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Form {
    /// By which controls elsewhere on the page name it.
    pub id: Option<String>,
    /// Where it goes.
    pub action: Url,
    /// How.
    pub method: Method,
    /// Whether it asks to be sent as `multipart/form-data`.
    pub multipart: bool,
    /// Its controls, in order.
    pub controls: Vec<Control>,
}

/// An input, a choice, a text or a button. Disabled ones are left out when the page is read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Control {
    /// Under which its value is sent; empty if it is not.
    pub name: String,
    /// What it is.
    pub kind: ControlKind,
    /// Its value as the page gives it; for a choice the chosen one.
    pub value: String,
    /// What it says, for a button.
    pub text: String,
    /// Whether the form is refused without it.
    pub required: bool,
}

/// What a control is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ControlKind {
    /// Sent as it is.
    Hidden,
    /// To be typed, with its `type`, such as `text` or `email`; a `textarea` too.
    Typed(String),
    /// Sent only if it is checked.
    Checkbox(bool),
    /// One of several of that name; sent only if it is checked.
    Radio(bool),
    /// One of these values.
    Select(Vec<String>),
    /// A file.
    File,
    /// Sends the form, perhaps elsewhere or otherwise than the form says.
    Submit { action: Option<Url>, method: Option<Method> },
}

/// What goes over the wire when a button is pressed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Submission {
    /// How.
    pub method: Method,
    /// Where; for GET without the pairs.
    pub url: Url,
    /// Names and values, in order.
    pub pairs: Vec<(String, String)>,
}

impl Form {
    /// The buttons that send it.
    pub fn buttons(&self) -> impl Iterator<Item = &Control> {
        self.controls.iter().filter(|control| matches!(control.kind, ControlKind::Submit { .. }))
    }

    /// The names of what people fill in.
    pub fn asks_for(&self) -> Vec<&str> {
        let visible = self.controls.iter().filter(|control| {
            !matches!(control.kind, ControlKind::Hidden | ControlKind::Submit { .. })
                && !control.name.is_empty()
        });
        visible.map(|control| control.name.as_str()).collect()
    }

    /// What is sent when `button` is pressed.
    pub fn submission(&self, button: &Control) -> Submission {
        let (action, method) = match &button.kind {
            ControlKind::Submit { action, method } => (action.as_ref(), method.as_ref()),
            _ => (None, None),
        };
        let sent = self.controls.iter().filter(|control| !control.name.is_empty() && control.is_sent(button));
        Submission {
            method: method.unwrap_or(&self.method).clone(),
            url: action.unwrap_or(&self.action).clone(),
            pairs: sent.map(|control| (control.name.clone(), control.value.clone())).collect(),
        }
    }
}

impl Control {
    fn is_sent(&self, button: &Self) -> bool {
        match &self.kind {
            ControlKind::Hidden | ControlKind::Typed(_) => true,
            ControlKind::Checkbox(checked) | ControlKind::Radio(checked) => *checked,
            ControlKind::Select(options) => !options.is_empty(),
            ControlKind::File => false,
            ControlKind::Submit { .. } => std::ptr::eq(self, button),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::html::read;

    fn form(html: &str) -> Form {
        let page = read(&"http://anchor.test/sep24/interactive?token=t".parse().unwrap(), html);
        page.forms.into_iter().next().unwrap()
    }

    fn pressed(html: &str, button: usize) -> Submission {
        let form = form(html);
        form.submission(form.buttons().nth(button).unwrap())
    }

    fn pairs(submission: &Submission) -> Vec<(&str, &str)> {
        submission.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    #[test]
    fn only_the_button_that_is_pressed_is_sent() {
        let html = r#"<form method=post action=/go><input type=hidden name=csrf value="a&amp;b">
            <button name=step value=change>Change</button><button name=step value=confirm>Confirm</button></form>"#;
        assert_eq!(pairs(&pressed(html, 0)), [("csrf", "a&b"), ("step", "change")]);
        assert_eq!(pairs(&pressed(html, 1)), [("csrf", "a&b"), ("step", "confirm")]);
    }

    #[test]
    fn what_is_unchecked_disabled_nameless_or_a_plain_button_is_not_sent() {
        let html = r#"<form><input name=a value=1><input value=nameless><input name=b value=2 disabled>
            <input type=checkbox name=c><input type=checkbox name=d checked>
            <input type=radio name=e value=x><input type=radio name=e value=y checked>
            <input type=file name=f><button type=button name=g value=3>No</button><button type=reset>R</button>
            <select name=h><option value=1>One<option selected value=2>Two</select>
            <select name=i><option disabled>None<option>Some text</select><select name=j></select>
            <textarea name=k>
a &lt;b&gt;</textarea><input type=submit></form>"#;
        let sent = pressed(html, 0);
        assert_eq!(
            pairs(&sent),
            [("a", "1"), ("d", "on"), ("e", "y"), ("h", "2"), ("i", "Some text"), ("k", "a <b>")]
        );
        assert_eq!((sent.method, sent.url.path()), (Method::GET, "/sep24/interactive"));
    }

    #[test]
    fn a_button_may_send_the_form_elsewhere_and_otherwise() {
        let html = r#"<form method=post action=a><button formaction="../b?c=1" formmethod=get name=x>X</button></form>"#;
        let sent = pressed(html, 0);
        assert_eq!(sent.method, Method::GET);
        assert_eq!(sent.url.as_str(), "http://anchor.test/b?c=1");
    }

    #[test]
    fn what_people_fill_in_is_told_from_what_goes_along() {
        let form = form(
            "<form><input type=hidden name=a><input name=b><select name=c></select><button name=d></form>",
        );
        assert_eq!(form.asks_for(), ["b", "c"]);
    }
}
