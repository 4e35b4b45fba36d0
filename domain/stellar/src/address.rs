//! Account addresses: `G…` and, with a user id inside, `M…` (SEP-23).

use std::{fmt, str::FromStr};

use stellar_strkey::Strkey;
use stellar_xdr as xdr;

use crate::serde_as_string;

/// Why a text is no address of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not a strkey at all: wrong length, alphabet or checksum.
    #[error("'{0}' is not a Stellar address")]
    Malformed(String),
    /// A valid strkey, of a kind that is not accepted here.
    #[error("'{text}' is a Stellar {kind}, where an account ({wanted}) is needed")]
    WrongKind {
        /// What was given.
        text: String,
        /// What it is.
        kind: &'static str,
        /// What would be right, such as `G…`.
        wanted: &'static str,
    },
}

/// An account's public key, written `G…`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId([u8; 32]);

impl AccountId {
    /// From the 32 bytes of an ed25519 public key.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the ed25519 public key.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether `signature` (64 bytes) over `message` was made by this account's master key.
    ///
    /// Strict: small-order keys and malleable signatures are refused.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(&self.0) else {
            return false;
        };
        let Ok(signature) = ed25519_dalek::Signature::from_slice(signature) else {
            return false;
        };
        key.verify_strict(message, &signature).is_ok()
    }

    /// As XDR.
    pub fn to_xdr(self) -> xdr::AccountId {
        xdr::AccountId(xdr::PublicKey::PublicKeyTypeEd25519(xdr::Uint256(self.0)))
    }

    /// From XDR.
    pub fn from_xdr(account: &xdr::AccountId) -> Self {
        let xdr::PublicKey::PublicKeyTypeEd25519(xdr::Uint256(bytes)) = &account.0;
        Self(*bytes)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&stellar_strkey::ed25519::PublicKey(self.0), f)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AccountId {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        match parse(text)? {
            Strkey::PublicKeyEd25519(key) => Ok(Self(key.0)),
            other => Err(wrong_kind(text, &other, "G…")),
        }
    }
}

/// An account, perhaps with the id of a user inside it: `G…` or `M…`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MuxedAccount {
    /// The account on the ledger.
    pub account: AccountId,
    /// The user within a shared account; present in an `M…` address.
    pub id: Option<u64>,
}

impl MuxedAccount {
    /// As XDR.
    pub fn to_xdr(self) -> xdr::MuxedAccount {
        let ed25519 = xdr::Uint256(*self.account.as_bytes());
        match self.id {
            None => xdr::MuxedAccount::Ed25519(ed25519),
            Some(id) => xdr::MuxedAccount::MuxedEd25519(xdr::MuxedAccountMed25519 { id, ed25519 }),
        }
    }

    /// From XDR.
    pub fn from_xdr(account: &xdr::MuxedAccount) -> Self {
        match account {
            xdr::MuxedAccount::Ed25519(key) => Self { account: AccountId(key.0), id: None },
            xdr::MuxedAccount::MuxedEd25519(muxed) => {
                Self { account: AccountId(muxed.ed25519.0), id: Some(muxed.id) }
            }
        }
    }
}

impl From<AccountId> for MuxedAccount {
    fn from(account: AccountId) -> Self {
        Self { account, id: None }
    }
}

impl fmt::Display for MuxedAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            None => fmt::Display::fmt(&self.account, f),
            Some(id) => fmt::Display::fmt(
                &stellar_strkey::ed25519::MuxedAccount { ed25519: *self.account.as_bytes(), id },
                f,
            ),
        }
    }
}

impl fmt::Debug for MuxedAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for MuxedAccount {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        match parse(text)? {
            Strkey::PublicKeyEd25519(key) => Ok(Self { account: AccountId(key.0), id: None }),
            Strkey::MuxedAccountEd25519(muxed) => {
                Ok(Self { account: AccountId(muxed.ed25519), id: Some(muxed.id) })
            }
            other => Err(wrong_kind(text, &other, "G… or M…")),
        }
    }
}

serde_as_string!(AccountId, MuxedAccount);

fn parse(text: &str) -> Result<Strkey, AddressError> {
    Strkey::from_string(text).map_err(|_| AddressError::Malformed(clip(text)))
}

fn wrong_kind(text: &str, key: &Strkey, wanted: &'static str) -> AddressError {
    let kind = match key {
        Strkey::PublicKeyEd25519(_) => "account (G…)",
        Strkey::MuxedAccountEd25519(_) => "muxed account (M…)",
        Strkey::PreAuthTx(_) => "pre-authorised transaction (T…)",
        Strkey::HashX(_) => "hash signer (X…)",
        Strkey::SignedPayloadEd25519(_) => "signed payload (P…)",
        Strkey::Contract(_) => "contract (C…)",
        Strkey::LiquidityPool(_) => "liquidity pool (L…)",
        Strkey::ClaimableBalance(_) => "claimable balance (B…)",
        _ => "address of another kind",
    };
    AddressError::WrongKind { text: clip(text), kind, wanted }
}

/// Errors quote what was given, but never a page of it, and never a secret seed.
fn clip(text: &str) -> String {
    if stellar_strkey::ed25519::PrivateKey::from_string(text).is_ok() {
        return "S…".to_owned();
    }
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const G: &str = "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ";
    const M: &str = "MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ";

    #[test]
    fn addresses_read_and_write_the_same_text() {
        assert_eq!(G.parse::<AccountId>().unwrap().to_string(), G);
        let muxed: MuxedAccount = M.parse().unwrap();
        assert_eq!((muxed.account.to_string().as_str(), muxed.id), (G, Some(0)));
        assert_eq!(muxed.to_string(), M);
        assert_eq!(MuxedAccount::from_xdr(&muxed.to_xdr()), muxed);
    }

    #[test]
    fn other_kinds_and_broken_texts_are_refused() {
        assert!(matches!(M.parse::<AccountId>(), Err(AddressError::WrongKind { .. })));
        for text in ["", "G", " ", &G[1..], &G.to_lowercase(), &format!("{G}A"), &G.replace('7', "8")] {
            assert!(matches!(text.parse::<MuxedAccount>(), Err(AddressError::Malformed(_))), "{text}");
        }
    }

    #[test]
    fn a_seed_given_for_an_address_is_not_repeated_in_the_error() {
        let seed = crate::Keypair::from_seed_bytes([7; 32]).seed().to_string();
        let error = seed.parse::<MuxedAccount>().unwrap_err();
        assert!(!error.to_string().contains(&seed));
    }
}
