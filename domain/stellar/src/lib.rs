//! Stellar's own terms as types: addresses, keys, assets, memos, transactions and SEP-10 challenges.
//!
//! Everything here is pure: clocks, random bytes and keys are arguments. What is parsed here is valid ever after.

mod address;
mod amount;
mod asset;
mod challenge;
mod hash;
mod keys;
mod memo;
mod network;
mod transaction;

pub use address::{AccountId, AddressError, MuxedAccount};
pub use amount::{AmountError, Stroops};
pub use asset::{AssetCode, AssetError, StellarAsset};
pub use challenge::{
    AccountSigners, Challenge, ChallengeBuildError, ChallengeError, ClientDomain, MAX_HOME_DOMAIN,
    MAX_WEB_AUTH_DOMAIN, ReceivedChallenge, Rules, VerifiedChallenge,
};
pub use hash::{HashError, TransactionHash};
pub use keys::{Keypair, SeedError, SignatureHint};
pub use memo::{Memo, MemoError};
pub use network::Network;
pub use transaction::{
    Envelope, EnvelopeError, FeeBump, Operation, OperationError, ResultError, ResultNames, SignedTransaction,
    TimeBounds, Transaction, TransactionError,
};

/// The XDR types that the rest of the project uses, from one place: only the newest major of the crate gets fixes.
pub use stellar_xdr as xdr;

/// Implements serde's `Serialize` and `Deserialize` through `Display` and `FromStr`: in JSON these types are strings.
#[macro_export]
macro_rules! serde_as_string {
    ($($name:ty),+) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}
