//! Commands to one transfer.

use time::OffsetDateTime;
use windlass_domain::transfer::{Refusal, Transfer, TransferCommand, TransferEvent, TransferId};
use windlass_store::{Append, Settle, TaskLease};

use crate::{
    CommandError, Commands, Context,
    repository::{Loaded, TRIES},
    tasks,
};

impl Commands {
    /// Closes the transfer if its deadline went by. The task is done, unless the deadline is still to come.
    pub async fn expire(&self, id: TransferId, lease: &TaskLease) -> Result<(), CommandError> {
        let now = self.clock.now();
        let settle = Some(Settle::Finish(lease.clone()));
        match self.tell(id, TransferCommand::Expire { now }, &Context::task(lease), settle.clone()).await {
            Err(CommandError::Refused(Refusal::Funded | Refusal::Closed(_))) => {
                self.append(Append { settle, ..Append::default() }).await.map(drop)
            }
            // Given more time, or asked by a clock that is ahead of ours: it must not be left without a task.
            Err(CommandError::Refused(Refusal::NotDue)) => {
                let due_at = tasks::expiry(&self.transfer(id).await?).unwrap_or(now);
                let settle = Settle::Reschedule { lease: lease.clone(), due_at, attempts_reset: true };
                self.append(Append { settle: Some(settle), ..Append::default() }).await.map(drop)
            }
            other => other,
        }
    }

    /// Notes that the destination cannot take the asset, and looks again at `look_again`.
    pub async fn await_trustline(
        &self,
        id: TransferId,
        reason: windlass_domain::transfer::TrustReason,
        lease: &TaskLease,
        look_again: OffsetDateTime,
    ) -> Result<(), CommandError> {
        let settle = Settle::Reschedule { lease: lease.clone(), due_at: look_again, attempts_reset: true };
        self.tell(id, TransferCommand::RequestTrustline { reason }, &Context::task(lease), Some(settle)).await
    }

    /// Notes that the destination can take the asset now.
    pub async fn establish_trustline(&self, id: TransferId, lease: &TaskLease) -> Result<(), CommandError> {
        self.tell(id, TransferCommand::EstablishTrustline, &Context::task(lease), None).await
    }

    /// Ends a transfer that cannot go on.
    pub async fn fail(
        &self,
        id: TransferId,
        code: &str,
        message: &str,
        context: &Context,
    ) -> Result<(), CommandError> {
        let command = TransferCommand::Fail { code: code.to_owned(), message: message.to_owned() };
        self.tell(id, command, context, None).await
    }

    /// Goes on with a transfer that failed, or that expired before its money came.
    pub async fn recover(&self, id: TransferId, reason: &str, context: &Context) -> Result<(), CommandError> {
        self.tell(id, TransferCommand::Recover { reason: reason.to_owned() }, context, None).await
    }

    /// Tells a transfer, deciding anew when others changed it meanwhile.
    pub(crate) async fn tell(
        &self,
        id: TransferId,
        command: TransferCommand,
        context: &Context,
        settle: Option<Settle>,
    ) -> Result<(), CommandError> {
        for attempt in 0..TRIES {
            let loaded = self.load::<Transfer>(&id.to_string()).await?;
            let events = loaded.state.decide(command.clone())?;
            if events.is_empty() && settle.is_none() {
                return Ok(());
            }
            let mut append = Append { settle: settle.clone(), ..Append::default() };
            self.add_transfer(&mut append, id, loaded, &events, context, None)?;
            if self.append(append).await?.is_some() {
                return Ok(());
            }
            self.pause_after_conflict(attempt).await;
        }
        Err(CommandError::Contended)
    }

    /// Adds a transfer's events to an append, with the tasks that follow from them.
    pub(crate) fn add_transfer(
        &self,
        append: &mut Append,
        id: TransferId,
        loaded: Loaded<Transfer>,
        events: &[TransferEvent],
        context: &Context,
        occurred_at: Option<OffsetDateTime>,
    ) -> Result<(), CommandError> {
        use cqrs_es::Aggregate;
        if events.is_empty() {
            return Ok(());
        }
        let mut after = loaded.state.clone();
        for event in events {
            after.apply(event.clone());
        }
        let version = loaded.version() + events.len() as u64;
        tasks::follow(append, id, events, &after, version, self.clock.now());
        append.streams.push(self.changes(loaded, events, context, occurred_at)?);
        Ok(())
    }
}
