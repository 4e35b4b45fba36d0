//! A ledger whose answers are told call by call, and which remembers what it was asked.

use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Mutex, time::Duration};

use async_trait::async_trait;
use time::OffsetDateTime;
use windlass_domain::ports::{
    Cursor, FeeStats, Ledger, LedgerAccount, LedgerBalance, LedgerError, LedgerHeader, LedgerTransaction,
    PaymentPage, ResultCodes, Submission, Thresholds,
};
use windlass_stellar::{AccountId, StellarAsset, Stroops, TransactionHash};

use crate::{clock::START, script::Script};

type Meanwhile = Pin<Box<dyn Future<Output = ()> + Send>>;
pub(crate) type Account = Result<Option<LedgerAccount>, LedgerError>;

pub(crate) struct TestLedger {
    pub(crate) accounts: Mutex<BTreeMap<AccountId, Script<Account>>>,
    pub(crate) submissions: Script<Result<Submission, LedgerError>>,
    pub(crate) transactions: Script<Result<Option<LedgerTransaction>, LedgerError>>,
    pub(crate) headers: Script<Result<LedgerHeader, LedgerError>>,
    pub(crate) fees: Script<Result<FeeStats, LedgerError>>,
    pub(crate) pages: Script<Result<PaymentPage, LedgerError>>,
    /// What happens elsewhere while something of that account is asked for.
    meanwhile: Mutex<Option<(AccountId, Meanwhile)>>,
    calls: Mutex<Vec<String>>,
}

impl Default for TestLedger {
    fn default() -> Self {
        Self {
            accounts: Mutex::default(),
            submissions: Script::new([Ok(Submission::Unknown("no answer".to_owned()))]),
            transactions: Script::new([Ok(None)]),
            headers: Script::new([Ok(LedgerHeader { sequence: 50, closed_at: START })]),
            fees: Script::new([Ok(FeeStats { base: stroops("0.00001"), p90: stroops("0.00002") })]),
            pages: Script::new([Ok(PaymentPage::default())]),
            meanwhile: Mutex::default(),
            calls: Mutex::default(),
        }
    }
}

impl TestLedger {
    /// What is answered for that account, call by call.
    pub(crate) fn account_is(&self, account: AccountId, answers: impl IntoIterator<Item = Account>) {
        self.accounts.lock().unwrap().insert(account, Script::new(answers));
    }

    /// The next time that something of that account is asked for, this happens elsewhere before the answer is there.
    pub(crate) fn meanwhile(&self, account: AccountId, happens: impl Future<Output = ()> + Send + 'static) {
        *self.meanwhile.lock().unwrap() = Some((account, Box::pin(happens)));
    }

    /// What it was asked since the last time.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    async fn pass_time(&self, account: AccountId) {
        let meanwhile = self.meanwhile.lock().unwrap().take_if(|(asked, _)| *asked == account);
        if let Some((_, happens)) = meanwhile {
            happens.await;
        }
    }

    fn note(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }
}

#[async_trait]
impl Ledger for TestLedger {
    async fn account(&self, account: AccountId) -> Account {
        self.note(format!("account {account}"));
        let answer = self.accounts.lock().unwrap().get(&account).map_or(Ok(None), Script::next);
        self.pass_time(account).await;
        answer
    }

    async fn submit(&self, envelope: &str) -> Result<Submission, LedgerError> {
        self.note(format!("submit {envelope}"));
        self.submissions.next()
    }

    async fn transaction(&self, hash: TransactionHash) -> Result<Option<LedgerTransaction>, LedgerError> {
        self.note(format!("transaction {hash}"));
        self.transactions.next()
    }

    async fn payments(&self, _: AccountId, _: Option<&Cursor>, _: u32) -> Result<PaymentPage, LedgerError> {
        unreachable!("workers wait for payments")
    }

    async fn await_payments(
        &self,
        account: AccountId,
        cursor: Option<&Cursor>,
        _: Duration,
    ) -> Result<PaymentPage, LedgerError> {
        self.note(format!("payments {account} after {}", cursor.map_or("-", |cursor| &cursor.0)));
        self.pass_time(account).await;
        self.pages.next()
    }

    async fn ledger(&self, sequence: Option<u32>) -> Result<LedgerHeader, LedgerError> {
        self.note(format!("ledger {sequence:?}"));
        let header = self.headers.next()?;
        Ok(LedgerHeader { sequence: sequence.unwrap_or(header.sequence), ..header })
    }

    async fn fee_stats(&self) -> Result<FeeStats, LedgerError> {
        self.note("fee_stats".to_owned());
        self.fees.next()
    }
}

pub(crate) fn stroops(text: &str) -> Stroops {
    text.parse().unwrap()
}

/// An account that exists, without any trustline, as of ledger 50.
pub(crate) fn account(id: AccountId, sequence: i64) -> LedgerAccount {
    LedgerAccount {
        id,
        sequence,
        as_of: Some(50),
        balances: vec![],
        thresholds: Thresholds::default(),
        signers: vec![],
        memo_required: false,
    }
}

/// A trustline with room for that much.
pub(crate) fn line(asset: StellarAsset, room: &str) -> LedgerBalance {
    LedgerBalance {
        asset,
        balance: stroops("1"),
        limit: stroops(room).checked_add(stroops("3")),
        buying_liabilities: stroops("2"),
        authorized: true,
    }
}

/// In ledger 60, with effect.
pub(crate) fn closed(hash: TransactionHash) -> LedgerTransaction {
    LedgerTransaction {
        hash,
        ledger: 60,
        closed_at: closed_at(),
        successful: true,
        fee_charged: stroops("0.00001"),
        codes: ResultCodes::default(),
    }
}

/// In ledger 60, without effect.
pub(crate) fn failed(hash: TransactionHash, transaction: &str, operations: &[&str]) -> LedgerTransaction {
    let operations = operations.iter().map(|code| (*code).to_owned()).collect();
    let codes = ResultCodes { transaction: transaction.to_owned(), operations };
    LedgerTransaction { successful: false, codes, ..closed(hash) }
}

pub(crate) fn closed_at() -> OffsetDateTime {
    START + Duration::from_secs(5)
}

pub(crate) fn unavailable() -> LedgerError {
    LedgerError::Unavailable("connection refused".to_owned())
}
