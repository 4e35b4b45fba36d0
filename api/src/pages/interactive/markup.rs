//! The form and its review as HTML.

use axum::{http::StatusCode, response::Response};
use maud::{Markup, html};
use windlass_domain::transfer::{Initiated, TransferId};

use super::{
    super::{layout::Page, show},
    entered::{Checked, Entered, Fault},
    gate::Proof,
    input::Input,
};
use crate::Api;

/// The form, with what was entered.
pub(super) struct Form<'a> {
    pub(super) api: &'a Api,
    pub(super) id: TransferId,
    pub(super) initiated: &'a Initiated,
    pub(super) proof: &'a Proof,
    pub(super) entered: Entered,
}

impl Form<'_> {
    /// The form.
    pub(super) fn answer(&self) -> Response {
        self.page(&self.heading(), StatusCode::OK, self.entry(&[]))
    }

    /// The form, with what is wrong beside each field.
    pub(super) fn with_faults(&self, faults: Vec<Fault>) -> Response {
        let title = format!("Error: {}", self.heading());
        self.page(&title, StatusCode::UNPROCESSABLE_ENTITY, self.entry(&faults))
    }

    /// What will happen, to be confirmed; with what went wrong at the last attempt.
    pub(super) fn review(&self, checked: &Checked, status: StatusCode, failed: Option<&str>) -> Response {
        let title = if failed.is_some() { "Error: Check and confirm" } else { "Check and confirm" };
        let (amounts, terms) = (checked.amounts, &self.initiated.terms);
        let account = self.initiated.stellar_account.to_string();
        let is_deposit = self.initiated.kind.is_deposit();
        let body = html! {
            h1 { "Check and confirm" }
            @if let Some(failed) = failed {
                div.errors role="alert" { h2 { "There is a problem" } p { (failed) } }
            }
            dl {
                (show::line("You pay", show::money(amounts.amount_in, terms)))
                (show::line("Fee", html! { span data-field="fee" { (show::money(amounts.fee, terms)) } }))
                (show::line("You get", html! { strong data-field="amount_out" { (show::money(amounts.amount_out, terms)) } }))
                @if is_deposit {
                    (show::line("To Stellar account", html! { span.copy { (account) } }))
                } @else {
                    (show::line("Account holder", &self.entered.account_holder))
                    (show::line("To account number", &self.entered.account_number))
                }
            }
            form method="post" action=(self.action()) {
                (self.hidden())
                input type="hidden" name="amount" value=(self.entered.amount);
                @if !is_deposit {
                    input type="hidden" name="account_holder" value=(self.entered.account_holder);
                    input type="hidden" name="account_number" value=(self.entered.account_number);
                }
                button type="submit" name="step" value="confirm" { "Confirm" }
                button.second type="submit" name="step" value="change" { "Change" }
            }
        };
        self.page(title, status, body)
    }

    fn page(&self, title: &str, status: StatusCode, body: Markup) -> Response {
        let config = &self.api.config;
        Page {
            title,
            organization: Some(&config.organization.name),
            support: config.organization.support_email.as_deref(),
            sandbox: config.sandbox.is_some(),
            refresh: None,
            body,
        }
        .answer(status)
    }

    fn heading(&self) -> String {
        let kind = if self.initiated.kind.is_deposit() { "Deposit" } else { "Withdraw" };
        format!("{kind} {}", self.initiated.stellar_asset.code())
    }

    fn action(&self) -> String {
        format!("{}/sep24/interactive?transaction_id={}", self.api.base_path(), self.id)
    }

    fn hidden(&self) -> Markup {
        html! {
            @match self.proof {
                Proof::Link(token) => { input type="hidden" name="token" value=(token); }
                Proof::Session(proof) => { input type="hidden" name="csrf" value=(proof); }
            }
        }
    }

    fn entry(&self, faults: &[Fault]) -> Markup {
        let terms = &self.initiated.terms;
        let is_deposit = self.initiated.kind.is_deposit();
        html! {
            @if !faults.is_empty() {
                div.errors role="alert" {
                    h2 { "There is a problem" }
                    ul { @for fault in faults { li { a href={ "#" (fault.field) } { (fault.text) } } } }
                }
            }
            h1 { (self.heading()) }
            @if is_deposit {
                p {
                    "You pay " (terms.asset_in.code()) " from your bank account and get "
                    (terms.asset_out.code()) " on Stellar."
                }
            } @else {
                p {
                    "You pay " (terms.asset_in.code()) " on Stellar and get " (terms.asset_out.code())
                    " on your bank account."
                }
            }
            dl {
                (show::line("Minimum", show::money_in(terms.minimum, terms)))
                (show::line("Maximum", show::money_in(terms.maximum, terms)))
                (show::line("Fee", show::fee_rule(&terms.fee, terms)))
            }
            form method="post" action=(self.action()) novalidate {
                (self.hidden())
                (Input::amount(&self.entered.amount, terms.asset_in.code()).render(faults))
                @if !is_deposit {
                    (Input::account_holder(&self.entered.account_holder).render(faults))
                    (Input::account_number(&self.entered.account_number).render(faults))
                }
                button type="submit" name="step" value="review" { "Continue" }
            }
        }
    }
}
