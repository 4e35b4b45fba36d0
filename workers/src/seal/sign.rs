//! The duty of signing what the log's Merkle tree has become.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use windlass_domain::ports::{Clock, Ids};
use windlass_projections::seal::{LogName, Roots, Tree, sign_next};
use windlass_stellar::Keypair;

use crate::{Duty, StepError, Turn};

/// How often a root is signed while the log grows. With the feed's own delay, nothing is unsealed for more than 10 s.
const INTERVAL: Duration = Duration::from_secs(5);

/// Signs the root of the log's Merkle tree whenever that has grown, each chained to the one before.
pub struct SignRoots {
    tree: Tree,
    roots: Roots,
    key: Keypair,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl SignRoots {
    /// With that key, which is kept outside the database.
    pub fn new(tree: Tree, roots: Roots, key: Keypair, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { tree, roots, key, clock, ids }
    }
}

#[async_trait]
impl Duty for SignRoots {
    fn name(&self) -> String {
        "sign_roots".to_owned()
    }

    fn rest(&self) -> Duration {
        INTERVAL
    }

    async fn turn(&self) -> Result<Turn, StepError> {
        // The name of a log that has none yet.
        let fresh: LogName = self
            .ids
            .id()
            .to_string()
            .parse()
            .map_err(|error| StepError::NeedsOperator(format!("the log cannot be named: {error}")))?;
        let signed = sign_next(&self.tree, &self.roots, &self.key, fresh, self.clock.now()).await?;
        if let Some(signed) = signed {
            // A log of the program that is kept elsewhere is a witness, too.
            let (number, root) = (signed.number, &signed.root);
            tracing::info!(number, size = root.size, root = %root.root, id = %root.id(), "signed the log's root");
        }
        Ok(Turn::Idle)
    }
}
