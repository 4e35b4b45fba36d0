//! The envelope's life: prepared, sent, and then one of three ends, each decided by the ledger alone.

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use windlass_stellar::Stroops;

use super::{PreparedTransaction, StellarTransactionEvent as Event};
use crate::{ports::ResultCodes, transfer::DeathProof};

/// One envelope that we send.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StellarTransaction {
    /// The envelope; `None` before the first event.
    pub prepared: Option<Box<PreparedTransaction>>,
    /// How far it is.
    pub progress: Progress,
}

/// How far an envelope is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Progress {
    /// In the log, perhaps sent.
    #[default]
    Prepared,
    /// Sent at least once.
    Submitted,
    /// In a ledger, with effect.
    Confirmed,
    /// In a ledger, without effect.
    Failed,
    /// Never to come into a ledger.
    Dead,
}

impl Progress {
    /// Whether its fate is still open.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Prepared | Self::Submitted)
    }
}

/// What an envelope can be told.
#[derive(Clone, Debug, PartialEq)]
pub enum StellarTransactionCommand {
    /// It was built and signed.
    Prepare(Box<PreparedTransaction>),
    /// It is about to be, or was, handed in.
    RecordSubmitted,
    /// A closed ledger has it, with effect.
    Confirm {
        /// The ledger.
        ledger: u32,
        /// When that closed.
        closed_at: OffsetDateTime,
        /// The fee that was taken.
        fee_charged: Stroops,
    },
    /// A closed ledger has it, without effect.
    Fail {
        /// The ledger.
        ledger: u32,
        /// Why.
        codes: ResultCodes,
    },
    /// It can never come into a ledger.
    ProveDead(DeathProof),
}

/// Why an envelope does not do what it is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StellarTransactionRefusal {
    /// There is no such envelope.
    #[error("there is no such transaction")]
    NotPrepared,
    /// It exists already.
    #[error("the transaction is already prepared")]
    AlreadyPrepared,
    /// Its fate is known, and is another one.
    #[error("the transaction's fate is already known")]
    AlreadySettled,
    /// The answer is of a ledger that closed before the envelope's max_time, or its sequence number may be used up.
    #[error("that is no proof that the transaction is dead")]
    NoProof,
}

impl StellarTransaction {
    /// What happens on that command; no event where it is already so.
    ///
    /// # Errors
    /// [`StellarTransactionRefusal`] where a rule forbids it.
    pub fn decide(
        &self,
        command: StellarTransactionCommand,
    ) -> Result<Vec<Event>, StellarTransactionRefusal> {
        use StellarTransactionCommand as C;
        let Some(prepared) = &self.prepared else {
            return match command {
                C::Prepare(prepared) => Ok(vec![Event::Prepared(prepared)]),
                _ => Err(StellarTransactionRefusal::NotPrepared),
            };
        };
        let settled = StellarTransactionRefusal::AlreadySettled;
        match command {
            C::Prepare(_) => Err(StellarTransactionRefusal::AlreadyPrepared),
            C::RecordSubmitted if self.progress == Progress::Prepared => Ok(vec![Event::Submitted]),
            C::RecordSubmitted => Ok(vec![]),
            C::Confirm { ledger, closed_at, fee_charged } if self.progress.is_open() => {
                Ok(vec![Event::Confirmed { ledger, closed_at, fee_charged }])
            }
            C::Confirm { .. } if self.progress == Progress::Confirmed => Ok(vec![]),
            C::Fail { ledger, codes } if self.progress.is_open() => Ok(vec![Event::Failed { ledger, codes }]),
            C::Fail { .. } if self.progress == Progress::Failed => Ok(vec![]),
            C::ProveDead(proof) if self.progress.is_open() => {
                if proof.closed_at > prepared.max_time && proof.account_sequence < prepared.sequence {
                    Ok(vec![Event::ProvenDead(proof)])
                } else {
                    Err(StellarTransactionRefusal::NoProof)
                }
            }
            C::ProveDead(_) if self.progress == Progress::Dead => Ok(vec![]),
            C::Confirm { .. } | C::Fail { .. } | C::ProveDead(_) => Err(settled),
        }
    }
}

impl Aggregate for StellarTransaction {
    const TYPE: &'static str = "stellar_transaction";
    type Command = StellarTransactionCommand;
    type Event = Event;
    type Error = StellarTransactionRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: StellarTransactionCommand,
        _services: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), StellarTransactionRefusal> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        self.progress = match event {
            Event::Prepared(prepared) => {
                self.prepared = Some(prepared);
                Progress::Prepared
            }
            Event::Submitted => Progress::Submitted,
            Event::Confirmed { .. } => Progress::Confirmed,
            Event::Failed { .. } => Progress::Failed,
            Event::ProvenDead(_) => Progress::Dead,
        };
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use time::Duration;
    use windlass_stellar::{AccountId, TransactionHash};

    use super::*;

    const MAX_TIME: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn prepared() -> Box<PreparedTransaction> {
        Box::new(PreparedTransaction {
            hash: TransactionHash::from_bytes([1; 32]),
            envelope: "AAAA".into(),
            source: AccountId::from_bytes([2; 32]),
            sequence: 7,
            max_time: MAX_TIME,
            members: vec![],
        })
    }

    fn proof(after: i64, account_sequence: i64) -> DeathProof {
        DeathProof { ledger: 9, closed_at: MAX_TIME + Duration::seconds(after), account_sequence }
    }

    fn given(events: Vec<Event>) -> cqrs_es::test::AggregateTestExecutor<StellarTransaction> {
        let mut all = vec![Event::Prepared(prepared())];
        all.extend(events);
        TestFramework::with(()).given(all)
    }

    #[test]
    fn only_a_later_ledger_with_a_lower_sequence_proves_death() {
        for no_proof in [proof(0, 6), proof(-1, 6), proof(1, 7), proof(1, 8)] {
            given(vec![Event::Submitted])
                .when(StellarTransactionCommand::ProveDead(no_proof))
                .then_expect_error(StellarTransactionRefusal::NoProof);
        }
        given(vec![])
            .when(StellarTransactionCommand::ProveDead(proof(1, 6)))
            .then_expect_events(vec![Event::ProvenDead(proof(1, 6))]);
    }

    #[test]
    fn a_fate_once_known_does_not_change() {
        let confirm = || StellarTransactionCommand::Confirm {
            ledger: 3,
            closed_at: MAX_TIME,
            fee_charged: Stroops::ZERO,
        };
        given(vec![Event::ProvenDead(proof(1, 6))])
            .when(confirm())
            .then_expect_error(StellarTransactionRefusal::AlreadySettled);
        let confirmed = Event::Confirmed { ledger: 3, closed_at: MAX_TIME, fee_charged: Stroops::ZERO };
        given(vec![confirmed.clone()]).when(confirm()).then_expect_events(vec![]);
        given(vec![confirmed])
            .when(StellarTransactionCommand::ProveDead(proof(1, 6)))
            .then_expect_error(StellarTransactionRefusal::AlreadySettled);
    }

    #[test]
    fn nothing_is_sent_that_was_not_prepared() {
        TestFramework::<StellarTransaction>::with(())
            .given_no_previous_events()
            .when(StellarTransactionCommand::RecordSubmitted)
            .then_expect_error(StellarTransactionRefusal::NotPrepared);
        given(vec![])
            .when(StellarTransactionCommand::Prepare(prepared()))
            .then_expect_error(StellarTransactionRefusal::AlreadyPrepared);
    }
}
