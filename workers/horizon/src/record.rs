//! One record of `/accounts/{id}/payments`: what the account received by it, if anything.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use windlass_domain::ports::{PaymentKind, ReceivedPayment};
use windlass_stellar::{AccountId, AmountError, Memo, MuxedAccount, StellarAsset, Stroops, TransactionHash};

use crate::json::AssetFields;

/// An operation that moved money, with the transaction that it was in.
#[derive(Deserialize)]
pub(crate) struct Record {
    pub(crate) paging_token: String,
    #[serde(rename = "type")]
    kind: String,
    transaction_successful: bool,
    transaction_hash: TransactionHash,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(default)]
    transaction: Option<Joined>,
    source_account: String,
    source_account_muxed: Option<String>,
    from: Option<String>,
    from_muxed: Option<String>,
    to: Option<String>,
    to_muxed: Option<String>,
    funder: Option<String>,
    funder_muxed: Option<String>,
    account: Option<String>,
    account_muxed: Option<String>,
    into: Option<String>,
    into_muxed: Option<String>,
    #[serde(flatten)]
    asset: AssetFields,
    amount: Option<Value>,
    starting_balance: Option<Value>,
    #[serde(default)]
    asset_balance_changes: Vec<Change>,
}

/// The transaction, as `join=transactions` puts it into the record.
#[derive(Deserialize)]
struct Joined {
    memo_type: String,
    memo: Option<String>,
    memo_bytes: Option<String>,
}

/// What a contract call changed.
#[derive(Deserialize)]
struct Change {
    #[serde(rename = "type")]
    kind: String,
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    destination_muxed_id: Option<String>,
    #[serde(default)]
    destination_muxed_id_type: Option<String>,
    #[serde(flatten)]
    asset: AssetFields,
    amount: Option<Value>,
}

/// A payment to the account.
pub(crate) enum Receipt {
    /// All of it is in the record.
    Complete(ReceivedPayment),
    /// An account merge: how much it brought is not in the record.
    WithoutAmount(ReceivedPayment),
}

impl Record {
    /// What `account` received by this operation, in order; nothing where it paid, or where others were paid.
    ///
    /// # Errors
    /// What cannot be read, in words.
    pub(crate) fn receipts(&self, account: AccountId) -> Result<Vec<Receipt>, String> {
        if !self.transaction_successful {
            return Ok(Vec::new());
        }
        match self.kind.as_str() {
            "payment" => self.payment(account, PaymentKind::Payment),
            "path_payment" | "path_payment_strict_receive" | "path_payment_strict_send" => {
                self.payment(account, PaymentKind::PathPayment)
            }
            "create_account" => self.creation(account),
            "account_merge" => self.merge(account),
            "invoke_host_function" => self.contract_transfers(account),
            other => {
                let ours = account.to_string();
                if [&self.to, &self.into].into_iter().flatten().any(|to| *to == ours) {
                    return Err(format!("a payment by an operation of unknown type '{other}'"));
                }
                Ok(Vec::new())
            }
        }
    }

    fn payment(&self, account: AccountId, kind: PaymentKind) -> Result<Vec<Receipt>, String> {
        let to = party("to", &self.to, &self.to_muxed)?;
        if to.account != account {
            return Ok(Vec::new());
        }
        let from = party("from", &self.from, &self.from_muxed)?;
        let asset = self.asset.read().ok_or("an asset that cannot be read")?;
        let amount = amount(&self.amount)?;
        Ok(vec![Receipt::Complete(self.received(kind, from, to, asset, amount)?)])
    }

    fn creation(&self, account: AccountId) -> Result<Vec<Receipt>, String> {
        let to = party("account", &self.account, &None)?;
        let amount = amount(&self.starting_balance)?;
        if to.account != account || amount.is_zero() {
            return Ok(Vec::new());
        }
        let from = party("funder", &self.funder, &self.funder_muxed)?;
        let received = self.received(PaymentKind::CreateAccount, from, to, StellarAsset::Native, amount)?;
        Ok(vec![Receipt::Complete(received)])
    }

    fn merge(&self, account: AccountId) -> Result<Vec<Receipt>, String> {
        let to = party("into", &self.into, &self.into_muxed)?;
        if to.account != account {
            return Ok(Vec::new());
        }
        let from = party("account", &self.account, &self.account_muxed)?;
        let received =
            self.received(PaymentKind::AccountMerge, from, to, StellarAsset::Native, Stroops::ZERO)?;
        Ok(vec![Receipt::WithoutAmount(received)])
    }

    fn contract_transfers(&self, account: AccountId) -> Result<Vec<Receipt>, String> {
        let ours = account.to_string();
        let caller = party("source_account", &Some(self.source_account.clone()), &self.source_account_muxed)?;
        let to_us = |change: &&Change| {
            matches!(change.kind.as_str(), "transfer" | "mint") && change.to.as_ref() == Some(&ours)
        };
        let changes = self.asset_balance_changes.iter().zip(0..);
        changes
            .filter(|(change, _)| to_us(change))
            .map(|(change, index)| {
                let from = change.from.as_deref().and_then(|from| from.parse().ok()).unwrap_or(caller);
                let asset = change.asset.read().ok_or("an asset that cannot be read")?;
                let to = MuxedAccount { account, id: change.user_id() };
                let received =
                    self.received(PaymentKind::ContractTransfer, from, to, asset, amount(&change.amount)?)?;
                Ok(Receipt::Complete(ReceivedPayment { change: index, ..received }))
            })
            .collect()
    }

    fn received(
        &self,
        kind: PaymentKind,
        from: MuxedAccount,
        to: MuxedAccount,
        asset: StellarAsset,
        amount: Stroops,
    ) -> Result<ReceivedPayment, String> {
        let place = self.place()?;
        Ok(ReceivedPayment {
            transaction: self.transaction_hash,
            operation: (place & 0xfff) as u32,
            change: 0,
            kind,
            ledger: (place >> 32) as u32,
            closed_at: self.created_at,
            from,
            to,
            asset,
            amount,
            memo: self.transaction.as_ref().ok_or("a payment without its transaction")?.memo()?,
        })
    }

    /// Ledger, transaction and operation: 32, 20 and 12 bits.
    pub(crate) fn place(&self) -> Result<u64, String> {
        self.paging_token.parse().map_err(|_| format!("'{}' is no paging token", self.paging_token))
    }
}

impl Change {
    /// The user id, as in an `M…` address; contracts may also give texts, which address nobody here.
    fn user_id(&self) -> Option<u64> {
        let is_number = self.destination_muxed_id_type.as_deref() == Some("uint64");
        self.destination_muxed_id.as_deref().filter(|_| is_number)?.parse().ok()
    }
}

impl Joined {
    fn memo(&self) -> Result<Memo, String> {
        let value = self.memo.as_deref().unwrap_or_default();
        match (self.memo_type.as_str(), &self.memo_bytes) {
            ("text", Some(bytes)) => {
                let bytes = STANDARD.decode(bytes).map_err(|error| format!("a memo's bytes: {error}"))?;
                Ok(Memo::from_text_bytes(&bytes))
            }
            ("text", None) => Ok(Memo::from_text_bytes(value.as_bytes())),
            (kind, _) => Memo::parse(kind, value).map_err(|error| error.to_string()),
        }
    }
}

/// Who paid or received, with the user id if there is one.
fn party(role: &str, plain: &Option<String>, muxed: &Option<String>) -> Result<MuxedAccount, String> {
    let text = muxed.as_ref().or(plain.as_ref()).ok_or_else(|| format!("a payment without '{role}'"))?;
    text.parse().map_err(|error| format!("{role}: {error}"))
}

/// Strictly a text: a number could have been rounded.
fn amount(written: &Option<Value>) -> Result<Stroops, String> {
    let text = written.as_ref().and_then(Value::as_str).ok_or("a payment without an amount as text")?;
    text.parse().map_err(|error: AmountError| error.to_string())
}
