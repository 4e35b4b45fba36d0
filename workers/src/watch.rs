//! The duties: following what comes in on the ledger and at the bank, and forgetting what has expired.

mod ledger;
mod statement;
mod upkeep;

use std::{collections::BTreeSet, sync::Arc};

pub use ledger::WatchLedger;
pub use statement::WatchStatement;
pub use upkeep::ForgetExpired;

use crate::{Duty, Ports};

/// Every duty: each receiving account, the rail's statement, upkeep.
pub fn duties(ports: &Ports) -> Vec<Arc<dyn Duty>> {
    let accounts: BTreeSet<_> = ports.commands.assets().iter().map(|asset| asset.distribution).collect();
    let mut duties: Vec<Arc<dyn Duty>> =
        vec![Arc::new(WatchStatement(ports.clone())), Arc::new(ForgetExpired(ports.clone()))];
    for account in accounts {
        duties.push(Arc::new(WatchLedger { ports: ports.clone(), account }));
    }
    duties
}
