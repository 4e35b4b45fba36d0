//! A Stellar network, known by its passphrase.

use sha2::{Digest, Sha256};

use crate::Keypair;

/// A Stellar network: its passphrase, and the id that every signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    passphrase: String,
    id: [u8; 32],
}

impl Network {
    /// SDF's test network.
    pub const TESTNET: &'static str = "Test SDF Network ; September 2015";
    /// The public network, where the money is real.
    pub const PUBLIC: &'static str = "Public Global Stellar Network ; September 2015";

    /// The network of that passphrase.
    pub fn new(passphrase: impl Into<String>) -> Self {
        let passphrase = passphrase.into();
        let id = Sha256::digest(passphrase.as_bytes()).into();
        Self { passphrase, id }
    }

    /// The passphrase.
    pub fn passphrase(&self) -> &str {
        &self.passphrase
    }

    /// SHA-256 of the passphrase.
    pub const fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// The key of the account that holds all coins at genesis.
    pub fn root_key(&self) -> Keypair {
        Keypair::from_seed_bytes(self.id)
    }
}
