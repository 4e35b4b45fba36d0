//! A wallet that is logged in: all that the transfers need.

use windlass_domain::Amount;
use windlass_stellar::StellarAsset;

use super::{
    DemoError,
    bank::Bank,
    http::Http,
    network::Account,
    patience::Patience,
    sep24::{Sep24, Terms},
    show::Show,
};

/// Who it is, what it talks to, and what it moves.
pub(super) struct Wallet {
    /// For pages.
    pub http: Http,
    /// The anchor, logged in.
    pub sep24: Sep24,
    /// Its account on the network.
    pub account: Account,
    /// The bank, if there is one that it can use.
    pub bank: Option<Bank>,
    /// What it deposits and withdraws.
    pub asset: StellarAsset,
    /// The anchor's terms.
    pub deposit: Terms,
    /// The anchor's terms.
    pub withdrawal: Terms,
    /// The time that is left.
    pub patience: Patience,
    /// Where its steps are shown.
    pub show: Show,
}

impl Wallet {
    /// Waits until the account has that much of the asset, or at least something else than `before`.
    pub async fn await_balance(&self, before: Amount, expected: Amount) -> Result<Amount, DemoError> {
        let (code, horizon) = (self.asset.code(), self.account.url());
        let mut wait = self.patience.wait_for(format!("{expected} {code} on the account"), horizon);
        loop {
            let balance = Amount::from(self.account.balance(&self.asset).await?);
            if balance != before || balance == expected {
                return Ok(balance);
            }
            wait.pause(format!("{balance} {code}")).await?;
        }
    }
}
