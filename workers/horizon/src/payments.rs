//! `/accounts/{id}/payments`: page by page, and as they come.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep};
use windlass_domain::ports::{Cursor, LedgerError, PaymentPage, ReceivedPayment};
use windlass_stellar::{AccountId, StellarAsset, Stroops};

use crate::{
    Horizon,
    http::{Answer, Failure},
    json::{AssetFields, Page},
    record::{Receipt, Record},
};

/// The most records that Horizon gives at once.
const MAX_LIMIT: u32 = 200;
/// The pause before a stream is opened again that ended, or that told of what the page has not got yet.
const PAUSE: Duration = Duration::from_millis(500);

impl Horizon {
    pub(crate) async fn read_payments(
        &self,
        account: AccountId,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<PaymentPage, LedgerError> {
        if let Some(cursor) = cursor {
            self.check_cursor(cursor).await?;
        }
        let records = self.read_records(account, cursor, limit.clamp(1, MAX_LIMIT)).await?;
        let mut page = PaymentPage::default();
        for record in records {
            match self.read_record(account, record).await {
                Ok((payments, next)) => {
                    page.payments.extend(payments);
                    page.next = Some(next);
                }
                // What came before it is given first; the next page begins with the one that failed.
                Err(_) if page.next.is_some() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(page)
    }

    /// The stream only tells that there is something: what it is, is read from the page.
    pub(crate) async fn watch_payments(
        &self,
        account: AccountId,
        cursor: Option<&Cursor>,
        wait: Duration,
    ) -> Result<PaymentPage, LedgerError> {
        let deadline = Instant::now() + wait;
        let mut page = self.read_payments(account, cursor, MAX_LIMIT).await?;
        while page.next.is_none() && Instant::now() < deadline {
            self.wait_for_payment(account, cursor, deadline).await?;
            page = self.read_payments(account, cursor, MAX_LIMIT).await?;
            if page.next.is_none() {
                sleep(PAUSE.min(deadline.saturating_duration_since(Instant::now()))).await;
            }
        }
        Ok(page)
    }

    /// Fewer at a time where a page would be larger than we read: each record brings its whole transaction.
    async fn read_records(
        &self,
        account: AccountId,
        cursor: Option<&Cursor>,
        mut limit: u32,
    ) -> Result<Vec<Value>, LedgerError> {
        let path = format!("accounts/{account}/payments");
        loop {
            let limit_text = limit.to_string();
            let mut query = vec![("order", "asc"), ("join", "transactions"), ("limit", limit_text.as_str())];
            query.extend(cursor.map(|cursor| ("cursor", cursor.0.as_str())));
            match self.http.get(&path, &query).await {
                Err(Failure::TooLarge) if limit > 1 => limit = (limit / 4).max(1),
                answer => return self.records(answer?, cursor).await,
            }
        }
    }

    async fn records(&self, answer: Answer, cursor: Option<&Cursor>) -> Result<Vec<Value>, LedgerError> {
        let gone = answer.problem().is_some_and(|problem| problem.is("before_history"));
        if let (true, Some(cursor)) = (gone, cursor) {
            let oldest = self.read_history().await?.oldest;
            return Err(LedgerError::BeforeHistory { cursor: cursor.clone(), oldest });
        }
        // An account that is not there yet has received nothing.
        Ok(answer.find::<Page<Value>>()?.map(Page::into_records).unwrap_or_default())
    }

    async fn read_record(
        &self,
        account: AccountId,
        record: Value,
    ) -> Result<(Vec<ReceivedPayment>, Cursor), LedgerError> {
        let malformed = |what: String| LedgerError::Malformed(format!("a payment record: {what}"));
        let record: Record = serde_json::from_value(record).map_err(|error| malformed(error.to_string()))?;
        let mut payments = Vec::new();
        for receipt in record.receipts(account).map_err(malformed)? {
            match receipt {
                Receipt::Complete(payment) => payments.push(payment),
                Receipt::WithoutAmount(payment) => {
                    let place = record.place().map_err(malformed)?;
                    let amount = self.merged_amount(account, place).await?;
                    payments.extend((!amount.is_zero()).then_some(ReceivedPayment { amount, ..payment }));
                }
            }
        }
        record.place().map_err(malformed)?;
        Ok((payments, Cursor(record.paging_token)))
    }

    /// What an account merge brought stands in its effects.
    async fn merged_amount(&self, account: AccountId, operation: u64) -> Result<Stroops, LedgerError> {
        let path = format!("operations/{operation}/effects");
        let effects: Page<Effect> = self.http.get(&path, &[("limit", "200")]).await?.read()?;
        let credited = effects.into_records().into_iter().find(|effect| effect.credits(account));
        credited.and_then(|effect| effect.amount?.parse().ok()).ok_or_else(|| {
            LedgerError::Malformed(format!("operation {operation} credits nothing to {account}"))
        })
    }
}

#[derive(Deserialize)]
struct Effect {
    #[serde(rename = "type")]
    kind: String,
    account: String,
    #[serde(flatten)]
    asset: AssetFields,
    amount: Option<String>,
}

impl Effect {
    fn credits(&self, account: AccountId) -> bool {
        self.kind == "account_credited"
            && self.account == account.to_string()
            && self.asset.read() == Some(StellarAsset::Native)
    }
}
