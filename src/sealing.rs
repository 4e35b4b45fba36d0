//! Tamper evidence wired together: who signs the log's roots, and who publishes them.

use std::sync::Arc;

use anyhow::{Context, Result};
use windlass_domain::ports::Ids;
use windlass_projections::seal::{Roots, Tree};
use windlass_stellar::Keypair;
use windlass_store::Database;
use windlass_workers::{Duty, Ports, PublishRoots, SignRoots};

use crate::{config::Config, secrets::make_audit_key};

/// The tree over the log, its signed roots, and the key that signs them.
pub struct Sealing {
    tree: Tree,
    roots: Roots,
    key: Option<Keypair>,
}

impl Sealing {
    /// Over the log in that database.
    ///
    /// # Errors
    /// Where the key or the database cannot be used.
    pub async fn open(config: &Config, database: &Database, ids: &dyn Ids) -> Result<Self> {
        let roots = Roots::open(database.clone()).await.context("the signed roots cannot be used")?;
        let key = make_audit_key(config, ids)?;
        if key.is_none() {
            tracing::warn!(
                "without SECRET_AUDIT_SIGNING_SEED the log's roots are not signed: nobody can tell whether the log was changed"
            );
        }
        Ok(Self { tree: Tree::new(database.clone()), roots, key })
    }

    /// What is done over and over.
    pub fn duties(&self, config: &Config, ports: &Ports, ids: &Arc<dyn Ids>) -> Vec<Arc<dyn Duty>> {
        let Some(key) = &self.key else { return vec![] };
        let (tree, roots) = (&self.tree, &self.roots);
        let (clock, ids) = (ports.clock.clone(), ids.clone());
        let sign = SignRoots::new(tree.clone(), roots.clone(), key.clone(), clock, ids);
        let mut duties: Vec<Arc<dyn Duty>> = vec![Arc::new(sign)];
        if let Some(account) = &config.audit.publishing_key {
            let (ports, interval) = (ports.clone(), config.audit.publish_interval);
            let publish = PublishRoots::new(ports, tree.clone(), roots.clone(), account.clone(), interval);
            duties.push(Arc::new(publish));
        }
        duties
    }
}
