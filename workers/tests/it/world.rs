//! Everything that steps and duties work with, over the memory store. Deposits take USD and give USDC (or XLM),
//! withdrawals the reverse; the fee is 1 %.

use std::{sync::Arc, time::Duration as StdDuration};

use time::Duration;
use windlass_commands::{Commands, Context, FormInput, InitiateTransfer, Policy, Recorded, TaskLease};
use windlass_domain::{
    Actor, AnchoredAsset, FeeSchedule, Money, Offer, StellarAsset,
    inbound_payment::Observation,
    ports::{BankAccount, Clock, Credit, PaymentKind, ReceivedPayment},
    stellar_transaction::PreparedTransaction,
    transfer::{Kind, Transfer, TransferId, TransferInstructions},
};
use windlass_projections::{Backend, Queries, inline_projections};
use windlass_stellar::{AccountId, Keypair, Memo, MuxedAccount, Network, TransactionHash};
use windlass_store::{
    Append, EventStore, LogPosition, MemoryStore, RecordedEvent, Retry, Settle, TaskFilter, TaskRow,
};
use windlass_vault::{MasterKey, Vault};
use windlass_workers::{Keyring, Outcome, Ports, StepError, steps};

use crate::{
    clock::{OrderedIds, START, TestClock},
    ledger::{TestLedger, account, line, stroops},
    rail::TestRail,
};

pub(crate) struct World {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) ledger: Arc<TestLedger>,
    pub(crate) rail: Arc<TestRail>,
    pub(crate) commands: Arc<Commands>,
    pub(crate) ports: Ports,
}

impl World {
    /// The user's account has a trustline with room for 1000, the distribution account's last number is 100.
    pub(crate) async fn new() -> Self {
        let (clock, ledger, rail) = (Arc::new(TestClock::new()), Arc::default(), Arc::default());
        let (ledger, rail): (Arc<TestLedger>, Arc<TestRail>) = (ledger, rail);
        let now = clock.clone();
        let store = Arc::new(MemoryStore::with_clock(inline_projections(), move || now.now()));
        let vault = Arc::new(Vault::memory(MasterKey::generate().unwrap()).await.unwrap());
        let policy = Policy {
            assets: vec![anchored(usdc()), anchored("native".parse().unwrap())],
            form_deadline: Duration::HOUR,
            funds_deadline: Duration::DAY,
        };
        let ids = Arc::new(OrderedIds::default());
        let commands =
            Commands::new(store.clone(), vault.clone(), rail.clone(), clock.clone(), ids.clone(), policy);
        let commands = Arc::new(commands);
        let ports = Ports {
            commands: commands.clone(),
            queries: Queries::new(Backend::Memory(store.clone()), store.clone()),
            ledger: ledger.clone(),
            rail: rail.clone(),
            keyring: Arc::new(Keyring::new([distribution_key()])),
            network: network(),
            max_fee: stroops("0.001"),
            clock: clock.clone(),
        };
        let world = Self { store, vault, clock, ledger, rail, commands, ports };
        world.user_has(Some("1000"));
        world.ledger.account_is(distribution(), [Ok(Some(account(distribution(), 100)))]);
        world
    }

    /// Whether the user's account has a trustline, and with how much room.
    pub(crate) fn user_has(&self, room: Option<&str>) {
        let mut user_account = account(user(), 1);
        user_account.balances.extend(room.map(|room| line(usdc(), room)));
        self.ledger.account_is(user(), [Ok(Some(user_account))]);
    }

    /// Whose money has come, as payment `n`.
    pub(crate) async fn funded(&self, kind: Kind, n: u8) -> TransferId {
        self.funded_as(request(kind), n).await
    }

    pub(crate) async fn funded_as(&self, request: InitiateTransfer, n: u8) -> TransferId {
        let id = self.awaiting(request).await;
        let recorded = match self.transfer(id).await.instructions.unwrap() {
            TransferInstructions::OffChain { reference, .. } => {
                let credit = credit(n, &reference);
                self.commands.record_credit("bank", &credit, None, &anybody()).await
            }
            TransferInstructions::Stellar { memo, .. } => {
                let payment = Observation::Stellar(Box::new(received(n, memo)));
                self.commands.record_payment(payment, None, &anybody()).await
            }
        };
        assert_eq!(recorded.unwrap(), Recorded::Matched(id));
        id
    }

    /// Whose form was submitted.
    pub(crate) async fn awaiting(&self, request: InitiateTransfer) -> TransferId {
        let kind = request.kind;
        let id = self.commands.initiate(request, &anybody()).await.unwrap();
        let destination = BankAccount { holder: "Maria".to_owned(), number: "DE893704".to_owned() };
        let destination = (!kind.is_deposit()).then_some(destination);
        let form = FormInput { amount: "100".parse().unwrap(), destination };
        self.commands.submit_form(id, form, &anybody()).await.unwrap();
        id
    }

    /// A deposit whose payment is in the log.
    pub(crate) async fn prepared(&self) -> (TransferId, PreparedTransaction) {
        let id = self.funded(Kind::Sep24Deposit, 1).await;
        assert_eq!(self.run("pay").await.unwrap(), Outcome::Settled);
        (id, self.last_envelope().await)
    }

    /// A deposit whose payment was handed to the network, which gave no answer.
    pub(crate) async fn submitted(&self) -> (TransferId, PreparedTransaction) {
        let (id, envelope) = self.prepared().await;
        assert!(matches!(self.run("submit").await.unwrap(), Outcome::Again(_)));
        self.clock.pass(Duration::seconds(2));
        self.ledger.calls();
        (id, envelope)
    }

    pub(crate) async fn last_envelope(&self) -> PreparedTransaction {
        let log = self.log().await;
        let last = log.iter().rfind(|event| event.event_type == "Prepared").unwrap();
        let hash = last.stream.aggregate_id.parse().unwrap();
        *self.commands.stellar_transaction(hash).await.unwrap().prepared.unwrap()
    }

    pub(crate) async fn lease(&self, kind: &str) -> TaskLease {
        let minutes = StdDuration::from_secs(120);
        let leased = self.store.lease_tasks(&[kind], "worker", self.clock.now(), minutes, 1).await.unwrap();
        leased.into_iter().next().unwrap_or_else(|| panic!("no task '{kind}' is due"))
    }

    /// Does the task of that kind that is due, and with it what a runner would.
    pub(crate) async fn run(&self, kind: &str) -> Result<Outcome, StepError> {
        let lease = self.lease(kind).await;
        let step = steps(&self.ports).into_iter().find(|step| step.kind() == kind).unwrap();
        let result = step.run(&lease).await;
        let later = |due_at| Settle::Reschedule { lease: lease.clone(), due_at, attempts_reset: true };
        let settle = match &result {
            Ok(Outcome::Settled) => return result,
            Ok(Outcome::Finished) => Settle::Finish(lease),
            Ok(Outcome::Again(due_at)) => later(*due_at),
            Ok(Outcome::NotYet(wait)) => later(self.clock.now() + *wait),
            Err(error) => {
                let second = self.clock.now() + Duration::SECOND;
                let parked = matches!(error, StepError::NeedsOperator(_));
                let retry = if parked { Retry::Park } else { Retry::At(second) };
                self.store.fail_task(&lease, &error.to_string(), retry).await.unwrap();
                return result;
            }
        };
        self.store.append(Append { settle: Some(settle), ..Append::default() }).await.unwrap();
        result
    }

    pub(crate) async fn transfer(&self, id: TransferId) -> Transfer {
        self.commands.transfer(id).await.unwrap()
    }

    pub(crate) async fn log(&self) -> Vec<RecordedEvent> {
        self.store.read_log(LogPosition::START, 10_000).await.unwrap()
    }

    pub(crate) async fn tasks(&self) -> Vec<TaskRow> {
        self.store.tasks(TaskFilter::All, 99).await.unwrap()
    }

    /// Kind and due time of every task, from now.
    pub(crate) async fn due(&self) -> Vec<(String, Duration)> {
        let now = self.clock.now();
        self.tasks().await.into_iter().map(|task| (task.kind, task.due_at - now)).collect()
    }
}

pub(crate) fn network() -> Network {
    Network::new("Test SDF Network ; September 2015")
}

pub(crate) fn distribution_key() -> Keypair {
    Keypair::from_seed_bytes([7; 32])
}

pub(crate) fn distribution() -> AccountId {
    distribution_key().account_id()
}

pub(crate) fn user() -> AccountId {
    AccountId::from_bytes([1; 32])
}

pub(crate) fn issuer() -> AccountId {
    AccountId::from_bytes([5; 32])
}

pub(crate) fn usdc() -> StellarAsset {
    format!("USDC:{}", issuer()).parse().unwrap()
}

fn anchored(stellar: StellarAsset) -> AnchoredAsset {
    let fee = FeeSchedule { percent: rust_decimal::Decimal::ONE, ..FeeSchedule::default() };
    let offer = Offer { minimum: "10".parse().unwrap(), maximum: "1000".parse().unwrap(), fee };
    AnchoredAsset {
        stellar,
        currency: "USD".parse().unwrap(),
        currency_digits: 2,
        distribution: distribution(),
        sep24_deposit: Some(offer.clone()),
        sep24_withdrawal: Some(offer),
    }
}

pub(crate) fn anybody() -> Context {
    Context::of(Actor::system("test"))
}

pub(crate) fn request(kind: Kind) -> InitiateTransfer {
    InitiateTransfer {
        kind,
        subject: user().into(),
        client_domain: None,
        stellar_account: user().into(),
        asset: usdc(),
        requested_amount: None,
        memo: Memo::None,
        refund_memo: Memo::None,
        lang: None,
        claimable_balance_supported: false,
        customer_id: None,
    }
}

pub(crate) fn to(account: impl Into<MuxedAccount>) -> InitiateTransfer {
    InitiateTransfer { stellar_account: account.into(), ..request(Kind::Sep24Deposit) }
}

pub(crate) fn credit(n: u8, reference: &str) -> Credit {
    Credit {
        id: format!("credit-{n}"),
        money: Money::new("100".parse().unwrap(), "iso4217:USD".parse().unwrap()),
        reference: reference.to_owned(),
        booked_at: START,
    }
}

pub(crate) fn received(n: u8, memo: Memo) -> ReceivedPayment {
    ReceivedPayment {
        transaction: TransactionHash::from_bytes([n; 32]),
        operation: 1,
        change: 0,
        kind: PaymentKind::Payment,
        ledger: 40,
        closed_at: START,
        from: user().into(),
        to: distribution().into(),
        asset: usdc(),
        amount: stroops("100"),
        memo,
    }
}
