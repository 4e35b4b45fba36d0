//! What the log says: every transfer's history has its turning points once and in order, and nothing is left to do.

use anyhow::{Context, Result};
use windlass_store::{Database, EventStore, StreamId, TaskFilter};

use super::Findings;
use crate::{World, until, wallet::Report};

const DEPOSIT: [&str; 6] = [
    "Initiated",
    "FormSubmitted",
    "FundsReceived",
    "StellarPaymentSubmitted",
    "StellarPaymentConfirmed",
    "Completed",
];
const WITHDRAWAL: [&str; 6] =
    ["Initiated", "FormSubmitted", "FundsReceived", "PayoutPrepared", "PayoutConfirmed", "Completed"];

/// Opens the log as another process may.
pub(super) async fn open(world: &World) -> Result<Database> {
    Database::open(&world.database()?, windlass_projections::inline_projections())
        .await
        .context("the log cannot be opened")
}

/// What follows a transfer's last event is a moment's work.
pub(super) async fn no_task_is_left(world: &World) -> Result<()> {
    let store = open(world).await?;
    let left = until("the end of all tasks", async || {
        let tasks = store.tasks(TaskFilter::All, 10).await?;
        let parked = tasks.iter().any(|task| task.state == windlass_store::TaskState::Parked);
        Ok((tasks.is_empty() || parked).then_some(tasks))
    })
    .await
    .with_context(|| world.logs())?;
    store.close().await;
    anyhow::ensure!(left.is_empty(), "a task is parked: {left:?}\n{}", world.logs());
    Ok(())
}

pub(super) async fn check(world: &World, wallets: &[Report], findings: &mut Findings) -> Result<()> {
    let store = open(world).await?;
    for wallet in wallets {
        for (id, kind, expected) in
            [(&wallet.deposit.id, "deposit", DEPOSIT), (&wallet.withdrawal.id, "withdrawal", WITHDRAWAL)]
        {
            let events = store.load(&StreamId::new("transfer", id.as_str())).await?;
            let names: Vec<_> = events.iter().map(|event| event.event_type.as_str()).collect();
            let abandoned = names.iter().filter(|name| **name == "StellarPaymentAbandoned").count();
            let mut turning_points = names.clone();
            turning_points.retain(|name| expected.contains(name));
            // An envelope that was proven dead was followed by another.
            for _ in 0..abandoned {
                if let Some(at) = turning_points.iter().position(|name| *name == "StellarPaymentSubmitted") {
                    turning_points.remove(at);
                }
            }
            findings.same(&format!("the {kind} {id} with {names:?}"), expected.to_vec(), turning_points);
            findings.same(&format!("the end of the {kind} {id}"), Some("Completed"), names.last().copied());
        }
    }
    store.close().await;
    Ok(())
}
