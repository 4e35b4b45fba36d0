//! The duty of publishing signed roots on Stellar, where nobody can change them.

use std::time::Duration;

use async_trait::async_trait;
use windlass_commands::Context;
use windlass_domain::{
    Actor,
    stellar_transaction::{PreparedTransaction, Progress},
};
use windlass_projections::seal::{Publication, Roots, StoredRoot, Tree};
use windlass_stellar::{Keypair, Memo, Operation, TimeBounds, Transaction};
use windlass_store::StreamId;

use crate::{
    Duty, Ports, StepError, Turn,
    source::{fee, max_time, next_sequence},
};

/// How often to look whether there is something to publish, or whether what was sent is in a ledger.
const LOOK: Duration = Duration::from_secs(5);

/// Publishes the newest signed root now and then: its id is the memo hash of a transaction that does nothing. That goes the
/// same way as a payment: it is in the log before it is sent, and sent until it is in a ledger or dead.
pub struct PublishRoots {
    ports: Ports,
    tree: Tree,
    roots: Roots,
    account: Keypair,
    interval: Duration,
}

impl PublishRoots {
    /// From that account, which exists and has a little XLM, at most once in that time.
    pub fn new(ports: Ports, tree: Tree, roots: Roots, account: Keypair, interval: Duration) -> Self {
        Self { ports, tree, roots, account, interval }
    }

    /// The root to publish now.
    async fn due(&self) -> Result<Option<StoredRoot>, StepError> {
        let Some(newest) = self.roots.last().await? else { return Ok(None) };
        let Some(last) = self.roots.published_last().await? else { return Ok(Some(newest)) };
        let Some(publication) = last.publication else { return Ok(Some(newest)) };
        let confirmed = match self.progress(&last, publication).await? {
            Some(progress) if progress.is_open() => return Ok(None),
            progress => progress == Some(Progress::Confirmed),
        };
        let now = self.ports.clock.now().unix_timestamp_nanos() / 1_000;
        if now - i128::from(publication.at) < self.interval.as_micros().cast_signed() {
            return Ok(None);
        }
        // What published the last root is in the log itself, and nothing to publish.
        let stream = StreamId::new("stellar_transaction", publication.transaction.to_string());
        let has_news = !confirmed || self.tree.has_others(last.root.size, newest.root.size, &stream).await?;
        Ok(has_news.then_some(newest))
    }

    /// How far the transaction is; none where it never came into the log.
    async fn progress(
        &self,
        root: &StoredRoot,
        publication: Publication,
    ) -> Result<Option<Progress>, StepError> {
        if publication.confirmed {
            return Ok(Some(Progress::Confirmed));
        }
        let hash = publication.transaction;
        let transaction = self.ports.commands.stellar_transaction(hash).await?;
        let progress = transaction.prepared.map(|_| transaction.progress);
        if progress == Some(Progress::Confirmed) {
            self.roots.confirm(root.number, hash).await?;
            let (number, size) = (root.number, root.root.size);
            tracing::info!(number, size, transaction = %hash, "the log's root is published");
        }
        Ok(progress)
    }

    async fn sign(&self, root: &StoredRoot, sequence: i64) -> Result<PreparedTransaction, StepError> {
        let Ports { ledger, network, max_fee, .. } = &self.ports;
        let max_time = max_time(&self.ports).await?;
        let source = self.account.account_id();
        let signed = Transaction {
            source,
            sequence,
            fee_per_operation: fee(&ledger.fee_stats().await?, *max_fee),
            time_bounds: TimeBounds::until(max_time.unix_timestamp().unsigned_abs()),
            memo: Memo::Hash(*root.root.id().as_bytes()),
            operations: vec![Operation::bump_sequence(0)],
        }
        .sign(network, &[&self.account])
        .map_err(|error| StepError::NeedsOperator(error.to_string()))?;
        let (hash, envelope) = (signed.hash, signed.envelope);
        Ok(PreparedTransaction { hash, envelope, source, sequence, max_time, members: vec![] })
    }
}

#[async_trait]
impl Duty for PublishRoots {
    fn name(&self) -> String {
        "publish_roots".to_owned()
    }

    fn rest(&self) -> Duration {
        LOOK
    }

    async fn turn(&self) -> Result<Turn, StepError> {
        let Some(root) = self.due().await? else { return Ok(Turn::Idle) };
        let Some(sequence) = next_sequence(&self.ports, self.account.account_id()).await? else {
            return Ok(Turn::Idle);
        };
        let transaction = self.sign(&root, sequence).await?;
        // First noted, then made: what is noted and not in the log was never sent.
        if !self.roots.publish(&root, transaction.hash, self.ports.clock.now()).await? {
            return Err(StepError::Superseded);
        }
        let context = Context::of(Actor::system("publish_roots".to_owned()));
        self.ports.commands.prepare_transaction(transaction, &context).await?;
        Ok(Turn::Idle)
    }
}
