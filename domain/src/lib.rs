//! What a transfer, an inbound payment and an outgoing transaction are, and what may happen to them.
//!
//! Pure: no I/O, no clock, no randomness, no SQL. Facts come in with commands; events or a refusal come out.

mod anchored_asset;
mod asset;
pub mod customer;
mod envelope;
pub mod inbound_payment;
mod money;
pub mod ports;
pub mod stellar_transaction;
mod subject;
mod terms;
pub mod transfer;

pub use anchored_asset::{AnchoredAsset, Offer};
pub use asset::{AssetCode, AssetError, AssetId, AssetIdError, CurrencyCode, StellarAsset};
pub use envelope::{Actor, ActorError, Metadata};
pub use money::{Amount, AmountError, Money, Rounding, Stroops};
pub use subject::{Subject, SubjectError};
pub use terms::{Amounts, FeeSchedule, Terms, TermsError};
