//! The write side: load, decide, append. Everything that changes anything goes through [`Commands`], whether an HTTP
//! request or a worker asks for it.

mod challenges;
mod context;
pub mod crash;
mod erasure;
mod error;
mod inbound;
mod intake;
mod payment;
mod payout;
mod reference;
mod repository;
pub mod tasks;
mod transfers;

use std::sync::Arc;

pub use context::Context;
pub use erasure::{Erasure, Person};
pub use error::CommandError;
pub use inbound::Recorded;
pub use intake::{FormInput, InitiateTransfer};
pub use payment::Settled;
pub use tasks::TaskLease;
use windlass_domain::{
    AnchoredAsset, StellarAsset,
    ports::{Clock, Ids, Rail},
};
use windlass_store::EventStore;
use windlass_vault::Vault;

/// What the anchor's configuration says.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What is taken and given.
    pub assets: Vec<AnchoredAsset>,
    /// From a wallet's request to the confirmed form.
    pub form_deadline: time::Duration,
    /// From the confirmed form to the user's money.
    pub funds_deadline: time::Duration,
}

/// The write side.
pub struct Commands {
    store: Arc<dyn EventStore>,
    vault: Arc<Vault>,
    rail: Arc<dyn Rail>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    policy: Policy,
}

impl Commands {
    /// Over that log, with those ports.
    pub fn new(
        store: Arc<dyn EventStore>,
        vault: Arc<Vault>,
        rail: Arc<dyn Rail>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        policy: Policy,
    ) -> Self {
        Self { store, vault, rail, clock, ids, policy }
    }

    /// What this anchor says of an asset.
    pub fn asset(&self, asset: &StellarAsset) -> Option<&AnchoredAsset> {
        self.policy.assets.iter().find(|anchored| anchored.stellar == *asset)
    }

    /// Every asset of this anchor.
    pub fn assets(&self) -> &[AnchoredAsset] {
        &self.policy.assets
    }
}
