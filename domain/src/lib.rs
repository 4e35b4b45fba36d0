//! What a transfer, an inbound payment and an outgoing transaction are, and what may happen to them.
//!
//! Pure: no I/O, no clock, no randomness, no SQL. Facts come in with commands; events or a refusal come out.

mod asset;
mod money;
pub mod ports;

pub use asset::{AssetCode, AssetError, AssetId, AssetIdError, CurrencyCode, StellarAsset};
pub use money::{Amount, AmountError, Money, Rounding, Stroops};
