//! The frame of every page, and the headers that go with it.

use std::sync::LazyLock;

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY},
    },
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("style.css");

/// Nothing but our own style, and forms only to us. Wallets show these pages in frames, so those are not restricted
/// (SEP24-041).
static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    let policy =
        format!("default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'");
    HeaderValue::try_from(policy).ok()
});

/// A page.
pub(super) struct Page<'a> {
    /// What the window's title says; the page's own heading is in `body`.
    pub(super) title: &'a str,
    /// Who runs the anchor, where that is known.
    pub(super) organization: Option<&'a str>,
    /// Whom to ask for help.
    pub(super) support: Option<&'a str>,
    /// Whether this is the sandbox.
    pub(super) sandbox: bool,
    /// The page is asked for again after so many seconds.
    pub(super) refresh: Option<u32>,
    /// What it shows.
    pub(super) body: Markup,
}

impl Page<'_> {
    /// The page as an answer.
    pub(super) fn answer(self, status: StatusCode) -> Response {
        let mut response = (status, self.markup()).into_response();
        let headers = response.headers_mut();
        if let Some(policy) = POLICY.clone() {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    fn markup(self) -> Markup {
        let name = self.organization.unwrap_or("Windlass");
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    @if let Some(seconds) = self.refresh { meta http-equiv="refresh" content=(seconds); }
                    title { (self.title) " – " (name) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#main" { "Skip to the main content" }
                    header { (name) }
                    main #main {
                        @if self.sandbox {
                            p.note { strong { "This is a sandbox." } " No real money is involved." }
                        }
                        (self.body)
                    }
                    footer {
                        @if let Some(support) = self.support {
                            p { "Need help? Write to " a href={ "mailto:" (support) } { (support) } "." }
                        }
                        p { "Deposits and withdrawals on the Stellar network, by Windlass." }
                    }
                }
            }
        }
    }
}
