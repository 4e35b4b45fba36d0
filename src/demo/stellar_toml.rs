//! SEP-1, as a wallet reads it.

use reqwest::Url;
use serde::Deserialize;
use windlass_stellar::{AccountId, AssetCode, Network, StellarAsset};

use super::{DemoError, http::Http};

/// The largest file that is read, in bytes (SEP01-004).
const MAX_LENGTH: usize = 100 * 1024;
/// The test network's public Horizon, for an anchor that names none.
const TESTNET_HORIZON: &str = "https://horizon-testnet.stellar.org";

/// What the demo needs of a stellar.toml.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StellarToml {
    /// Where it was read.
    pub url: Url,
    /// The network that the anchor serves; never the public one.
    pub network: Network,
    /// The key that signs challenges.
    pub signing_key: AccountId,
    /// SEP-10.
    pub web_auth_endpoint: Url,
    /// SEP-24.
    pub transfer_server: Url,
    /// Horizon, if it names one or the network has a public one.
    pub horizon: Option<Url>,
    /// The issued assets of which it speaks.
    pub assets: Vec<StellarAsset>,
}

impl StellarToml {
    /// Fetches the file from the anchor's home domain.
    pub async fn fetch(http: &Http, anchor: &Url) -> Result<Self, DemoError> {
        let mut url = anchor.clone();
        url.set_path("/.well-known/stellar.toml");
        url.set_query(None);
        let answer = http.get(&url, "a stellar.toml").await?.success()?;
        if answer.len() > MAX_LENGTH {
            let came = format!("{} bytes, where SEP-1 allows {MAX_LENGTH}", answer.len());
            return Err(answer.unexpected(came));
        }
        Self::read(&url, &answer.text())
    }

    /// Reads the text of the file.
    pub fn read(url: &Url, text: &str) -> Result<Self, DemoError> {
        let file: File = toml::from_str(text).map_err(|error| DemoError::Answer {
            expected: "a stellar.toml".to_owned(),
            url: url.clone(),
            came: format!("what is no such file: {}", error.message()),
        })?;
        let fields = Fields { url };
        let network = Network::new(fields.present("NETWORK_PASSPHRASE", file.network_passphrase)?);
        if network.passphrase() == Network::PUBLIC {
            return Err(DemoError::RealMoney(url.clone()));
        }
        let horizon = match file.horizon_url {
            Some(horizon) => Some(fields.address("HORIZON_URL", &horizon)?),
            None if network.passphrase() == Network::TESTNET => Url::parse(TESTNET_HORIZON).ok(),
            None => None,
        };
        let signing_key = fields.present("SIGNING_KEY", file.signing_key)?;
        let signing_key = signing_key
            .parse()
            .map_err(|error| fields.unsupported(format!("SIGNING_KEY is no account: {error}")))?;
        let web_auth_endpoint = fields.present("WEB_AUTH_ENDPOINT", file.web_auth_endpoint)?;
        let transfer_server = fields.present("TRANSFER_SERVER_SEP0024", file.transfer_server)?;
        Ok(Self {
            url: url.clone(),
            network,
            signing_key,
            web_auth_endpoint: fields.address("WEB_AUTH_ENDPOINT", &web_auth_endpoint)?,
            transfer_server: fields.address("TRANSFER_SERVER_SEP0024", &transfer_server)?,
            horizon,
            assets: file.currencies.iter().filter_map(Currency::asset).collect(),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct File {
    network_passphrase: Option<String>,
    signing_key: Option<String>,
    web_auth_endpoint: Option<String>,
    #[serde(rename = "TRANSFER_SERVER_SEP0024")]
    transfer_server: Option<String>,
    horizon_url: Option<String>,
    #[serde(default)]
    currencies: Vec<Currency>,
}

#[derive(Deserialize)]
struct Currency {
    code: Option<String>,
    issuer: Option<String>,
}

impl Currency {
    /// The asset, unless the entry is a link, a pattern, a contract or XLM.
    fn asset(&self) -> Option<StellarAsset> {
        let code: AssetCode = self.code.as_deref()?.parse().ok()?;
        let issuer = self.issuer.as_deref()?.parse().ok()?;
        Some(StellarAsset::Issued { code, issuer })
    }
}

/// Reads single fields; its errors name the file.
struct Fields<'a> {
    url: &'a Url,
}

impl Fields<'_> {
    fn present(&self, name: &str, value: Option<String>) -> Result<String, DemoError> {
        value.filter(|value| !value.is_empty()).ok_or_else(|| self.unsupported(format!("{name} is missing")))
    }

    fn address(&self, name: &str, value: &str) -> Result<Url, DemoError> {
        let url = Url::parse(value).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        url.ok_or_else(|| self.unsupported(format!("{name} is '{value}', where an address is needed")))
    }

    fn unsupported(&self, missing: String) -> DemoError {
        DemoError::Unsupported { url: self.url.clone(), missing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ";

    fn read(text: &str) -> Result<StellarToml, DemoError> {
        StellarToml::read(&Url::parse("http://anchor.test/.well-known/stellar.toml").unwrap(), text)
    }

    fn complete() -> String {
        format!(
            "VERSION = \"2.7.0\"\nNETWORK_PASSPHRASE = \"{}\"\nSIGNING_KEY = \"{KEY}\"\n\
             WEB_AUTH_ENDPOINT = \"http://anchor.test/auth\"\n\
             TRANSFER_SERVER_SEP0024 = \"http://anchor.test/sep24\"\n\
             [[CURRENCIES]]\ncode = \"USD\"\nissuer = \"{KEY}\"\n\
             [[CURRENCIES]]\ntoml = \"https://anchor.test/EUR.toml\"\n\
             [[CURRENCIES]]\ncode = \"native\"\nstatus = \"live\"\n",
            Network::TESTNET
        )
    }

    #[test]
    fn a_complete_file_gives_its_endpoints_and_issued_assets() {
        let file = read(&complete()).unwrap();
        assert_eq!(file.web_auth_endpoint.as_str(), "http://anchor.test/auth");
        assert_eq!(file.transfer_server.as_str(), "http://anchor.test/sep24");
        assert_eq!(file.signing_key.to_string(), KEY);
        assert_eq!(file.assets, [format!("USD:{KEY}").parse().unwrap()]);
        assert_eq!(file.horizon.unwrap().host_str(), Some("horizon-testnet.stellar.org"));
    }

    #[test]
    fn a_named_horizon_is_preferred_and_an_unknown_network_has_none() {
        let named = format!("HORIZON_URL = \"http://anchor.test/horizon\"\n{}", complete());
        assert_eq!(read(&named).unwrap().horizon.unwrap().as_str(), "http://anchor.test/horizon");
        let other = complete().replace(Network::TESTNET, "Some other network");
        assert_eq!(read(&other).unwrap().horizon, None);
    }

    #[test]
    fn the_public_network_is_refused_before_anything_else_is_read() {
        let text = format!("NETWORK_PASSPHRASE = \"{}\"", Network::PUBLIC);
        assert!(matches!(read(&text), Err(DemoError::RealMoney(_))));
    }

    #[test]
    fn whatever_is_missing_or_malformed_is_named() {
        for field in ["NETWORK_PASSPHRASE", "SIGNING_KEY", "WEB_AUTH_ENDPOINT", "TRANSFER_SERVER_SEP0024"] {
            let without: String = complete().lines().filter(|line| !line.starts_with(field)).fold(
                String::new(),
                |mut text, line| {
                    text.push_str(line);
                    text.push('\n');
                    text
                },
            );
            assert!(read(&without).unwrap_err().to_string().contains(field), "{field}");
        }
        let error = read(&complete().replace("http://anchor.test/auth", "/auth")).unwrap_err().to_string();
        assert!(error.contains("WEB_AUTH_ENDPOINT is '/auth'"), "{error}");
        let error = read(&complete().replace(KEY, "GABC")).unwrap_err().to_string();
        assert!(error.contains("SIGNING_KEY"), "{error}");
        assert!(matches!(read("<html>"), Err(DemoError::Answer { .. })));
    }
}
