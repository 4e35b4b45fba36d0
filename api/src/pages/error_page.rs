//! What went wrong, and what to do now.

use axum::response::Response;
use maud::html;

use super::layout::Page;
use crate::error::ApiError;

/// The page for an error.
pub(crate) fn error_page(error: &ApiError) -> Response {
    let (heading, text) = words(error);
    let body = html! {
        h1 { (heading) }
        p data-field="error" { (text) }
    };
    let title = format!("Error: {heading}");
    Page { title: &title, organization: None, support: None, sandbox: false, refresh: None, body }
        .answer(error.status())
}

fn words(error: &ApiError) -> (&'static str, String) {
    let go_back = "Go back to your wallet and open the deposit or withdrawal again.";
    match error {
        ApiError::Gone(text) => ("This link can no longer be used", sentence(text, go_back)),
        ApiError::Forbidden(text) => ("This link does not work", sentence(text, go_back)),
        ApiError::AuthenticationRequired | ApiError::Unauthorized => {
            ("This link does not work", go_back.to_owned())
        }
        ApiError::NotFound(text) => ("Page not found", sentence(text, "Check the address.")),
        ApiError::BadRequest(text) => ("This could not be read", sentence(text, go_back)),
        ApiError::MethodNotAllowed | ApiError::TimedOut | ApiError::TooLarge => {
            ("This could not be read", sentence(error.message(), "Go back and try again."))
        }
        ApiError::TooManyRequests | ApiError::Unavailable(_) => {
            ("This does not work at the moment", sentence(error.message(), "Nothing was lost."))
        }
        ApiError::Internal => {
            ("Something went wrong", "Nothing was lost. Try again in a few minutes.".to_owned())
        }
    }
}

fn sentence(text: &str, then: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}. {then}", letters.as_str())
}
