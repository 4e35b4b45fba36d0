//! Reads a page's HTML: forms with their controls, marked fields, errors.
//!
//! The tokens are what the HTML standard says; of its tree only what forms need is followed: a form reaches from its
//! start tag to its end tag, wherever its controls are nested, as in browsers.

mod tag;

use html5gum::{DefaultEmitter, EndTag, State, Token, Tokenizer};
use reqwest::Url;

use self::tag::{Tag, text_of};
use super::form::{Control, ControlKind, Page};

/// The most tokens of a page that are looked at.
const MAX_TOKENS: usize = 200_000;
/// The most elements within each other whose text is collected.
const MAX_CAPTURES: usize = 100;
/// Elements that have no content, as far as they can be marked.
const VOID: [&str; 4] = ["input", "img", "hr", "br"];
/// Elements whose end tag may be left out; the next of them ends the one before.
const SELF_ENDING: [&str; 8] = ["p", "li", "dt", "dd", "td", "th", "tr", "option"];

/// Reads the page that came from `url`.
pub(super) fn read(url: &Url, html: &str) -> Page {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut tokens = Tokenizer::new_with_emitter(html, emitter);
    let mut reader = Reader::new(url);
    for _ in 0..MAX_TOKENS {
        match tokens.next() {
            Some(Ok(Token::StartTag(tag))) => {
                if tag.name.as_slice() == b"noscript" {
                    // There are no scripts here, so this is content as any other.
                    tokens.set_state(State::Data);
                }
                reader.start(&Tag(&tag));
            }
            Some(Ok(Token::EndTag(tag))) => reader.end(&tag),
            Some(Ok(Token::String(text))) => reader.text(&text_of(&text.value)),
            Some(Ok(_)) => {}
            None => break,
        }
    }
    reader.finish()
}

/// What is known in the middle of a page.
struct Reader {
    page: Page,
    base: Url,
    form: Option<usize>,
    captures: Vec<Capture>,
    /// Controls outside of any form, with the id of the form to which they say they belong.
    strays: Vec<(String, Control)>,
}

/// An element whose text is being collected.
struct Capture {
    element: String,
    /// How many elements of the same name are open within it.
    depth: usize,
    text: String,
    purpose: Purpose,
}

/// What the text is for.
enum Purpose {
    Title,
    Field(String),
    Alert,
    Control(Owner, Control),
    Option { value: Option<String>, selected: bool, disabled: bool },
}

/// To which form a control belongs.
enum Owner {
    Around(usize),
    Named(String),
    None,
}

impl Reader {
    fn new(url: &Url) -> Self {
        let page = Page {
            url: url.clone(),
            title: String::new(),
            forms: vec![],
            fields: Default::default(),
            alerts: vec![],
            has_script: false,
        };
        Self { page, base: url.clone(), form: None, captures: vec![], strays: vec![] }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let name = tag.name();
        if SELF_ENDING.contains(&name.as_str()) {
            self.close_where(|capture| SELF_ENDING.contains(&capture.element.as_str()));
        }
        for capture in self.captures.iter_mut().filter(|capture| capture.element == name) {
            capture.depth += 1;
        }
        self.mark(&name, tag);
        match name.as_str() {
            "base" => self.base = tag.address("href", &self.base).unwrap_or_else(|| self.base.clone()),
            "title" if self.page.title.is_empty() => self.capture(&name, Purpose::Title),
            "script" => self.page.has_script = true,
            // A form within a form is none.
            "form" if self.form.is_none() => {
                self.form = Some(self.page.forms.len());
                self.page.forms.push(tag.form(&self.base));
            }
            "input" => {
                if let Some(control) = tag.input(&self.base) {
                    self.place(self.owner(tag), control);
                }
            }
            "button" | "textarea" | "select" => {
                if let Some(control) = tag.container(&name, &self.base) {
                    self.capture(&name, Purpose::Control(self.owner(tag), control));
                }
            }
            "option" => {
                let (selected, disabled) = (tag.has("selected"), tag.has("disabled"));
                self.capture(&name, Purpose::Option { value: tag.attribute("value"), selected, disabled });
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: &EndTag<()>) {
        let name = text_of(&tag.name);
        if name == "form" {
            self.form = None;
        }
        // The end of a list, a table or a choice ends the last item in it.
        if matches!(name.as_str(), "select" | "ul" | "ol" | "dl" | "table") {
            self.close_where(|capture| SELF_ENDING.contains(&capture.element.as_str()));
        }
        self.close_where(|capture| capture.element == name && capture.depth == 0);
        for capture in self.captures.iter_mut().filter(|capture| capture.element == name) {
            capture.depth = capture.depth.saturating_sub(1);
        }
    }

    fn text(&mut self, text: &str) {
        for capture in &mut self.captures {
            capture.text.push_str(text);
        }
    }

    fn finish(mut self) -> Page {
        self.close_where(|_| true);
        for (id, control) in self.strays {
            if let Some(form) = self.page.forms.iter_mut().find(|form| form.id.as_ref() == Some(&id)) {
                form.controls.push(control);
            }
        }
        self.page
    }

    /// What any element may be, whatever its name.
    fn mark(&mut self, name: &str, tag: &Tag<'_>) {
        if let Some(field) = tag.attribute("data-field") {
            match tag.attribute("value") {
                Some(value) => {
                    self.page.fields.insert(field, tidy(&value));
                }
                None => self.capture(name, Purpose::Field(field)),
            }
        }
        let classes = tag.attribute("class").unwrap_or_default();
        let tells_of_errors = |class: &str| class.contains("error");
        if tag.attribute("role").is_some_and(|role| role == "alert")
            || classes.split_ascii_whitespace().any(tells_of_errors)
        {
            self.capture(name, Purpose::Alert);
        }
    }

    fn capture(&mut self, element: &str, purpose: Purpose) {
        // Hostile nesting: a page has no more than a handful at a time.
        if self.captures.len() < MAX_CAPTURES && !VOID.contains(&element) {
            self.captures.push(Capture {
                element: element.to_owned(),
                depth: 0,
                text: String::new(),
                purpose,
            });
        }
    }

    fn close_where(&mut self, ends: impl Fn(&Capture) -> bool) {
        let ended: Vec<Capture> = self.captures.extract_if(.., |capture| ends(capture)).collect();
        // The innermost first: a choice's last option belongs to the choice.
        for capture in ended.into_iter().rev() {
            self.close(capture);
        }
    }

    fn close(&mut self, capture: Capture) {
        let text = tidy(&capture.text);
        match capture.purpose {
            Purpose::Title => self.page.title = text,
            Purpose::Field(name) => {
                self.page.fields.insert(name, text);
            }
            Purpose::Alert if !text.is_empty() => self.page.alerts.push(text),
            Purpose::Alert => {}
            Purpose::Option { value, selected, disabled } => {
                if !disabled {
                    self.choice(value.unwrap_or(text), selected);
                }
            }
            Purpose::Control(owner, mut control) => {
                match &control.kind {
                    ControlKind::Typed(_) => {
                        // A line break right after the start tag is not part of the text.
                        control.value = capture.text.strip_prefix('\n').unwrap_or(&capture.text).to_owned();
                    }
                    _ => control.text = text,
                }
                self.place(owner, control);
            }
        }
    }

    /// One more value of the choice that is open.
    fn choice(&mut self, value: String, selected: bool) {
        let open = self.captures.iter_mut().rev().find_map(|capture| match &mut capture.purpose {
            Purpose::Control(_, control) => Some(control),
            _ => None,
        });
        if let Some(Control { kind: ControlKind::Select(options), value: chosen, .. }) = open {
            if selected || options.is_empty() {
                chosen.clone_from(&value);
            }
            options.push(value);
        }
    }

    fn owner(&self, tag: &Tag<'_>) -> Owner {
        match (tag.attribute("form"), self.form) {
            (Some(id), _) => Owner::Named(id),
            (None, Some(form)) => Owner::Around(form),
            (None, None) => Owner::None,
        }
    }

    fn place(&mut self, owner: Owner, control: Control) {
        match owner {
            Owner::Around(form) => {
                if let Some(form) = self.page.forms.get_mut(form) {
                    form.controls.push(control);
                }
            }
            Owner::Named(id) => self.strays.push((id, control)),
            Owner::None => {}
        }
    }
}

/// A text on one line, as it is seen.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
