//! A browser without scripts: opens pages and sends forms, with cookies and redirects.

use reqwest::{Method, Url};

use super::{
    DemoError,
    form::{Control, Form, Page},
    html,
    http::{Answer, Http, send},
};

/// Opens the page.
pub(super) async fn open(http: &Http, url: &Url) -> Result<Page, DemoError> {
    page(send(http.browser.get(url.clone()), url, "a page").await?.success()?)
}

/// Sends the form by that button; the page that comes back may be one that tells of errors, whatever its status.
pub(super) async fn submit(http: &Http, form: &Form, button: &Control) -> Result<Page, DemoError> {
    let submission = form.submission(button);
    let request = if submission.method == Method::POST {
        http.browser.post(submission.url.clone()).form(&submission.pairs)
    } else {
        let mut url = submission.url.clone();
        url.query_pairs_mut().clear().extend_pairs(&submission.pairs);
        http.browser.get(url)
    };
    page(send(request, &submission.url, "a page").await?)
}

fn page(answer: Answer) -> Result<Page, DemoError> {
    if !answer.content_type.contains("html") {
        return Err(answer.refused());
    }
    Ok(html::read(&answer.url, &answer.text()))
}
