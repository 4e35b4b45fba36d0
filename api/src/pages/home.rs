//! The home page: what runs here, and where to go on.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use maud::{Markup, html};

use super::{layout::Page, show};
use crate::{Api, SandboxLinks};

pub(crate) async fn home(State(api): State<Arc<Api>>) -> Response {
    let config = &api.config;
    let body = html! {
        h1 { "An anchor on the Stellar network" }
        p {
            "Wallets use this server to move money between bank accounts and Stellar. It belongs to "
            strong { (config.organization.name) } "."
            @if let Some(description) = &config.organization.description { " " (description) }
        }
        h2 { "What is offered" }
        dl { @for asset in api.commands.assets() {
            (show::line(asset.stellar.code(), html! {
                "Stands for " (asset.currency) ". Deposits: "
                (if asset.sep24_deposit.is_some() { "yes" } else { "no" }) ", withdrawals: "
                (if asset.sep24_withdrawal.is_some() { "yes" } else { "no" }) "."
                @if let Some(issuer) = asset.stellar.issuer() {
                    br; "Issuer " span.copy { (issuer) }
                }
            }))
        } }
        h2 { "For wallets" }
        dl {
            (show::line("Home domain", html! { span.copy { (config.home_domain) } }))
            (show::line("Network", html! { span.copy { (config.network.passphrase()) } }))
            (link(&api, "Description of this anchor (SEP-1)", "/.well-known/stellar.toml"))
            (link(&api, "What is offered, with limits and fees (SEP-24)", "/sep24/info"))
            (link(&api, "Whether all is well", "/health/ready"))
        }
        @if let Some(sandbox) = &config.sandbox { (try_it(sandbox)) }
    };
    Page {
        title: "Anchor",
        organization: Some(&config.organization.name),
        support: config.organization.support_email.as_deref(),
        sandbox: config.sandbox.is_some(),
        refresh: None,
        body,
    }
    .answer(StatusCode::OK)
}

fn link(api: &Api, name: &str, path: &str) -> Markup {
    show::line(name, html! { a href={ (api.base_path()) (path) } { (path) } })
}

fn try_it(sandbox: &SandboxLinks) -> Markup {
    html! {
        h2 { "Try it" }
        p { "In another terminal, let a wallet deposit and withdraw:" }
        pre { code { "cargo run --release -- demo" } }
        dl {
            (show::line("The sandbox network's Horizon", html! { a href=(sandbox.horizon) { (sandbox.horizon) } }))
            (show::line("The sandbox bank", html! { a href=(sandbox.bank) { (sandbox.bank) } }))
        }
    }
}
