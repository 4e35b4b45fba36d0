//! Goes through an anchor's interactive pages until the transfer no longer waits for them.

use super::{
    DemoError, browser,
    filling::{self, Answers},
    form::Page,
    http::without_query,
    sep24::Opened,
    wallet::Wallet,
};

/// The most forms that are filled for one transfer.
const MAX_FORMS: usize = 10;

/// Fills one form after the other, and gives the page that is shown then.
pub(super) async fn fill(wallet: &Wallet, opened: &Opened, answers: &Answers) -> Result<Page, DemoError> {
    let mut page = browser::open(&wallet.http, &opened.url).await?;
    let mut asked_before: Vec<String> = vec![];
    for _ in 0..MAX_FORMS {
        let chosen = filling::choose(&page.forms).map(|(form, _)| form.clone());
        let Some(mut form) = chosen else {
            return Err(stuck(&page, "it has no form with a button that leads onward".to_owned()));
        };
        let asked: Vec<String> = form.asks_for().into_iter().map(str::to_owned).collect();
        if !asked.is_empty() && asked == asked_before {
            return Err(stuck(&page, format!("it asks again for {}", asked.join(", "))));
        }
        if form.multipart {
            return Err(stuck(&page, "its form is to be sent as multipart/form-data".to_owned()));
        }
        filling::fill(&mut form, answers).map_err(|why| stuck(&page, why))?;
        let Some(button) = filling::button(&form) else {
            return Err(stuck(&page, "its form has no button that leads onward".to_owned()));
        };
        let next = browser::submit(&wallet.http, &form, button).await?;
        let step = format!("'{}'{}", page.title, written(&asked));
        wallet.show.done("form sent", format!("{step}, now '{}'", next.title));
        if wallet.sep24.transaction(&opened.id).await?.status != "incomplete" {
            return Ok(next);
        }
        page = next;
        asked_before = asked;
    }
    Err(stuck(&page, format!("the transfer is still incomplete after {MAX_FORMS} forms")))
}

fn written(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(" with {}", names.join(", ")) }
}

/// What is in the way, and what the page itself says of it.
fn stuck(page: &Page, mut why: String) -> DemoError {
    if page.has_script {
        why.push_str(" (it has scripts, which the demo does not run)");
    }
    for alert in page.alerts.iter().take(5) {
        why.push_str("; it says: ");
        why.push_str(alert);
    }
    DemoError::Page { url: without_query(&page.url), title: page.title.clone(), why }
}
