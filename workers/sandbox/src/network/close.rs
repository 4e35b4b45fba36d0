//! Closing a ledger: what waits is applied, stored, and only then shown.

use std::sync::Arc;

use super::sandbox::{Inner, Sandbox, unix_now};
use super::{Answer, SandboxError};
use crate::engine::{Ledger, SignedTransaction};

impl Sandbox {
    /// Closes the next ledger with what waits, and gives its number.
    ///
    /// Ledger time is the clock's, and never runs backwards. Two ledgers may share a second
    /// (those of the real network never do), so that short intervals do not run ahead of the
    /// clock.
    ///
    /// # Errors
    /// [`SandboxError`] if the ledger cannot be stored; then nothing has happened.
    pub async fn close_ledger(&self) -> Result<u32, SandboxError> {
        let inner = Arc::clone(&self.inner);
        // In a task of its own, so that a caller who gives up does not leave it half done.
        tokio::spawn(async move { inner.close().await }).await.map_err(|_| SandboxError::Stopping)?
    }

    /// The first ledgers of a network: one without transactions, one that founds friendbot.
    pub(super) async fn found(&self, is_new: bool) -> Result<(), SandboxError> {
        let mut ledger = self.inner.ledger.write().await;
        if is_new {
            self.inner.store.append(&ledger, &[]).await?;
            ledger.commit();
        }
        if ledger.account(&self.inner.friendbot.account()).is_none() {
            let foundation = Arc::new(self.inner.friendbot.foundation(&ledger)?);
            let close_time = unix_now().max(ledger.close_time());
            self.inner.apply(&mut ledger, close_time, &[foundation]).await?;
        }
        Ok(())
    }
}

impl Inner {
    async fn close(&self) -> Result<u32, SandboxError> {
        let mut ledger = self.ledger.write().await;
        let close_time = unix_now().max(ledger.close_time());
        let gifts = self.friendbot.batch(&ledger);
        let transactions = {
            let mut queue = self.queue();
            if let Some(gifts) = &gifts {
                let answer = queue.offer(&ledger, Arc::clone(&gifts.tx), Ok(()));
                if !matches!(answer, Answer::Pending | Answer::Duplicate) {
                    tracing::warn!(?answer, "friendbot's gifts have to wait");
                }
            }
            queue.select(&ledger, close_time)
        };
        let applied = self.apply(&mut ledger, close_time, &transactions).await;
        if let Some(gifts) = gifts {
            let is_in = transactions.iter().any(|tx| tx.hash() == gifts.tx.hash());
            if applied.is_ok() && is_in {
                gifts.done();
            } else {
                self.friendbot.hold(gifts);
            }
        }
        applied?;
        Ok(ledger.sequence())
    }

    async fn apply(
        &self,
        ledger: &mut Ledger,
        close_time: u64,
        transactions: &[Arc<SignedTransaction>],
    ) -> Result<(), SandboxError> {
        let results = ledger.close(close_time, transactions);
        let applied: Vec<_> = transactions.iter().map(Arc::as_ref).zip(&results).collect();
        if let Err(error) = self.store.append(ledger, &applied).await {
            ledger.revert();
            return Err(error);
        }
        ledger.commit();
        self.queue().closed(transactions);
        self.closed.send_replace(ledger.sequence());
        Ok(())
    }
}
