//! Doing what is due now, and then ending.

use std::sync::Arc;

use tokio::{sync::Semaphore, task::JoinSet};
use tokio_util::sync::CancellationToken;
use windlass_store::LeaseError;

use super::{Runner, turn};
use crate::{Duty, Turn};

impl Runner {
    /// Does what is due now: each duty until there is nothing more to do, and tasks until none is due, those included that
    /// come of it. What another process does at the moment is left to that one. Ends early at `stop`.
    pub async fn run_once(self: &Arc<Self>, stop: &CancellationToken) {
        let mut duties = JoinSet::new();
        for duty in self.duties.iter().cloned() {
            let (runner, stop) = (self.clone(), stop.clone());
            duties.spawn(async move {
                let name = duty.name();
                if let Err(error) = runner.perform_once(&*duty, &stop).await {
                    tracing::warn!(duty = name, %error, "the duty's lease cannot be had");
                }
            });
        }
        self.drain_tasks(stop).await;
        while let Some(ended) = duties.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a duty broke off");
            }
        }
        // What the duties have found may be due at once.
        self.drain_tasks(stop).await;
    }

    async fn perform_once(&self, duty: &dyn Duty, stop: &CancellationToken) -> Result<(), LeaseError> {
        let name = &duty.name();
        let (owner, ttl) = (&self.config.owner, self.config.duty_lease);
        let Some(mut lease) = self.store.acquire_lease(name, owner, self.clock.now(), ttl).await? else {
            tracing::info!(duty = name, "another process does it");
            return Ok(());
        };
        while let Some(turn) = turn(duty, ttl / 2, stop).await {
            match turn {
                Ok(Ok(Turn::Worked)) => {}
                Ok(Ok(Turn::Idle)) => break,
                Ok(Err(error)) => {
                    tracing::error!(duty = name, %error, "the duty failed");
                    break;
                }
                Err(_) => {
                    tracing::error!(duty = name, "the duty took too long");
                    break;
                }
            }
            lease = self.store.renew_lease(&lease, self.clock.now(), ttl).await?;
        }
        self.store.release_lease(&lease).await
    }

    async fn drain_tasks(self: &Arc<Self>, stop: &CancellationToken) {
        let slots: Vec<_> =
            self.steps.iter().map(|step| (step, Arc::new(Semaphore::new(step.concurrency())))).collect();
        let mut running = JoinSet::new();
        loop {
            let mut leased_any = false;
            for (step, slots) in slots.iter().filter(|_| !stop.is_cancelled()) {
                for task in self.lease(step.kind(), slots.available_permits()).await {
                    let Ok(slot) = slots.clone().try_acquire_owned() else { continue };
                    leased_any = true;
                    let (runner, step, stop) = (self.clone(), Arc::clone(step), stop.clone());
                    running.spawn(async move {
                        runner.run_task(&*step, task, &stop).await;
                        drop(slot);
                    });
                }
            }
            if !leased_any && running.join_next().await.is_none() {
                return;
            }
        }
    }
}
