//! The ledger that every network begins with: one account that holds all coins.

use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};
use stellar_xdr::{AccountEntry, AccountId, LedgerEntryData, LedgerHeader, PublicKey, Thresholds, Uint256};

use super::Ledger;

/// The protocol version whose rules the engine follows.
pub const PROTOCOL: u32 = 27;
/// The least fee per operation, in stroops.
pub const BASE_FEE: u32 = 100;
/// What one ledger entry holds back of its owner's balance, in stroops.
pub const BASE_RESERVE: u32 = 5_000_000;
/// How many operations one ledger takes.
pub const MAX_OPERATIONS: u32 = 1000;
/// All the lumens there are, in stroops.
pub const TOTAL_COINS: i64 = 1_000_000_000_000_000_000;

/// The key of the root account: the SHA-256 of the passphrase is its seed.
#[must_use]
pub fn root_key(passphrase: &str) -> SigningKey {
    SigningKey::from_bytes(&Sha256::digest(passphrase.as_bytes()).into())
}

impl Ledger {
    /// Ledger 1 of the network with this passphrase, closed at `close_time` (Unix seconds).
    #[must_use]
    pub fn genesis(passphrase: &str, close_time: u64) -> Self {
        let mut header = LedgerHeader {
            ledger_version: PROTOCOL,
            ledger_seq: 1,
            total_coins: TOTAL_COINS,
            base_fee: BASE_FEE,
            base_reserve: BASE_RESERVE,
            max_tx_set_size: MAX_OPERATIONS,
            ..LedgerHeader::default()
        };
        header.scp_value.close_time = close_time.into();
        let root = root_key(passphrase).verifying_key().to_bytes();
        let mut ledger = Self::new(Sha256::digest(passphrase.as_bytes()).into(), header);
        ledger.put(LedgerEntryData::Account(AccountEntry {
            account_id: AccountId(PublicKey::PublicKeyTypeEd25519(Uint256(root))),
            balance: TOTAL_COINS,
            thresholds: Thresholds([1, 0, 0, 0]),
            ..AccountEntry::default()
        }));
        ledger
    }
}
