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
    intake::{MEMO, REFERENCE, memo_key},
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
        let reference = own_reference(&credit.reference);
        let remittance_vault_ref = match &reference {
            None if !credit.reference.is_empty() => {
                let subject = format!("rail:{rail}:{}", credit.id);
                Some(self.vault.seal(&subject, "remittance", credit.reference.as_bytes()).await?.to_string())
            }
            _ => None,
        };
        let observation = Observation::Rail {
            rail: rail.to_owned(),
            id: credit.id.clone(),
            money: credit.money,
            reference,
            remittance_vault_ref,
            booked_at: credit.booked_at,
        };
        self.record_payment(observation, cursor, context).await
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
            let matching = match self.transfer_of(&observation).await? {
                Err(reason) => Err(reason),
                Ok(id) => {
                    let loaded = self.load::<Transfer>(&id.to_string()).await?;
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
            append.streams.push(self.changes(payment, &events, context, Some(receipt.paid_at))?);
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
                (REFERENCE, format!("{rail}:{reference}"))
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

/// Our reference within what a payer wrote: people add words, drop case and put spaces.
fn own_reference(written: &str) -> Option<String> {
    let written = written.to_ascii_uppercase();
    let fits = |word: &str| {
        word.len() == 12 && word.starts_with("WL") && word.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let mut words = written.split(|c: char| !c.is_ascii_alphanumeric());
    words.find(|word| fits(word)).map(str::to_owned).or_else(|| {
        let joined: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
        fits(&joined).then_some(joined)
    })
}

#[cfg(test)]
mod tests {
    use super::own_reference;

    #[test]
    fn our_reference_is_found_however_people_write_it() {
        for written in ["WLABCDEFGH23", "wlabcdefgh23", "Invoice WLABCDEFGH23, thanks", "WL ABCD EFGH 23"] {
            assert_eq!(own_reference(written).as_deref(), Some("WLABCDEFGH23"), "{written}");
        }
        for written in ["", "Rent", "WLABC", "XXABCDEFGH23", "WLABCDEFGH234"] {
            assert_eq!(own_reference(written), None, "{written}");
        }
    }
}
