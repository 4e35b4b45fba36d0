//! What every step and duty works with.

use std::sync::Arc;

use windlass_commands::Commands;
use windlass_domain::ports::{Clock, Ledger, Rail};
use windlass_projections::Queries;
use windlass_stellar::{Network, Stroops};

use crate::Keyring;

/// What every step and duty works with.
#[derive(Clone)]
pub struct Ports {
    /// The write side.
    pub commands: Arc<Commands>,
    /// The read side.
    pub queries: Queries,
    /// The Stellar network.
    pub ledger: Arc<dyn Ledger>,
    /// The bank.
    pub rail: Arc<dyn Rail>,
    /// The keys that sign our payments.
    pub keyring: Arc<Keyring>,
    /// Which network they sign for.
    pub network: Network,
    /// The most that is offered as a fee, for one transaction.
    pub max_fee: Stroops,
    /// The local clock; it never decides about the ledger.
    pub clock: Arc<dyn Clock>,
}
