//! The rail to the sandbox bank: the domain's port, over HTTP only.
//!
//! Only the bank's own word counts: a payout is refused or failed where the bank says so in its own form. Whatever
//! else comes back, or nothing, leaves the outcome unknown. No error tells a holder's name or a number.

mod client;
mod config;
mod wire;

use async_trait::async_trait;
use windlass_domain::{
    AssetId, CurrencyCode,
    ports::{
        CreditPage, Cursor, DepositInstructions, InstructionField, PayoutOrder, PayoutOutcome, Rail,
        RailCapabilities, RailError,
    },
};

use self::{
    client::{Answer, Client, Refusal},
    wire::{PayoutRequest, PayoutResponse, StatementResponse},
};
pub use config::{SandboxBankRailConfig, SandboxBankRailError};

use crate::SandboxBank;

/// A rail over one account of the anchor at the sandbox bank, and so for one currency.
pub struct SandboxBankRail {
    client: Client,
    account_number: String,
    account_holder: String,
    currency: CurrencyCode,
    wait_seconds: u64,
}

impl SandboxBankRail {
    /// The most credits that are asked for at once.
    const MAX_LIMIT: u32 = SandboxBank::MAX_ENTRIES;

    fn pay_out_request(&self, order: &PayoutOrder) -> Result<PayoutRequest, RailError> {
        if order.money.asset != AssetId::Iso4217(self.currency) {
            return Err(RailError::Refused(format!("this rail pays {} only", self.currency.as_str())));
        }
        Ok(PayoutRequest {
            from: self.account_number.clone(),
            to: order.destination.clone(),
            amount: order.money.amount,
            currency: self.currency.as_str().to_owned(),
            reference: order.reference.clone(),
        })
    }
}

#[async_trait]
impl Rail for SandboxBankRail {
    fn name(&self) -> &'static str {
        "sandbox-bank"
    }

    fn capabilities(&self) -> RailCapabilities {
        RailCapabilities { idempotent: true, queryable: true }
    }

    async fn deposit_instructions(&self, reference: &str) -> Result<DepositInstructions, RailError> {
        let field = |name: &str, value: &str, description: &str| InstructionField {
            name: name.to_owned(),
            value: value.to_owned(),
            description: description.to_owned(),
        };
        // The names are SEP09-052, SEP09-039, SEP09-041 and SEP09-045, for an organization (SEP09-065).
        Ok(DepositInstructions {
            fields: vec![
                field("organization.name", &self.account_holder, "Who receives the payment"),
                field("organization.bank_name", SandboxBank::NAME, "The bank to pay to"),
                field(
                    "organization.bank_account_number",
                    &self.account_number,
                    "The account number to pay to",
                ),
                field(
                    "organization.external_transfer_memo",
                    reference,
                    "The payment reference: enter it exactly, so that the payment is recognised as yours",
                ),
            ],
        })
    }

    async fn credits(&self, cursor: Option<&Cursor>, limit: u32) -> Result<CreditPage, RailError> {
        let after = cursor.map(|cursor| cursor.0.as_str());
        let limit = limit.clamp(1, Self::MAX_LIMIT);
        let answer = self.client.statement(&self.account_number, after, limit, self.wait_seconds).await?;
        match answer {
            Answer::Given(body) => StatementResponse::parse(&body)?.credits(self.currency, after),
            Answer::Refused(refusal) => Err(refusal.into()),
        }
    }

    async fn pay_out(&self, order: &PayoutOrder) -> Result<PayoutOutcome, RailError> {
        let request = self.pay_out_request(order)?;
        match self.client.pay_out(&order.key, &request).await? {
            Answer::Given(body) => PayoutResponse::parse(&body)?.outcome(&order.key),
            // An earlier order under this key was taken, with another body: that one may have been paid.
            Answer::Refused(Refusal { code, .. }) if code == "key_reused" => Err(RailError::Unknown(
                "the key already names a payout that differs from this one".to_owned(),
            )),
            Answer::Refused(refusal) => Err(refusal.into()),
        }
    }

    async fn payout(&self, key: &str) -> Result<Option<PayoutOutcome>, RailError> {
        match self.client.payout(key).await? {
            Answer::Given(body) => PayoutResponse::parse(&body)?.outcome(key).map(Some),
            Answer::Refused(Refusal { code, .. }) if code == "unknown_payout" => Ok(None),
            Answer::Refused(refusal) => Err(refusal.into()),
        }
    }
}
