//! SEP-10, as a careful wallet does it.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::Url;
use serde::Deserialize;
use serde_json::json;
use windlass_stellar::{Envelope, Keypair, MuxedAccount, ReceivedChallenge, Rules};

use super::{
    DemoError,
    http::{Http, send},
    stellar_toml::StellarToml,
};

/// A session's token. No `Debug`: it must not get into a log.
#[derive(Clone)]
pub(super) struct Token(String);

impl Token {
    /// As it goes into the `Authorization` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The domain that the wallet logs in to: the anchor's host, with its port if that is not the default.
pub(super) fn home_domain(anchor: &Url) -> String {
    let host = anchor.host_str().unwrap_or_default();
    anchor.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Gets a challenge, checks it, signs it and trades it for a token.
pub(super) async fn log_in(
    http: &Http,
    file: &StellarToml,
    home_domain: &str,
    key: &Keypair,
) -> Result<Token, DemoError> {
    let endpoint = &file.web_auth_endpoint;
    let mut url = endpoint.clone();
    let account = key.account_id().to_string();
    url.query_pairs_mut().append_pair("account", &account).append_pair("home_domain", home_domain);
    let challenge: ChallengeAnswer = http.get(&url, "a challenge").await?.json()?;
    if let Some(passphrase) = challenge.network_passphrase
        && passphrase != file.network.passphrase()
    {
        return Err(DemoError::ChallengeFor {
            url: endpoint.clone(),
            expected: format!("the network '{}'", file.network.passphrase()),
            found: format!("the network '{passphrase}'"),
        });
    }
    let signed = sign(&challenge.transaction, file, home_domain, key, now())?;
    let request = http.plain.post(endpoint.clone()).json(&json!({ "transaction": signed }));
    let answer: TokenAnswer = send(request, endpoint, "a token").await?.json()?;
    Ok(Token(answer.token))
}

#[derive(Deserialize)]
struct ChallengeAnswer {
    transaction: String,
    network_passphrase: Option<String>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: String,
}

/// The challenge with our signature, which is given out only if the challenge passes every check that its own server
/// will make, and is for us: its server's signature, domains, sequence number 0, time bounds and operations.
fn sign(
    challenge: &str,
    file: &StellarToml,
    home_domain: &str,
    key: &Keypair,
    now: u64,
) -> Result<String, DemoError> {
    let url = &file.web_auth_endpoint;
    let signed = Envelope::read(challenge, &file.network)
        .and_then(|envelope| envelope.sign(key))
        .map_err(|cause| DemoError::Envelope { url: url.clone(), cause })?;
    let rules = Rules {
        network: &file.network,
        server: file.signing_key,
        home_domains: &[home_domain.to_owned()],
        web_auth_domain: &self::home_domain(url),
        now,
    };
    let received = ReceivedChallenge::read(&signed, &rules)
        .map_err(|cause| DemoError::Challenge { url: url.clone(), cause })?;
    let client = MuxedAccount::from(key.account_id());
    if (received.account, received.memo) != (client, None) {
        return Err(DemoError::ChallengeFor {
            url: url.clone(),
            expected: format!("{client} without a memo"),
            found: received.memo.map_or_else(
                || received.account.to_string(),
                |memo| format!("{} with memo {memo}", received.account),
            ),
        });
    }
    Ok(signed)
}

/// The time, in unix seconds.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use windlass_stellar::{Challenge, ChallengeError, Network};

    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn server() -> Keypair {
        Keypair::from_seed_bytes([1; 32])
    }

    fn wallet() -> Keypair {
        Keypair::from_seed_bytes([2; 32])
    }

    fn file() -> StellarToml {
        StellarToml {
            url: "http://anchor.test:8080/.well-known/stellar.toml".parse().unwrap(),
            network: Network::new(Network::TESTNET),
            signing_key: server().account_id(),
            web_auth_endpoint: "http://anchor.test:8080/auth".parse().unwrap(),
            transfer_server: "http://anchor.test:8080/sep24".parse().unwrap(),
            horizon: None,
            assets: vec![],
        }
    }

    /// A test may keep what it borrows for as long as it likes.
    fn leaked<T>(value: T) -> &'static T {
        Box::leak(Box::new(value))
    }

    fn answer(change: impl FnOnce(&mut Challenge<'static>)) -> Result<String, DemoError> {
        let mut challenge = Challenge {
            network: leaked(Network::new(Network::TESTNET)),
            server: leaked(server()),
            client: wallet().account_id().into(),
            memo: None,
            home_domain: "anchor.test:8080",
            web_auth_domain: "anchor.test:8080",
            client_domain: None,
            nonce: [3; 48],
            now: NOW,
            lifetime: 900,
        };
        change(&mut challenge);
        sign(&challenge.build().unwrap(), &file(), "anchor.test:8080", &wallet(), NOW)
    }

    #[test]
    fn a_challenge_for_this_wallet_and_this_anchor_is_signed() {
        let signed = answer(|_| {}).unwrap();
        let envelope = Envelope::read(&signed, &Network::new(Network::TESTNET)).unwrap();
        assert_eq!(envelope.signatures().len(), 2);
    }

    #[test]
    fn a_challenge_for_anything_else_is_not_answered() {
        let forged = leaked(Keypair::from_seed_bytes([9; 32]));
        assert!(matches!(
            answer(|challenge| challenge.server = forged),
            Err(DemoError::Challenge { cause: ChallengeError::Source { .. }, .. })
        ));
        assert!(matches!(
            answer(|challenge| challenge.home_domain = "other.test"),
            Err(DemoError::Challenge { cause: ChallengeError::HomeDomain { .. }, .. })
        ));
        assert!(matches!(
            answer(|challenge| challenge.web_auth_domain = "other.test"),
            Err(DemoError::Challenge { cause: ChallengeError::WebAuthDomain { .. }, .. })
        ));
        assert!(matches!(
            answer(|challenge| challenge.now = NOW - 901),
            Err(DemoError::Challenge { cause: ChallengeError::Expired { .. }, .. })
        ));
        assert!(matches!(
            answer(|challenge| challenge.client = Keypair::from_seed_bytes([4; 32]).account_id().into()),
            Err(DemoError::ChallengeFor { .. })
        ));
        assert!(matches!(answer(|challenge| challenge.memo = Some(7)), Err(DemoError::ChallengeFor { .. })));
        let other = leaked(Network::new("Some other network"));
        assert!(answer(|challenge| challenge.network = other).is_err());
    }
}
