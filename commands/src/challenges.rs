//! One token per SEP-10 challenge.

use time::OffsetDateTime;
use windlass_stellar::TransactionHash;
use windlass_store::{Append, AppendError, Reservation};

use crate::{CommandError, Commands};

/// Spent challenges, until their time bound.
const CHALLENGE: &str = "sep10_challenge";

impl Commands {
    /// Records that a challenge was redeemed; `Err(AlreadyUsed)` the second time (SEP10-077).
    pub async fn spend_challenge(
        &self,
        challenge: TransactionHash,
        until: OffsetDateTime,
    ) -> Result<(), CommandError> {
        let key = challenge.to_string();
        let reservation = Reservation { kind: CHALLENGE, owner: key.clone(), key, expires_at: Some(until) };
        match self.append(Append { reservations: vec![reservation], ..Append::default() }).await {
            Ok(_) => Ok(()),
            Err(CommandError::Unexpected(AppendError::Reserved { .. })) => Err(CommandError::AlreadyUsed),
            Err(error) => Err(error),
        }
    }

    /// Forgets spent challenges and used link tokens whose time is over; says how many, at most `limit`.
    pub async fn forget_expired_reservations(&self, limit: u32) -> Result<u64, CommandError> {
        Ok(self.store.drop_expired_reservations(self.clock.now(), limit).await?)
    }
}
