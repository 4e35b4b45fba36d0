//! Paying on Stellar: an envelope and what its members say of it are one append, before anything is sent.

use time::OffsetDateTime;
use windlass_domain::{
    ports::{LedgerTransaction, ResultCodes},
    stellar_transaction::{PreparedTransaction, StellarTransaction, StellarTransactionCommand},
    transfer::{DeathProof, FailureClass, PreparedPayment, Transfer, TransferCommand, TransferId},
};
use windlass_stellar::TransactionHash;
use windlass_store::{Append, AppendError, NewTask, Reservation, Settle, TaskLease};

use crate::{CommandError, Commands, Context, repository::TRIES, tasks};

/// (source account, sequence number), each taken by one envelope alone.
const SOURCE_SEQUENCE: &str = "source_sequence";

/// How an envelope ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// In a ledger, with effect.
    Confirmed(LedgerTransaction),
    /// In a ledger, without effect; each member's class follows from its own operation.
    Failed {
        /// What the ledger says.
        transaction: LedgerTransaction,
        /// What follows for the members.
        class: FailureClass,
    },
    /// Never to come into a ledger.
    Dead(DeathProof),
}

impl Commands {
    /// Puts a signed payment into the log; only then may it be sent. `Err(SequenceTaken)`: build anew.
    pub async fn prepare_payment(
        &self,
        transfer: TransferId,
        payment: PreparedPayment,
        transaction: PreparedTransaction,
        lease: &TaskLease,
    ) -> Result<(), CommandError> {
        let context = Context::task(lease);
        let hash = transaction.hash.to_string();
        let envelope = self.load::<StellarTransaction>(&hash).await?;
        let member = self.load::<Transfer>(&transfer.to_string()).await?;

        let mut append = Append { settle: Some(Settle::Finish(lease.clone())), ..Append::default() };
        let sequence_key = self.take_sequence(&mut append, &transaction);
        let beside = context.beside(member.correlation_id());
        let events = member.state.decide(TransferCommand::PreparePayment(payment))?;
        self.add_transfer(&mut append, transfer, member, &events, &context, None)?;
        let prepare = StellarTransactionCommand::Prepare(Box::new(transaction));
        let events = envelope.state.decide(prepare)?;
        append.streams.push(self.changes(envelope, &events, &beside, None)?);
        self.append_prepared(append, sequence_key).await
    }

    /// Reserves the envelope's sequence number, and has it sent.
    fn take_sequence(&self, append: &mut Append, transaction: &PreparedTransaction) -> String {
        let (hash, key) = (transaction.hash.to_string(), sequence_key(transaction));
        append.reservations.push(Reservation {
            kind: SOURCE_SEQUENCE,
            key: key.clone(),
            owner: hash.clone(),
            expires_at: None,
        });
        append.tasks.push(NewTask {
            kind: tasks::SUBMIT,
            key: hash,
            sequence: 1,
            payload: String::new(),
            due_at: self.clock.now(),
        });
        key
    }

    async fn append_prepared(&self, append: Append, sequence_key: String) -> Result<(), CommandError> {
        match self.append(append).await {
            Ok(Some(())) => Ok(()),
            Ok(None) => Err(CommandError::Contended),
            Err(CommandError::Unexpected(AppendError::Reserved { .. })) => {
                Err(CommandError::SequenceTaken(sequence_key))
            }
            Err(error) => Err(error),
        }
    }

    /// Puts a signed envelope that pays nobody into the log; only then may it be sent. `Err(SequenceTaken)`: build anew.
    pub async fn prepare_transaction(
        &self,
        transaction: PreparedTransaction,
        context: &Context,
    ) -> Result<(), CommandError> {
        let envelope = self.load::<StellarTransaction>(&transaction.hash.to_string()).await?;
        let mut append = Append::default();
        let sequence_key = self.take_sequence(&mut append, &transaction);
        let events = envelope.state.decide(StellarTransactionCommand::Prepare(Box::new(transaction)))?;
        append.streams.push(self.changes(envelope, &events, context, None)?);
        self.append_prepared(append, sequence_key).await
    }

    /// The envelope of that hash, as the log has it.
    pub async fn stellar_transaction(
        &self,
        hash: TransactionHash,
    ) -> Result<StellarTransaction, CommandError> {
        Ok(self.load::<StellarTransaction>(&hash.to_string()).await?.state)
    }

    /// Notes that an envelope is handed to the network, for it and for each member.
    pub async fn record_submitted(
        &self,
        hash: TransactionHash,
        lease: &TaskLease,
    ) -> Result<(), CommandError> {
        self.tell_envelope(
            hash,
            StellarTransactionCommand::RecordSubmitted,
            |_| TransferCommand::RecordPaymentSubmitted { hash },
            None,
            &Context::task(lease),
            None,
        )
        .await
    }

    /// Records an envelope's fate, for it and for each member; the task is done.
    pub async fn settle_transaction(
        &self,
        hash: TransactionHash,
        settled: Settled,
        lease: &TaskLease,
    ) -> Result<(), CommandError> {
        let context = Context::task(lease);
        let finish = Some(Settle::Finish(lease.clone()));
        match settled {
            Settled::Confirmed(LedgerTransaction { ledger, closed_at, fee_charged, .. }) => {
                let confirm = StellarTransactionCommand::Confirm { ledger, closed_at, fee_charged };
                let member = |_| TransferCommand::ConfirmPayment { hash, ledger, closed_at };
                self.tell_envelope(hash, confirm, member, finish, &context, Some(closed_at)).await
            }
            Settled::Failed { transaction, class } => {
                let codes = transaction.codes.clone();
                let fail =
                    StellarTransactionCommand::Fail { ledger: transaction.ledger, codes: codes.clone() };
                let member = |index: usize| {
                    let own = codes.operations.get(index).cloned();
                    let codes = ResultCodes {
                        transaction: codes.transaction.clone(),
                        operations: own.into_iter().collect(),
                    };
                    TransferCommand::FailPayment { hash, codes, class }
                };
                self.tell_envelope(hash, fail, member, finish, &context, Some(transaction.closed_at)).await
            }
            Settled::Dead(proof) => {
                let dead = StellarTransactionCommand::ProveDead(proof.clone());
                let member = |_| TransferCommand::AbandonPayment { hash, proof: proof.clone() };
                self.tell_envelope(hash, dead, member, finish, &context, None).await
            }
        }
    }

    /// Tells an envelope and each of its members, in one append.
    async fn tell_envelope(
        &self,
        hash: TransactionHash,
        command: StellarTransactionCommand,
        member_command: impl Fn(usize) -> TransferCommand,
        settle: Option<Settle>,
        context: &Context,
        occurred_at: Option<OffsetDateTime>,
    ) -> Result<(), CommandError> {
        for attempt in 0..TRIES {
            let envelope = self.load::<StellarTransaction>(&hash.to_string()).await?;
            let events = envelope.state.decide(command.clone())?;
            let mut append = Append { settle: settle.clone(), ..Append::default() };
            if !events.is_empty() {
                let prepared = envelope.state.prepared.clone();
                if let (Some(prepared), StellarTransactionCommand::ProveDead(_)) = (&prepared, &command) {
                    // The ledger still waits for this number: the next envelope takes it.
                    append.releases.push((SOURCE_SEQUENCE, sequence_key(prepared)));
                }
                let members = prepared.map(|prepared| prepared.members);
                append.streams.push(self.changes(envelope, &events, context, occurred_at)?);
                for (index, member) in members.unwrap_or_default().into_iter().enumerate() {
                    let loaded = self.load::<Transfer>(&member.transfer.to_string()).await?;
                    let events = loaded.state.decide(member_command(index))?;
                    self.add_transfer(&mut append, member.transfer, loaded, &events, context, occurred_at)?;
                }
            }
            if self.append(append).await?.is_some() {
                return Ok(());
            }
            self.pause_after_conflict(attempt).await;
        }
        Err(CommandError::Contended)
    }
}

fn sequence_key(transaction: &PreparedTransaction) -> String {
    format!("{}:{}", transaction.source, transaction.sequence)
}
