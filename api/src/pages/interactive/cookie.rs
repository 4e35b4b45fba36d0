//! The cookie that holds a transfer's session. Each transfer has its own, so that several can be open at once.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use windlass_domain::transfer::TransferId;

use crate::Api;

/// The session's token in the request, if there is one for that transfer.
pub(super) fn find(headers: &HeaderMap, id: TransferId) -> Option<&str> {
    let name = name(id);
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, token)| token)
}

/// Sets it. Wallets show the pages in frames, where only a partitioned cookie of a third party survives (SEP24-T06);
/// plain http, for development, has none of that.
pub(super) fn set(api: &Api, id: TransferId, token: &str) -> Option<HeaderValue> {
    let site = if api.config.host_url.starts_with("https://") {
        "SameSite=None; Secure; Partitioned"
    } else {
        "SameSite=Lax"
    };
    let (name, path, age) = (name(id), api.base_path(), api.config.session_timeout.as_secs());
    let cookie = format!("{name}={token}; Path={path}/sep24/interactive; Max-Age={age}; HttpOnly; {site}");
    HeaderValue::try_from(cookie).ok()
}

fn name(id: TransferId) -> String {
    format!("windlass_{id}")
}
