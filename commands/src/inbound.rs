//! Money that came in: cursor, InboundPayment and the transfer's event move in one append.

use windlass_domain::{
    AssetId, Money,
    inbound_payment::{InboundPayment, Observation, Observe, UnmatchedReason},
    ports::Credit,
    transfer::{Receipt, ReceiptSource, Refusal, Transfer, TransferCommand, TransferId},
};
use windlass_stellar::Memo;
use windlass_store::{Append, CursorMove};

use crate::{
    CommandError, Commands, Context,
    intake::{MEMO, REFERENCE, memo_key, reference_key},
    reference,
    repository::TRIES,
};

/// What became of a payment that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It belongs to that transfer, which took it.
    Matched(TransferId),
    /// It belongs to none that could take it; it is kept for an operator.
    Unmatched(UnmatchedReason),
    /// It was seen before.
    Known,
}

impl Commands {
    /// Where a watcher stands.
    pub async fn cursor(&self, name: &str) -> Result<Option<String>, CommandError> {
        Ok(self.store.cursor(name).await?)
    }

    /// Moves a watcher's cursor past records that concern no one.
    pub async fn move_cursor(&self, cursor: CursorMove) -> Result<(), CommandError> {
        self.append(Append { cursor: Some(cursor), ..Append::default() }).await.map(drop)
    }

    /// Records a credit of a rail's statement. What a payer writes beside our reference goes to the vault.
    pub async fn record_credit(
        &self,
        rail: &str,
        credit: &Credit,
        cursor: Option<CursorMove>,
        context: &Context,
    ) -> Result<Recorded, CommandError> {
        let reference = self.own_reference(rail, &credit.reference).await?;
        let mut observation = Observation::Rail {
            rail: rail.to_owned(),
            id: credit.id.clone(),
            money: credit.money,
            reference,
            remittance_vault_ref: None,
            booked_at: credit.booked_at,
        };
        let key = observation.key();
        if let Observation::Rail { reference: None, remittance_vault_ref, .. } = &mut observation
            && !credit.reference.trim().is_empty()
            && self.load::<InboundPayment>(&key).await?.state.observed.is_none()
        {
            let sealed = self.vault.seal(&key, "remittance", credit.reference.as_bytes()).await?;
            *remittance_vault_ref = Some(sealed.to_string());
        }
        self.record_payment(observation, cursor, context).await
    }

    /// The reference that we gave out, within what a payer wrote. What only looks like one may be a name, and stays out
    /// of the log as all else does.
    async fn own_reference(&self, rail: &str, written: &str) -> Result<Option<String>, CommandError> {
        for candidate in reference::candidates(written) {
            if self.store.reservation(REFERENCE, &reference_key(rail, &candidate)).await?.is_some() {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    /// Records a payment that was seen, and gives it to the transfer that it belongs to. The same payment seen twice is
    /// one; the cursor moves in the same append.
    pub async fn record_payment(
        &self,
        observation: Observation,
        cursor: Option<CursorMove>,
        context: &Context,
    ) -> Result<Recorded, CommandError> {
        let receipt = receipt(&observation);
        for attempt in 0..TRIES {
            let payment = self.load::<InboundPayment>(&observation.key()).await?;
            if payment.state.observed.is_some() {
                if let Some(cursor) = cursor {
                    self.move_cursor(cursor).await?;
                }
                return Ok(Recorded::Known);
            }
            let mut append = Append { cursor: cursor.clone(), ..Append::default() };
            let mut beside = context.clone();
            let matching = match self.transfer_of(&observation).await? {
                Err(reason) => Err(reason),
                Ok(id) => {
                    let loaded = self.load::<Transfer>(&id.to_string()).await?;
                    beside = context.beside(loaded.correlation_id());
                    match loaded.state.decide(TransferCommand::RecordFunds(receipt.clone())) {
                        Ok(events) => {
                            let paid_at = Some(receipt.paid_at);
                            self.add_transfer(&mut append, id, loaded, &events, context, paid_at)?;
                            Ok(id)
                        }
                        Err(refusal) => Err(refused(id, &refusal)),
                    }
                }
            };
            let observe = Observe { observation: observation.clone(), matching: matching.clone() };
            let events = payment.state.decide(observe)?;
            append.streams.push(self.changes(payment, &events, &beside, Some(receipt.paid_at))?);
            if self.append(append).await?.is_some() {
                return Ok(matching.map_or_else(Recorded::Unmatched, Recorded::Matched));
            }
            self.pause_after_conflict(attempt).await;
        }
        Err(CommandError::Contended)
    }

    async fn transfer_of(
        &self,
        observation: &Observation,
    ) -> Result<Result<TransferId, UnmatchedReason>, CommandError> {
        let (kind, key) = match observation {
            Observation::Stellar(payment) => {
                // A muxed destination's id identifies as a memo does.
                let memo = match (&payment.memo, payment.to.id) {
                    (Memo::None, Some(id)) => Memo::Id(id),
                    (memo, _) => memo.clone(),
                };
                if memo == Memo::None {
                    return Ok(Err(UnmatchedReason::NoReference));
                }
                (MEMO, memo_key(payment.to.account, &memo))
            }
            Observation::Rail { rail, reference: Some(reference), .. } => {
                (REFERENCE, reference_key(rail, reference))
            }
            Observation::Rail { remittance_vault_ref: Some(_), .. } => {
                return Ok(Err(UnmatchedReason::UnknownReference));
            }
            Observation::Rail { .. } => return Ok(Err(UnmatchedReason::NoReference)),
        };
        let owner =
            self.store.reservation(kind, &key).await?.and_then(|reservation| reservation.owner.parse().ok());
        Ok(owner.ok_or(UnmatchedReason::UnknownReference))
    }
}

fn refused(transfer: TransferId, refusal: &Refusal) -> UnmatchedReason {
    UnmatchedReason::Refused { transfer, why: refusal.to_string() }
}

fn receipt(observation: &Observation) -> Receipt {
    let inbound_payment = observation.key();
    match observation {
        Observation::Stellar(payment) => Receipt {
            inbound_payment,
            money: Money::new(payment.amount.into(), AssetId::Stellar(payment.asset)),
            paid_at: payment.closed_at,
            source: ReceiptSource::Stellar { hash: payment.transaction, from: payment.from },
        },
        Observation::Rail { rail, id, money, booked_at, .. } => Receipt {
            inbound_payment,
            money: *money,
            paid_at: *booked_at,
            source: ReceiptSource::Rail { rail: rail.clone(), external_transaction_id: id.clone() },
        },
    }
}
