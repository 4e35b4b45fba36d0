//! Erasing a person: whatever was ever sealed for them is found through the log, and its keys are deleted.

use std::{collections::BTreeSet, time::Duration};

use windlass_domain::{
    Subject,
    customer::{Customer, Erase},
    inbound_payment::{InboundPayment, InboundPaymentEvent, UnmatchedReason},
    transfer::{Closure, Transfer, TransferEvent, TransferId},
};
use windlass_store::{Append, LogPosition, RecordedEvent};
use windlass_vault::Erased;

use crate::{CommandError, Commands, Context, repository::TRIES};

/// How many events are looked through at once.
const PAGE: u32 = 1_000;

/// How often, and how soon, it is looked again whether the log is final to its end.
const LOOKS: u32 = 200;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// A person, and all that is theirs in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Each name by which the log knows them: identities of accounts, a customer id, or a payment's key.
    pub names: BTreeSet<String>,
    /// Their transfers.
    pub transfers: BTreeSet<TransferId>,
    /// Those of their transfers that have not come to their end: what is erased will be missing there.
    pub open: BTreeSet<TransferId>,
    /// The natural keys of payments that came in for these transfers.
    pub payments: BTreeSet<String>,
}

/// What an erasure did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// What was deleted.
    pub erased: Erased,
    /// Whether the log has a new event that says so; not where the person was erased before and nothing was left.
    pub recorded: bool,
}

/// How a person is looked for.
enum Wanted {
    /// [`Subject::identity`].
    Identity(String),
    /// A SEP-12 id.
    CustomerId(String),
}

impl Commands {
    /// Finds a person by an account (`G…`, `M…`, `G…:MEMO`) or a customer id, or a payment that came in by its natural key
    /// (`rail:NAME:ID`). Goes through the whole log.
    ///
    /// # Errors
    /// [`CommandError::HeldBack`] where a long transaction keeps the end of the log from being read;
    /// [`CommandError::UnknownPerson`] where neither the log nor the vault knows of them.
    pub async fn find_person(&self, customer: &str) -> Result<Person, CommandError> {
        let customer = customer.trim();
        let wanted = match customer.parse::<Subject>() {
            Ok(subject) => Wanted::Identity(subject.identity()),
            Err(_) => Wanted::CustomerId(customer.to_owned()),
        };
        self.await_whole_log().await?;
        let mut person = Person::default();
        let mut after = LogPosition::START;
        loop {
            let page = self.store.read_log(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.at;
            for event in &page {
                notice(&mut person, &wanted, event)?;
            }
        }
        for id in &person.transfers {
            if self.load::<Transfer>(&id.to_string()).await?.state.closure == Closure::Open {
                person.open.insert(*id);
            }
        }
        let (Wanted::Identity(name) | Wanted::CustomerId(name)) = wanted;
        let is_known = !person.transfers.is_empty()
            || self.vault.knows(&name).await?
            || self.load::<InboundPayment>(&name).await?.version() > 0
            || self.load::<Customer>(&name).await?.version() > 0;
        person.names.insert(name);
        if is_known { Ok(person) } else { Err(CommandError::UnknownPerson(customer.to_owned())) }
    }

    /// Erases a person: the log says so first, then the keys go. To be repeated where it was interrupted; doing it twice is
    /// doing it once.
    ///
    /// # Errors
    /// [`CommandError::NoReason`], or the store's and the vault's own.
    pub async fn erase(
        &self,
        person: &Person,
        reason: &str,
        context: &Context,
    ) -> Result<Erasure, CommandError> {
        let subjects: Vec<&str> = person.names.union(&person.payments).map(String::as_str).collect();
        let recorded = self.record_erasure(person, &subjects, reason, context).await?;
        let erased = self.vault.erase_all(&subjects).await?;
        Ok(Erasure { erased, recorded })
    }

    /// What is committed and not final yet could be the person's.
    async fn await_whole_log(&self) -> Result<(), CommandError> {
        for _ in 0..LOOKS {
            if !self.store.is_held_back().await? {
                return Ok(());
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Err(CommandError::HeldBack)
    }

    async fn record_erasure(
        &self,
        person: &Person,
        subjects: &[&str],
        reason: &str,
        context: &Context,
    ) -> Result<bool, CommandError> {
        let mut is_left = false;
        for subject in subjects {
            is_left = is_left || self.vault.knows(subject).await?;
        }
        for attempt in 0..TRIES {
            let mut append = Append::default();
            let mut correlation = context.clone();
            for name in &person.names {
                let loaded = self.load::<Customer>(name).await?;
                let events = loaded.state.decide(Erase { reason: reason.to_owned() })?;
                if is_left || loaded.state.erasures == 0 {
                    correlation.correlation_id.get_or_insert_with(|| self.ids.id());
                    append.streams.push(self.changes(loaded, &events, &correlation, None)?);
                }
            }
            if append.streams.is_empty() {
                return Ok(false);
            }
            if self.append(append).await?.is_some() {
                return Ok(true);
            }
            self.pause_after_conflict(attempt).await;
        }
        Err(CommandError::Contended)
    }
}

/// Takes down what an event says of the person's belongings. A transfer begins before its payment is matched.
fn notice(person: &mut Person, wanted: &Wanted, event: &RecordedEvent) -> Result<(), CommandError> {
    let malformed = |source| CommandError::Malformed {
        what: format!("event {} of {}", event.sequence, event.stream),
        source,
    };
    match event.event_type.as_str() {
        "Initiated" => {
            let read = serde_json::from_str(&event.payload).map_err(malformed)?;
            let (TransferEvent::Initiated(initiated), Ok(id)) = (read, event.stream.aggregate_id.parse())
            else {
                return Ok(());
            };
            let identity = initiated.subject.identity();
            let is_theirs = match wanted {
                Wanted::Identity(wanted) => identity == *wanted,
                Wanted::CustomerId(wanted) => initiated.customer_id.as_ref() == Some(wanted),
            };
            if is_theirs {
                person.transfers.insert(id);
                person.names.insert(identity);
            }
        }
        "PaymentMatched" | "PaymentUnmatched" => {
            let transfer = match serde_json::from_str(&event.payload).map_err(malformed)? {
                InboundPaymentEvent::PaymentMatched { transfer } => transfer,
                InboundPaymentEvent::PaymentUnmatched {
                    reason: UnmatchedReason::Refused { transfer, .. },
                } => transfer,
                _ => return Ok(()),
            };
            if person.transfers.contains(&transfer) {
                person.payments.insert(event.stream.aggregate_id.clone());
            }
        }
        _ => {}
    }
    Ok(())
}
