//! Addresses of our pages, each with a token of its own kind (SEP24-037, SEP24-038, SEP24-087).

use windlass_domain::transfer::TransferId;

use crate::{Api, auth::Usage, error::ApiError};

/// The one-time link to a transfer's interactive pages.
pub(super) fn interactive_url(api: &Api, id: TransferId, lang: Option<&str>) -> Result<String, ApiError> {
    let token = token(api, Usage::InteractiveLink, id)?;
    Ok(format!("{}/sep24/interactive?transaction_id={id}&token={token}{}", api.config.host_url, tail(lang)))
}

/// A transfer's status page, anew for each answer.
pub(super) fn more_info_url(api: &Api, id: TransferId, lang: Option<&str>) -> Result<String, ApiError> {
    Ok(format!("{}{}", api.config.host_url, more_info_path(api, id, lang)?))
}

/// The same without the host.
pub(crate) fn more_info_path(api: &Api, id: TransferId, lang: Option<&str>) -> Result<String, ApiError> {
    let token = token(api, Usage::MoreInfo, id)?;
    Ok(format!("/sep24/transaction/more_info?transaction_id={id}&token={token}{}", tail(lang)))
}

fn token(api: &Api, usage: Usage, id: TransferId) -> Result<String, ApiError> {
    let lifetime = match usage {
        Usage::InteractiveLink => api.config.interactive_link_timeout,
        _ => api.config.more_info_timeout,
    };
    let claims = api.tokens.claims(usage, id, api.ids.id(), api.clock.now(), lifetime);
    api.tokens.issue(usage, &claims)
}

fn tail(lang: Option<&str>) -> String {
    lang.map(|lang| format!("&lang={lang}")).unwrap_or_default()
}
