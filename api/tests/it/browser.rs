//! A small browser: it keeps cookies, follows redirects, and fills forms as it finds them.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use crate::support::{Anchor, Answer};

pub struct Browser<'a> {
    anchor: &'a Anchor,
    cookies: BTreeMap<String, String>,
    pub page: Answer,
}

impl<'a> Browser<'a> {
    /// Opens an address.
    pub async fn open(anchor: &'a Anchor, path: &str) -> Self {
        let page = anchor.get(path).await;
        let mut browser = Self { anchor, cookies: BTreeMap::new(), page };
        browser.settle().await;
        browser
    }

    pub async fn go(&mut self, path: &str) {
        let request = Request::get(path).header(header::COOKIE, self.cookie());
        self.page = self.anchor.send(request.body(Body::empty()).unwrap()).await;
        self.settle().await;
    }

    /// Fills the form of the page and presses a button, by its value.
    pub async fn press(&mut self, step: &str, fields: &[(&str, &str)]) {
        let button = format!("name=\"step\" value=\"{step}\"");
        assert!(self.page.body.contains(&button), "no button {step}: {}", self.page.body);
        let mut form = self.inputs();
        for (name, value) in fields {
            assert!(form.contains_key(*name), "the form has no field {name}");
            form.insert((*name).to_owned(), (*value).to_owned());
        }
        form.insert("step".to_owned(), step.to_owned());
        let action = self.attribute("<form ", "action");
        self.post(&action, &form).await;
    }

    /// Sends a form as it is given.
    pub async fn post(&mut self, path: &str, form: &BTreeMap<String, String>) {
        let request = Request::post(path)
            .header(header::COOKIE, self.cookie())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.page = self.anchor.send(request.body(Body::from(encode(form))).unwrap()).await;
        self.settle().await;
    }

    /// Forgets everything but the page.
    pub fn forget_cookies(&mut self) {
        self.cookies.clear();
    }

    /// What stands in the element of that `data-field`.
    pub fn field(&self, name: &str) -> String {
        let place = format!("data-field=\"{name}\">");
        let (_, rest) =
            self.page.body.split_once(&place).unwrap_or_else(|| panic!("no {name}: {}", self.page.body));
        unescape(rest.split('<').next().unwrap())
    }

    /// The `data-status` of the page.
    pub fn status(&self) -> String {
        self.attribute("<div class=\"state\"", "data-status")
    }

    /// What is wrong with a field.
    pub fn fault(&self, field: &str) -> String {
        let place = format!("data-error=\"{field}\">");
        let (_, rest) =
            self.page.body.split_once(&place).unwrap_or_else(|| panic!("no fault: {}", self.page.body));
        unescape(rest.split('<').next().unwrap())
    }

    /// The form's inputs and their values.
    pub fn inputs(&self) -> BTreeMap<String, String> {
        let inputs = self.page.body.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap());
        inputs
            .map(|input| (within(input, "name").unwrap(), within(input, "value").unwrap_or_default()))
            .collect()
    }

    fn attribute(&self, element: &str, name: &str) -> String {
        let (_, rest) =
            self.page.body.split_once(element).unwrap_or_else(|| panic!("no {element}: {}", self.page.body));
        within(rest.split('>').next().unwrap(), name).unwrap()
    }

    fn cookie(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    async fn settle(&mut self) {
        for set in self.page.headers.get_all(header::SET_COOKIE) {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        if self.page.status == StatusCode::SEE_OTHER {
            let location = self.page.header("location").to_owned();
            Box::pin(self.go(&location)).await;
        }
    }
}

fn within(element: &str, name: &str) -> Option<String> {
    let (_, rest) = element.split_once(&format!("{name}=\""))?;
    rest.split('"').next().map(unescape)
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Form encoding: whatever is not plain is percent-encoded.
pub fn encode(form: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> =
        form.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}

pub fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
