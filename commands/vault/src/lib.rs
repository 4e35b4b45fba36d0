//! Personal data and seeds, sealed.
//!
//! Personal data never enters an event: it is sealed here under a key of the person's own, and the
//! event carries the [`VaultRef`]. Erasing a person deletes that key, and what it sealed is lost
//! for good, wherever copies of it may be.

mod cipher;
mod database;
mod error;
mod master_key;
mod memory;
mod reference;
mod shelf;
mod vault;

pub use error::{MasterKeyError, VaultError};
pub use master_key::MasterKey;
pub use reference::{ParseVaultRefError, VaultRef};
pub use vault::Vault;
