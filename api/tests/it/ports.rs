//! A ledger, a rail, a clock and ids that do as a test tells them.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use time::{OffsetDateTime, macros::datetime};
use uuid::Uuid;
use windlass_domain::ports::{
    Clock, CreditPage, Cursor, DepositInstructions, FeeStats, Ids, InstructionField, Ledger, LedgerAccount,
    LedgerError, LedgerHeader, LedgerSigner, LedgerTransaction, PaymentPage, PayoutOrder, PayoutOutcome,
    Rail, RailCapabilities, RailError, Submission, Thresholds,
};
use windlass_stellar::{AccountId, TransactionHash};

/// Stands still until it is moved.
pub struct TestClock(Mutex<OffsetDateTime>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Mutex::new(datetime!(2026-11-16 12:00 UTC)))
    }
}

impl TestClock {
    pub fn pass(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}

pub struct RandomIds;

impl Ids for RandomIds {
    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(16) {
            chunk.copy_from_slice(&Uuid::new_v4().as_bytes()[..chunk.len()]);
        }
    }
}

/// How the ledger behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    Down,
    Silent,
    Panics,
}

/// A ledger of accounts and signers.
#[derive(Default)]
pub struct TestLedger {
    accounts: Mutex<BTreeMap<AccountId, LedgerAccount>>,
    mood: Mutex<Mood>,
    asked: AtomicUsize,
}

impl TestLedger {
    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Puts an account there: its medium threshold, and who signs with which weight.
    pub fn open(&self, account: AccountId, medium: u8, signers: &[(AccountId, u8)]) {
        let signers = signers.iter().map(|&(key, weight)| LedgerSigner { key, weight }).collect();
        let thresholds = Thresholds { low: 0, medium, high: 200 };
        let account = LedgerAccount {
            id: account,
            sequence: 1,
            as_of: Some(7),
            balances: vec![],
            thresholds,
            signers,
            memo_required: false,
        };
        self.accounts.lock().unwrap().insert(account.id, account);
    }

    pub fn feel(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    async fn answer(&self) -> Result<(), LedgerError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Well => Ok(()),
            Mood::Down => Err(LedgerError::Unavailable("secret-horizon.internal: connection refused".into())),
            Mood::Silent => std::future::pending().await,
            Mood::Panics => panic!("the ledger port broke"),
        }
    }
}

#[async_trait]
impl Ledger for TestLedger {
    async fn account(&self, account: AccountId) -> Result<Option<LedgerAccount>, LedgerError> {
        self.answer().await?;
        Ok(self.accounts.lock().unwrap().get(&account).cloned())
    }

    async fn ledger(&self, _: Option<u32>) -> Result<LedgerHeader, LedgerError> {
        self.answer().await?;
        Ok(LedgerHeader { sequence: 7, closed_at: OffsetDateTime::UNIX_EPOCH })
    }

    async fn submit(&self, _: &str) -> Result<Submission, LedgerError> {
        unreachable!("the API instructs nobody")
    }

    async fn transaction(&self, _: TransactionHash) -> Result<Option<LedgerTransaction>, LedgerError> {
        unreachable!("the API looks up no transaction")
    }

    async fn payments(&self, _: AccountId, _: Option<&Cursor>, _: u32) -> Result<PaymentPage, LedgerError> {
        unreachable!("the API watches no account")
    }

    async fn await_payments(
        &self,
        _: AccountId,
        _: Option<&Cursor>,
        _: Duration,
    ) -> Result<PaymentPage, LedgerError> {
        unreachable!("the API watches no account")
    }

    async fn fee_stats(&self) -> Result<FeeStats, LedgerError> {
        unreachable!("the API pays no fee")
    }
}

/// A bank that says where to pay, unless it is closed.
#[derive(Default)]
pub struct TestRail {
    closed: Mutex<bool>,
}

impl TestRail {
    pub fn close(&self, closed: bool) {
        *self.closed.lock().unwrap() = closed;
    }
}

#[async_trait]
impl Rail for TestRail {
    fn name(&self) -> &'static str {
        "test-bank"
    }

    fn capabilities(&self) -> RailCapabilities {
        RailCapabilities { idempotent: true, queryable: true }
    }

    async fn deposit_instructions(&self, reference: &str) -> Result<DepositInstructions, RailError> {
        if *self.closed.lock().unwrap() {
            return Err(RailError::Unknown("bank.internal: no answer".into()));
        }
        let field = |name: &str, value: &str, description: &str| InstructionField {
            name: name.into(),
            value: value.into(),
            description: description.into(),
        };
        Ok(DepositInstructions {
            fields: vec![
                field("organization.bank_account_number", "0012345678", "The account number to pay to"),
                field("organization.external_transfer_memo", reference, "The payment reference"),
            ],
        })
    }

    async fn credits(&self, _: Option<&Cursor>, _: u32) -> Result<CreditPage, RailError> {
        unreachable!("the API reads no statement")
    }

    async fn pay_out(&self, _: &PayoutOrder) -> Result<PayoutOutcome, RailError> {
        unreachable!("the API instructs nobody")
    }

    async fn payout(&self, _: &str) -> Result<Option<PayoutOutcome>, RailError> {
        unreachable!("the API looks up no payout")
    }
}
