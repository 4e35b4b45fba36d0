//! Personal data and seeds, sealed.
//!
//! Personal data never enters an event: it is sealed here under a key of the person's own, and the
//! event carries the [`VaultRef`]. Erasing a person deletes that key, and what it sealed is lost
//! for good, wherever copies of it may be.

mod cipher;
mod database;
mod database_sql;
mod error;
mod master_key;
mod masters;
mod memory;
mod reference;
mod rotate;
mod shelf;
mod vault;

pub use database::{TABLES, establish};
pub use error::{MasterKeyError, VaultError};
pub use master_key::{MasterKey, MasterKeys};
pub use reference::{ParseVaultRefError, VaultRef};
pub use rotate::Rotated;
pub use shelf::Erased;
pub use vault::Vault;
