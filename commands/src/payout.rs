//! Paying out by a rail: the payout is in the log, under a key of its own, before the rail is called.

use secrecy::ExposeSecret;
use time::OffsetDateTime;
use windlass_domain::{
    ports::BankAccount,
    transfer::{FailureClass, Transfer, TransferCommand, TransferId},
};
use windlass_store::{Settle, TaskLease};

use crate::{CommandError, Commands, Context};

impl Commands {
    /// The transfer as the log has it.
    pub async fn transfer(&self, id: TransferId) -> Result<Transfer, CommandError> {
        Ok(self.load::<Transfer>(&id.to_string()).await?.state)
    }

    /// Puts a payout into the log; only then may the rail be called.
    pub async fn prepare_payout(
        &self,
        id: TransferId,
        rail: &str,
        key: &str,
        lease: &TaskLease,
    ) -> Result<(), CommandError> {
        let command = TransferCommand::PreparePayout { rail: rail.to_owned(), key: key.to_owned() };
        self.tell(id, command, &Context::task(lease), None).await
    }

    /// Where the payout goes, out of the vault.
    pub async fn payout_destination(&self, transfer: &Transfer) -> Result<Option<BankAccount>, CommandError> {
        let Some(payout) = &transfer.payout else { return Ok(None) };
        let reference = payout.vault_ref.parse().map_err(|_| CommandError::NoVaultReference)?;
        let plain = self.vault.open(reference).await?;
        let destination = serde_json::from_slice(plain.expose_secret()).map_err(|source| {
            CommandError::Malformed { what: "the bank account in the vault".to_owned(), source }
        })?;
        Ok(Some(destination))
    }

    /// The rail took it, and is not done: look again at `look_again`.
    pub async fn record_payout_submitted(
        &self,
        id: TransferId,
        key: &str,
        provider_ref: &str,
        lease: &TaskLease,
        look_again: OffsetDateTime,
    ) -> Result<(), CommandError> {
        let command = TransferCommand::RecordPayoutSubmitted {
            key: key.to_owned(),
            provider_ref: provider_ref.to_owned(),
        };
        let settle = Settle::Reschedule { lease: lease.clone(), due_at: look_again, attempts_reset: true };
        self.tell(id, command, &Context::task(lease), Some(settle)).await
    }

    /// The rail paid; the transfer is complete and the task done.
    pub async fn confirm_payout(
        &self,
        id: TransferId,
        key: &str,
        provider_ref: &str,
        booked_at: OffsetDateTime,
        lease: &TaskLease,
    ) -> Result<(), CommandError> {
        let command = TransferCommand::ConfirmPayout {
            key: key.to_owned(),
            provider_ref: provider_ref.to_owned(),
            booked_at,
        };
        self.tell(id, command, &Context::task(lease), Some(Settle::Finish(lease.clone()))).await
    }

    /// The rail did not pay, for certain; what follows brings its own task.
    pub async fn fail_payout(
        &self,
        id: TransferId,
        key: &str,
        code: &str,
        message: &str,
        class: FailureClass,
        lease: &TaskLease,
    ) -> Result<(), CommandError> {
        let command = TransferCommand::FailPayout {
            key: key.to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
            class,
        };
        self.tell(id, command, &Context::task(lease), Some(Settle::Finish(lease.clone()))).await
    }
}
