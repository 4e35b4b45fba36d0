//! The read side over the same log in memory and in SQLite, and what wallets are shown of it.
#![expect(clippy::unwrap_used, reason = "a test that meets what it does not expect has failed")]

mod agreement;
mod envelopes;
mod lives;
mod sep24;
mod stores;
mod view;
