//! SEP-24's interface, as a wallet uses it.

use std::collections::BTreeMap;

use reqwest::{StatusCode, Url};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_json::json;
use windlass_domain::Amount;
use windlass_stellar::{AccountId, StellarAsset};

use super::{
    DemoError,
    auth::Token,
    http::{Answer, Http, send},
    report::TimelineEvent,
    stellar_toml::StellarToml,
    transaction::{Kind, Transaction},
};

/// What an anchor offers, without logging in.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Info {
    #[serde(default)]
    deposit: BTreeMap<String, Terms>,
    #[serde(default)]
    withdraw: BTreeMap<String, Terms>,
}

/// The limits and the fee of one direction (SEP24-058, SEP24-059).
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Terms {
    #[serde(default)]
    pub enabled: bool,
    #[serde(default, deserialize_with = "number")]
    pub min_amount: Option<Amount>,
    #[serde(default, deserialize_with = "number")]
    pub max_amount: Option<Amount>,
    #[serde(default, deserialize_with = "number")]
    pub fee_fixed: Option<Amount>,
    #[serde(default, deserialize_with = "number")]
    pub fee_percent: Option<Amount>,
    #[serde(default, deserialize_with = "number")]
    pub fee_minimum: Option<Amount>,
}

impl Terms {
    /// The amount, or the nearest that is allowed.
    pub fn within_limits(&self, amount: Amount) -> Amount {
        let at_least = self.min_amount.map_or(amount, |min| amount.max(min));
        self.max_amount.map_or(at_least, |max| at_least.min(max))
    }
}

impl Info {
    /// Asks for it.
    pub async fn fetch(http: &Http, file: &StellarToml) -> Result<Self, DemoError> {
        let url = below(&file.transfer_server, &["info"]);
        http.get(&url, "what the anchor offers").await?.json()
    }

    /// The first asset with an issuer that can be deposited and withdrawn, with the terms of both.
    pub fn choose(&self, file: &StellarToml) -> Result<(StellarAsset, Terms, Terms), DemoError> {
        let offered = file.assets.iter().find_map(|asset| {
            let deposit = self.deposit.get(asset.code()).filter(|terms| terms.enabled)?;
            let withdrawal = self.withdraw.get(asset.code()).filter(|terms| terms.enabled)?;
            Some((*asset, deposit.clone(), withdrawal.clone()))
        });
        offered.ok_or_else(|| DemoError::Unsupported {
            url: below(&file.transfer_server, &["info"]),
            missing: "there is no asset of stellar.toml's that can be both deposited and withdrawn"
                .to_owned(),
        })
    }
}

/// The interface, logged in.
#[derive(Clone)]
pub(super) struct Sep24 {
    http: Http,
    anchor: Url,
    server: Url,
    token: Token,
    account: AccountId,
}

/// A transfer that was opened: where its pages are.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Opened {
    pub id: String,
    pub url: Url,
    #[serde(rename = "type")]
    kind: String,
}

impl Sep24 {
    /// For that account.
    pub fn new(http: &Http, anchor: &Url, file: &StellarToml, token: Token, account: AccountId) -> Self {
        let server = file.transfer_server.clone();
        Self { http: http.clone(), anchor: anchor.clone(), server, token, account }
    }

    /// Where the transfer's state is read.
    pub fn transaction_url(&self, id: &str) -> Url {
        let mut url = below(&self.server, &["transaction"]);
        url.query_pairs_mut().append_pair("id", id);
        url
    }

    /// Opens a transfer.
    pub async fn open(&self, kind: Kind, asset: &StellarAsset, amount: Amount) -> Result<Opened, DemoError> {
        let path = match kind {
            Kind::Deposit => "deposit",
            Kind::Withdrawal => "withdraw",
        };
        let url = below(&self.server, &["transactions", path, "interactive"]);
        let body = json!({
            "asset_code": asset.code(),
            "asset_issuer": asset.issuer(),
            "account": self.account,
            "amount": amount,
            "lang": "en",
        });
        let request = self.http.plain.post(url.clone()).bearer_auth(self.token.as_str()).json(&body);
        let opened: Opened = send(request, &url, "an interactive transfer").await?.json()?;
        if opened.kind != "interactive_customer_info_needed" {
            return Err(DemoError::Answer {
                expected: "the type interactive_customer_info_needed".to_owned(),
                url,
                came: format!("the type {}", opened.kind),
            });
        }
        Ok(opened)
    }

    /// The transfer as it is now.
    pub async fn transaction(&self, id: &str) -> Result<Transaction, DemoError> {
        #[derive(Deserialize)]
        struct Wrapped {
            transaction: Transaction,
        }
        let answer = self.get(&self.transaction_url(id), "the transfer").await?;
        Ok(answer.json::<Wrapped>()?.transaction)
    }

    /// All transfers of that asset, as the anchor lists them.
    pub async fn transactions(&self, asset: &StellarAsset) -> Result<Vec<Transaction>, DemoError> {
        #[derive(Deserialize)]
        struct Wrapped {
            transactions: Vec<Transaction>,
        }
        let mut url = below(&self.server, &["transactions"]);
        url.query_pairs_mut().append_pair("asset_code", asset.code());
        Ok(self.get(&url, "the list of transfers").await?.json::<Wrapped>()?.transactions)
    }

    /// The transfer's events; `None` where the anchor does not show them.
    pub async fn timeline(&self, id: &str) -> Result<Option<Vec<TimelineEvent>>, DemoError> {
        let mut url = self.anchor.clone();
        url.set_path(&format!("/transfers/{id}/events"));
        let answer = self.get(&url, "the transfer's events").await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        #[derive(Deserialize)]
        struct Wrapped {
            events: Vec<TimelineEvent>,
        }
        answer.json::<Wrapped>().map(|wrapped| Some(wrapped.events))
    }

    async fn get(&self, url: &Url, expected: &'static str) -> Result<Answer, DemoError> {
        send(self.http.plain.get(url.clone()).bearer_auth(self.token.as_str()), url, expected).await
    }
}

/// `base` with these segments behind its path.
pub(super) fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // Only addresses without a host have no segments, and those are refused where they are read.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// A JSON number, or the same as text; what is no amount counts as absent, because it only describes.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Amount>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let decimal = text.parse().or_else(|_| Decimal::from_scientific(&text));
    Ok(decimal.ok().and_then(|decimal: Decimal| Amount::new(decimal).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_fees_are_read_whether_they_are_numbers_or_text() {
        let terms: Terms = serde_json::from_str(
            r#"{"enabled": true, "min_amount": 0.1, "max_amount": "1000", "fee_fixed": 1e-7, "fee_percent": null}"#,
        )
        .unwrap();
        assert_eq!(terms.min_amount, Some("0.1".parse().unwrap()));
        assert_eq!(terms.max_amount, Some("1000".parse().unwrap()));
        assert_eq!(terms.fee_fixed, Some("0.0000001".parse().unwrap()));
        assert_eq!((terms.fee_percent, terms.fee_minimum), (None, None));
    }

    #[test]
    fn paths_are_put_behind_the_server_with_or_without_a_slash() {
        for base in ["http://anchor.test/sep24", "http://anchor.test/sep24/"] {
            let url = below(&base.parse().unwrap(), &["transactions", "deposit", "interactive"]);
            assert_eq!(url.as_str(), "http://anchor.test/sep24/transactions/deposit/interactive");
        }
    }
}
