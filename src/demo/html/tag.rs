//! A start tag, and the form or control that it begins.

use html5gum::StartTag;
use reqwest::{Method, Url};

use crate::demo::form::{Control, ControlKind, Form};

/// A start tag, with its attributes as text.
pub(super) struct Tag<'a>(pub &'a StartTag<()>);

impl Tag<'_> {
    /// The element's name, in lower case.
    pub fn name(&self) -> String {
        text_of(&self.0.name)
    }

    /// The attribute's value; empty if it has none.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.0.attributes.get(name.as_bytes()).map(|value| text_of(value))
    }

    /// Whether the attribute is there.
    pub fn has(&self, name: &str) -> bool {
        self.0.attributes.contains_key(name.as_bytes())
    }

    /// The attribute's value as an address; `None` where it is absent, empty or none.
    pub fn address(&self, name: &str, base: &Url) -> Option<Url> {
        let value = self.attribute(name).filter(|value| !value.trim().is_empty())?;
        base.join(value.trim()).ok()
    }

    /// The form that this begins. Without an action it goes to the page itself.
    pub fn form(&self, base: &Url) -> Form {
        Form {
            id: self.attribute("id"),
            action: self.address("action", base).unwrap_or_else(|| base.clone()),
            method: self.method("method").unwrap_or(Method::GET),
            multipart: self.attribute("enctype").is_some_and(|kind| kind.starts_with("multipart/")),
            controls: vec![],
        }
    }

    /// The control that an `input` is; `None` for those that send nothing.
    pub fn input(&self, base: &Url) -> Option<Control> {
        let kind = self.attribute("type").unwrap_or_default().to_ascii_lowercase();
        let kind = match kind.as_str() {
            "hidden" => ControlKind::Hidden,
            "checkbox" => ControlKind::Checkbox(self.has("checked")),
            "radio" => ControlKind::Radio(self.has("checked")),
            "file" => ControlKind::File,
            "submit" | "image" => self.submit(base),
            "button" | "reset" => return None,
            "" => ControlKind::Typed("text".to_owned()),
            _ => ControlKind::Typed(kind),
        };
        let checkable = matches!(kind, ControlKind::Checkbox(_) | ControlKind::Radio(_));
        let value = self.attribute("value").unwrap_or(if checkable { "on" } else { "" }.to_owned());
        let text = if matches!(kind, ControlKind::Submit { .. }) { value.clone() } else { String::new() };
        self.control(kind, value, text)
    }

    /// The control that a `button`, `textarea` or `select` is; what stands in it is not known yet.
    pub fn container(&self, element: &str, base: &Url) -> Option<Control> {
        let kind = match element {
            "textarea" => ControlKind::Typed("textarea".to_owned()),
            "select" => ControlKind::Select(vec![]),
            _ if matches!(self.attribute("type").as_deref(), Some("button" | "reset")) => return None,
            _ => self.submit(base),
        };
        self.control(kind, self.attribute("value").unwrap_or_default(), String::new())
    }

    fn control(&self, kind: ControlKind, value: String, text: String) -> Option<Control> {
        let (name, required) = (self.attribute("name").unwrap_or_default(), self.has("required"));
        (!self.has("disabled")).then_some(Control { name, kind, value, text, required })
    }

    fn submit(&self, base: &Url) -> ControlKind {
        ControlKind::Submit { action: self.address("formaction", base), method: self.method("formmethod") }
    }

    fn method(&self, name: &str) -> Option<Method> {
        let method = self.attribute(name)?;
        Some(if method.eq_ignore_ascii_case("post") { Method::POST } else { Method::GET })
    }
}

/// Bytes as text.
pub(super) fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
