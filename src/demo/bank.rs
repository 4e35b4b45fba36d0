//! The sandbox bank, as one of its customers sees it.

use reqwest::{Method, Url};
use serde::Deserialize;
use serde_json::{Value, json};
use windlass_domain::Amount;

use super::{
    DemoError,
    filling::HOLDER,
    http::{Answer, Http, send},
    sep24::below,
};

/// How the bank's own description of itself begins.
const GREETING: &str = "The Windlass sandbox bank";

/// The bank.
#[derive(Clone)]
pub(super) struct Bank {
    http: Http,
    url: Url,
}

/// An account at the bank, as it is now.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct BankAccount {
    pub number: String,
    pub currency: String,
    pub balance: Amount,
}

/// A payment into another account.
#[derive(Clone, Debug)]
pub(super) struct PayIn<'a> {
    pub to: &'a str,
    pub amount: Amount,
    pub reference: &'a str,
}

impl Bank {
    /// The bank that was named, or the one beside a sandbox's Horizon; `None` where there is none.
    ///
    /// # Errors
    /// Only for a bank that was named and does not answer as one.
    pub async fn find(http: &Http, named: Option<&Url>, horizon: &Url) -> Result<Option<Self>, DemoError> {
        if let Some(url) = named {
            let answer = http.get(url, "the sandbox bank").await?.success()?;
            if !answer.text().starts_with(GREETING) {
                return Err(answer.refused());
            }
            return Ok(Some(Self { http: http.clone(), url: url.clone() }));
        }
        let Some(beside) = horizon.path().trim_end_matches('/').strip_suffix("/horizon") else {
            return Ok(None);
        };
        let mut url = horizon.clone();
        url.set_path(&format!("{beside}/bank"));
        let answer = http.get(&url, "the sandbox bank").await;
        let is_bank =
            answer.is_ok_and(|answer| answer.status.is_success() && answer.text().starts_with(GREETING));
        Ok(is_bank.then(|| Self { http: http.clone(), url }))
    }

    /// Its address.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Opens an account with that much on it.
    pub async fn open_account(&self, currency: &str, balance: Amount) -> Result<BankAccount, DemoError> {
        let body = json!({ "holder": HOLDER, "currency": currency, "opening_balance": balance });
        self.ask(Method::POST, &["accounts"], Some(&body), "a new bank account").await?.json()
    }

    /// The account as it is now.
    pub async fn account(&self, number: &str) -> Result<BankAccount, DemoError> {
        self.ask(Method::GET, &["accounts", number], None, "the bank account").await?.json()
    }

    /// Pays from the account. The bank takes every payment that it is sent, so an unclear answer is not asked again:
    /// the balance tells.
    pub async fn pay(&self, from: &BankAccount, payment: &PayIn<'_>) -> Result<(), DemoError> {
        let body = json!({
            "from": from.number,
            "to": payment.to,
            "amount": payment.amount,
            "currency": from.currency,
            "reference": payment.reference,
        });
        let unclear = match self.ask(Method::POST, &["payments"], Some(&body), "a payment").await {
            Ok(answer) if answer.status.is_server_error() => answer.refused(),
            Ok(answer) => return answer.success().map(|_| ()),
            Err(error) => error,
        };
        let left = self.account(&from.number).await?.balance;
        if from.balance.checked_sub(payment.amount) == Some(left) { Ok(()) } else { Err(unclear) }
    }

    async fn ask(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
        expected: &'static str,
    ) -> Result<Answer, DemoError> {
        let url = below(&self.url, path);
        let request = self.http.plain.request(method, url.clone());
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        send(request, &url, expected).await
    }
}
