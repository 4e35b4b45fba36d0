//! A rail whose answers are told call by call, and which remembers what it was asked.

use std::sync::Mutex;

use async_trait::async_trait;
use windlass_domain::ports::{
    CreditPage, Cursor, DepositInstructions, PayoutOrder, PayoutOutcome, Rail, RailCapabilities, RailError,
};

use crate::script::Script;

pub(crate) struct TestRail {
    pub(crate) capabilities: Mutex<RailCapabilities>,
    pub(crate) orders: Script<Result<PayoutOutcome, RailError>>,
    pub(crate) known: Script<Result<Option<PayoutOutcome>, RailError>>,
    pub(crate) pages: Script<Result<CreditPage, RailError>>,
    /// Every order that it was given.
    pub(crate) ordered: Mutex<Vec<PayoutOrder>>,
    calls: Mutex<Vec<String>>,
}

impl Default for TestRail {
    fn default() -> Self {
        Self {
            capabilities: Mutex::new(RailCapabilities { idempotent: true, queryable: true }),
            orders: Script::new([]),
            known: Script::new([Ok(None)]),
            pages: Script::new([Ok(CreditPage::default())]),
            ordered: Mutex::default(),
            calls: Mutex::default(),
        }
    }
}

impl TestRail {
    /// What it was asked since the last time.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    pub(crate) fn promises(&self, idempotent: bool, queryable: bool) {
        *self.capabilities.lock().unwrap() = RailCapabilities { idempotent, queryable };
    }
}

#[async_trait]
impl Rail for TestRail {
    fn name(&self) -> &'static str {
        "bank"
    }

    fn capabilities(&self) -> RailCapabilities {
        *self.capabilities.lock().unwrap()
    }

    async fn deposit_instructions(&self, _: &str) -> Result<DepositInstructions, RailError> {
        Ok(DepositInstructions { fields: vec![] })
    }

    async fn credits(&self, cursor: Option<&Cursor>, _: u32) -> Result<CreditPage, RailError> {
        self.calls.lock().unwrap().push(format!("credits after {}", cursor.map_or("-", |cursor| &cursor.0)));
        self.pages.next()
    }

    async fn pay_out(&self, order: &PayoutOrder) -> Result<PayoutOutcome, RailError> {
        assert!(
            self.capabilities().idempotent || self.ordered.lock().unwrap().iter().all(|o| o.key != order.key)
        );
        self.calls.lock().unwrap().push(format!("order {}", order.key));
        self.ordered.lock().unwrap().push(order.clone());
        self.orders.next()
    }

    async fn payout(&self, key: &str) -> Result<Option<PayoutOutcome>, RailError> {
        assert!(self.capabilities().queryable, "it cannot be asked");
        self.calls.lock().unwrap().push(format!("ask {key}"));
        self.known.next()
    }
}
