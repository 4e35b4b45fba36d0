//! Links (`_links`) under the network's public URL.

use serde_json::{Value, json};

use crate::Sandbox;

/// Makes links under the base URL.
pub(in crate::horizon) struct Links<'a> {
    base: &'a str,
}

impl<'a> Links<'a> {
    pub(in crate::horizon) fn of(sandbox: &'a Sandbox) -> Self {
        Self { base: sandbox.config().base_url.trim_end_matches('/') }
    }

    /// The public URL of a path.
    pub(in crate::horizon) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(in crate::horizon) fn to(&self, path: &str) -> Value {
        json!({"href": self.url(path)})
    }

    /// A link with variables for a client to fill in.
    pub(in crate::horizon) fn template(&self, path: &str) -> Value {
        json!({"href": self.url(path), "templated": true})
    }

    pub(in crate::horizon) fn paged(&self, path: &str) -> Value {
        self.template(&format!("{path}{{?cursor,limit,order}}"))
    }
}
