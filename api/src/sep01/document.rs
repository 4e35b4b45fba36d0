//! What `stellar.toml` says.

use std::collections::BTreeSet;

use serde::Serialize;
use windlass_domain::{AnchoredAsset, StellarAsset};
use windlass_stellar::Network;

use crate::{ApiConfig, Organization};

/// The version of SEP-1 that is followed (SEP01-009).
const VERSION: &str = "2.7.0";

/// `stellar.toml` for that configuration and those assets.
pub(crate) fn document(config: &ApiConfig, assets: &[AnchoredAsset]) -> Result<String, toml::ser::Error> {
    let host = &config.host_url;
    let offers_sep24 =
        assets.iter().any(|asset| asset.sep24_deposit.is_some() || asset.sep24_withdrawal.is_some());
    let own = [config.signing_key.account_id()];
    let distribution = assets.iter().map(|asset| asset.distribution);
    let accounts: BTreeSet<_> =
        own.into_iter().chain(distribution).chain(config.organization.accounts.iter().copied()).collect();
    toml::to_string(&Document {
        version: VERSION,
        network_passphrase: config.network.passphrase(),
        signing_key: config.signing_key.account_id().to_string(),
        accounts: accounts.iter().map(ToString::to_string).collect(),
        web_auth_endpoint: format!("{host}/auth"),
        transfer_server_sep0024: offers_sep24.then(|| format!("{host}/sep24")),
        horizon_url: config.horizon_url.as_deref(),
        documentation: Documentation::from(&config.organization),
        currencies: assets.iter().map(|asset| Currency::new(asset, &config.network)).collect(),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Document<'a> {
    version: &'static str,
    network_passphrase: &'a str,
    signing_key: String,
    accounts: Vec<String>,
    web_auth_endpoint: String,
    #[serde(rename = "TRANSFER_SERVER_SEP0024")]
    transfer_server_sep0024: Option<String>,
    horizon_url: Option<&'a str>,
    documentation: Documentation<'a>,
    currencies: Vec<Currency<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Documentation<'a> {
    org_name: &'a str,
    org_url: &'a str,
    org_dba: Option<&'a str>,
    org_description: Option<&'a str>,
    org_logo: Option<&'a str>,
    org_physical_address: Option<&'a str>,
    org_phone_number: Option<&'a str>,
    org_official_email: Option<&'a str>,
    org_support_email: Option<&'a str>,
    org_licensing_authority: Option<&'a str>,
    org_license_type: Option<&'a str>,
    org_license_number: Option<&'a str>,
}

impl<'a> From<&'a Organization> for Documentation<'a> {
    fn from(organization: &'a Organization) -> Self {
        Self {
            org_name: &organization.name,
            org_url: &organization.url,
            org_dba: organization.dba.as_deref(),
            org_description: organization.description.as_deref(),
            org_logo: organization.logo.as_deref(),
            org_physical_address: organization.physical_address.as_deref(),
            org_phone_number: organization.phone_number.as_deref(),
            org_official_email: organization.official_email.as_deref(),
            org_support_email: organization.support_email.as_deref(),
            org_licensing_authority: organization.licensing_authority.as_deref(),
            org_license_type: organization.license_type.as_deref(),
            org_license_number: organization.license_number.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct Currency<'a> {
    code: &'a str,
    issuer: Option<String>,
    status: &'static str,
    display_decimals: u32,
    desc: String,
    is_unlimited: bool,
    is_asset_anchored: bool,
    anchor_asset_type: &'static str,
    anchor_asset: &'a str,
    redemption_instructions: &'static str,
    regulated: bool,
}

impl<'a> Currency<'a> {
    fn new(asset: &'a AnchoredAsset, network: &Network) -> Self {
        let real = network.passphrase() == Network::PUBLIC;
        Self {
            code: code(&asset.stellar),
            issuer: asset.stellar.issuer().map(|issuer| issuer.to_string()),
            status: if real { "live" } else { "test" },
            display_decimals: asset.currency_digits.min(AnchoredAsset::STELLAR_DIGITS),
            desc: format!("{} on Stellar, redeemable one to one", asset.currency),
            is_unlimited: true,
            is_asset_anchored: true,
            anchor_asset_type: "fiat",
            anchor_asset: asset.currency.as_str(),
            redemption_instructions: "Open a withdrawal by SEP-24 in your wallet.",
            regulated: false,
        }
    }
}

/// What SEP-1 and SEP-24 call an asset: XLM is `native` there.
fn code(asset: &StellarAsset) -> &str {
    match asset {
        StellarAsset::Native => "native",
        issued => issued.code(),
    }
}
