//! A payment: a person pays from one account of the bank to another.

use serde::Deserialize;

use super::{
    BankError, EntryKind, SandboxBank,
    account::{Role, StoredAccount},
    booking::Booking,
    currency::Currency,
    input,
};

/// A wish to pay. Account numbers are of this bank.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// Whose balance shrinks; never the anchor's, which pays by [`SandboxBank::pay_out`].
    pub from: String,
    /// Whose balance grows.
    pub to: String,
    /// How much.
    pub amount: String,
    /// The currency of both accounts.
    pub currency: String,
    /// What the receiver reads.
    #[serde(default)]
    pub reference: String,
}

impl SandboxBank {
    /// Pays, at once.
    ///
    /// # Errors
    /// [`BankError::UnknownAccount`] and [`BankError::Invalid`] by field, [`BankError::NotAllowed`] from the anchor's
    /// account, [`BankError::InsufficientFunds`].
    pub async fn pay(&self, new: &NewPayment) -> Result<(), BankError> {
        let reference = input::reference("reference", &new.reference)?;
        let mut tx = self.begin().await?;
        let from = StoredAccount::find(&mut tx, "from", &new.from).await?;
        if from.role == Role::Anchor {
            return Err(BankError::NotAllowed("from: the anchor pays by payouts"));
        }
        let to = StoredAccount::find(&mut tx, "to", &new.to).await?;
        if from.id == to.id {
            return Err(BankError::invalid("to", "another account than 'from' is needed"));
        }
        let currency = Currency::find(&mut tx, &new.currency).await?;
        if from.currency != currency.code || to.currency != currency.code {
            return Err(BankError::invalid("currency", "the currency of both accounts is needed"));
        }
        let amount = input::amount("amount", &new.amount, currency.digits)?;
        let at = self.now();
        let booking =
            Booking { kind: EntryKind::Payment, from: &from, to: &to, amount, reference: &reference, at };
        booking.book(&mut tx).await?;
        self.commit(tx).await?;
        tracing::info!(%amount, currency = currency.code, "payment booked");
        Ok(())
    }
}
