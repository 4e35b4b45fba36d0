//! A good challenge, and ways to spoil it.

use windlass_stellar::{
    AccountSigners, Challenge, ChallengeError, Envelope, Keypair, MuxedAccount, Network, ReceivedChallenge,
    Rules, TransactionHash,
    xdr::{self, WriteXdr},
};

/// When the challenge was issued, in unix seconds.
pub const NOW: u64 = 1_790_000_000;
/// Our domain of `WEB_AUTH_ENDPOINT`.
pub const WEB_AUTH_DOMAIN: &str = "auth.anchor.example:8000";

pub fn server() -> Keypair {
    key(1)
}

pub fn client() -> Keypair {
    key(2)
}

/// The key of the wallet's own domain.
pub fn wallet() -> Keypair {
    key(3)
}

pub fn key(seed: u8) -> Keypair {
    Keypair::from_seed_bytes([seed; 32])
}

pub fn network() -> Network {
    Network::new(Network::TESTNET)
}

pub fn muxed_client() -> MuxedAccount {
    MuxedAccount { account: client().account_id(), id: Some(7) }
}

/// What a challenge is made of, with names that own what [`Challenge`] borrows.
#[derive(Clone)]
pub struct Request {
    pub client: MuxedAccount,
    pub memo: Option<u64>,
    pub with_wallet: bool,
}

impl Request {
    pub fn plain() -> Self {
        Self { client: client().account_id().into(), memo: None, with_wallet: false }
    }

    pub fn with_wallet() -> Self {
        Self { with_wallet: true, ..Self::plain() }
    }

    /// The challenge as the server hands it out.
    pub fn build(&self) -> String {
        Challenge {
            network: &network(),
            server: &server(),
            client: self.client,
            memo: self.memo,
            home_domain: "anchor.example",
            web_auth_domain: WEB_AUTH_DOMAIN,
            client_domain: self.with_wallet.then(|| ("wallet.example", wallet().account_id())),
            nonce: [9; 48],
            now: NOW,
            lifetime: 900,
        }
        .build()
        .unwrap_or_default()
    }

    /// The challenge with these signatures after the server's.
    pub fn signed_by(&self, keys: &[Keypair]) -> String {
        keys.iter().fold(self.build(), |text, key| {
            Envelope::read(&text, &network()).and_then(|envelope| envelope.sign(key)).unwrap_or_default()
        })
    }

    /// The challenge, changed before anybody signed it, then signed by `keys`.
    pub fn forged(&self, change: impl FnOnce(&mut xdr::Transaction), keys: &[Keypair]) -> String {
        let Ok(envelope) = Envelope::read(&self.build(), &network()) else { return String::new() };
        let mut tx = envelope.transaction;
        change(&mut tx);
        sign(tx, keys)
    }
}

pub fn sign(tx: xdr::Transaction, keys: &[Keypair]) -> String {
    let hash = tx.hash(*network().id()).map(TransactionHash::from_bytes);
    let signatures: Vec<_> =
        hash.iter().flat_map(|hash| keys.iter().map(|key| key.sign_hash(hash))).collect();
    let signatures = signatures.try_into().unwrap_or_default();
    encode(&xdr::TransactionEnvelope::Tx(xdr::TransactionV1Envelope { tx, signatures }))
}

pub fn encode(envelope: &xdr::TransactionEnvelope) -> String {
    envelope.to_xdr_base64(xdr::Limits::none()).unwrap_or_default()
}

pub fn read_at(text: &str, now: u64) -> Result<ReceivedChallenge, ChallengeError> {
    let home_domains = ["other.example".to_owned(), "anchor.example".to_owned()];
    let rules = Rules {
        network: &network(),
        server: server().account_id(),
        home_domains: &home_domains,
        web_auth_domain: WEB_AUTH_DOMAIN,
        now,
    };
    ReceivedChallenge::read(text, &rules)
}

pub fn read(text: &str) -> Result<ReceivedChallenge, ChallengeError> {
    read_at(text, NOW + 5)
}

/// An account on the ledger with that medium threshold and those keys.
pub fn account(threshold: u8, signers: &[(Keypair, u8)]) -> AccountSigners {
    let signers = signers.iter().map(|(key, weight)| (key.account_id(), *weight)).collect();
    AccountSigners { threshold, signers }
}
