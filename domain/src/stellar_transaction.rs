//! The StellarTransaction aggregate: one envelope that we send, known by its hash. Whatever is paid, created or
//! authorised on Stellar goes through one; it is in the log before it is sent.

mod aggregate;
mod event;

pub use aggregate::{Progress, StellarTransaction, StellarTransactionCommand, StellarTransactionRefusal};
pub use event::{Member, PreparedTransaction, StellarTransactionEvent};
