//! The write side over a fresh store, and short ways to bring a transfer to where a test begins. Deposits take USD and
//! give USDC, withdrawals the reverse; 10 to 1000 may be given, the fee is 1 %.

use std::{sync::Arc, time::Duration as StdDuration};

use secrecy::ExposeSecret;
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};
use windlass_commands::{Commands, Context, FormInput, InitiateTransfer, Policy, Recorded, TaskLease};
use windlass_domain::{
    Actor, Amount, AnchoredAsset, FeeSchedule, Metadata, Money, Offer, StellarAsset,
    inbound_payment::Observation,
    ports::{BankAccount, Clock, Credit, PaymentKind, ReceivedPayment},
    stellar_transaction::{Member, PreparedTransaction},
    transfer::{Kind, PreparedPayment, Transfer, TransferId, TransferInstructions},
};
use windlass_stellar::{AccountId, Memo, TransactionHash};
use windlass_store::{
    CursorMove, Database, EventStore, Location, LogPosition, MemoryStore, RecordedEvent, StreamId, TaskFilter,
};
use windlass_vault::{MasterKey, Vault};

use crate::ports::{FakeRail, ManualClock, OrderedIds};

pub(crate) const HOLDER: &str = "Maria Ŝakalova-Ferreira";
pub(crate) const NUMBER: &str = "DE89370400440532013000";

pub(crate) struct World {
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) rail: Arc<FakeRail>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ids: Arc<OrderedIds>,
    pub(crate) commands: Arc<Commands>,
    /// Where a SQLite file is.
    pub(crate) folder: Option<TempDir>,
    /// Dropped last: it goes with whoever is connected to it.
    _server: Option<windlass_test_postgres::Database>,
}

pub(crate) async fn memory() -> World {
    let vault = Vault::memory(MasterKey::generate().unwrap()).await.unwrap();
    World::over(Arc::new(MemoryStore::new(vec![])), vault, None)
}

pub(crate) async fn sqlite() -> World {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::sqlite(folder.path().join("windlass.db"), vec![]).await.unwrap();
    let vault = Vault::open_in(database.clone(), MasterKey::generate().unwrap()).await.unwrap();
    World::over(Arc::new(database), vault, Some(folder))
}

pub(crate) async fn postgres() -> World {
    let server = windlass_test_postgres::fresh_database().unwrap();
    let database = Database::open(&Location::parse(&server.url()).unwrap(), vec![]).await.unwrap();
    let vault = Vault::open_in(database.clone(), MasterKey::generate().unwrap()).await.unwrap();
    World { _server: Some(server), ..World::over(Arc::new(database), vault, None) }
}

impl World {
    fn over(store: Arc<dyn EventStore>, vault: Vault, folder: Option<TempDir>) -> Self {
        let (vault, rail, clock, ids) = (Arc::new(vault), Arc::default(), Arc::default(), Arc::default());
        let policy = Policy {
            assets: vec![anchored(usdc()), AnchoredAsset { sep24_deposit: None, ..anchored(other_usdc()) }],
            form_deadline: Duration::HOUR,
            funds_deadline: Duration::DAY,
        };
        let (rail, clock, ids): (Arc<FakeRail>, Arc<ManualClock>, Arc<OrderedIds>) = (rail, clock, ids);
        let commands =
            Commands::new(store.clone(), vault.clone(), rail.clone(), clock.clone(), ids.clone(), policy);
        Self { store, vault, rail, clock, ids, commands: Arc::new(commands), folder, _server: None }
    }

    pub(crate) async fn initiated(&self, kind: Kind) -> TransferId {
        self.commands.initiate(request(kind), &client()).await.unwrap()
    }

    /// Waits for the user's money.
    pub(crate) async fn awaiting(&self, kind: Kind) -> TransferId {
        let id = self.initiated(kind).await;
        self.commands.submit_form(id, form(kind, "100"), &client()).await.unwrap();
        id
    }

    pub(crate) async fn funded(&self, kind: Kind) -> TransferId {
        let id = self.awaiting(kind).await;
        let recorded = self.pay_in(id, 1, "100").await;
        assert_eq!(recorded, Recorded::Matched(id));
        id
    }

    /// A deposit whose payment is in the log, with its envelope.
    pub(crate) async fn prepared(&self, sequence: i64) -> (TransferId, PreparedTransaction) {
        let id = self.funded(Kind::Sep24Deposit).await;
        let (payment, envelope) = envelope(id, sequence);
        let lease = self.lease("pay").await;
        self.commands.prepare_payment(id, payment, envelope.clone(), &lease).await.unwrap();
        (id, envelope)
    }

    /// The user's money comes for that transfer as payment `n`, an hour after the beginning.
    pub(crate) async fn pay_in(&self, id: TransferId, n: u8, amount: &str) -> Recorded {
        match self.commands.transfer(id).await.unwrap().instructions.unwrap() {
            TransferInstructions::OffChain { reference, .. } => {
                let credit = credit(n, &reference, amount);
                self.commands.record_credit("bank", &credit, None, &rail()).await.unwrap()
            }
            TransferInstructions::Stellar { memo, .. } => {
                let payment = payment(n, memo, amount);
                self.commands.record_payment(payment, None, &watcher()).await.unwrap()
            }
        }
    }

    pub(crate) async fn transfer(&self, id: TransferId) -> Transfer {
        self.commands.transfer(id).await.unwrap()
    }

    pub(crate) async fn reference(&self, id: TransferId) -> String {
        match self.transfer(id).await.instructions {
            Some(TransferInstructions::OffChain { reference, .. }) => reference,
            other => panic!("{other:?} has no reference"),
        }
    }

    pub(crate) async fn memo(&self, id: TransferId) -> Memo {
        match self.transfer(id).await.instructions {
            Some(TransferInstructions::Stellar { memo, .. }) => memo,
            other => panic!("{other:?} has no memo"),
        }
    }

    /// Takes the task of that kind that is due by now; there has to be exactly one.
    pub(crate) async fn lease(&self, kind: &str) -> TaskLease {
        let leased = self.leased(kind).await;
        let [lease] = leased.as_slice() else { panic!("{kind}: {leased:?}") };
        lease.clone()
    }

    pub(crate) async fn leased(&self, kind: &str) -> Vec<TaskLease> {
        let minute = StdDuration::from_secs(60);
        self.store.lease_tasks(&[kind], "worker", self.clock.now(), minute, 9).await.unwrap()
    }

    /// Kind and due time of every task, from now, the earliest first.
    pub(crate) async fn tasks(&self) -> Vec<(String, Duration)> {
        let tasks = self.store.tasks(TaskFilter::All, 99).await.unwrap();
        tasks.into_iter().map(|task| (task.kind, task.due_at - self.clock.now())).collect()
    }

    /// Those of one transfer.
    pub(crate) async fn tasks_of(&self, id: TransferId) -> Vec<(String, Duration)> {
        let tasks = self.store.tasks(TaskFilter::All, 99).await.unwrap();
        let mine = tasks.into_iter().filter(|task| task.key == id.to_string());
        mine.map(|task| (task.kind, task.due_at - self.clock.now())).collect()
    }

    pub(crate) async fn log(&self) -> Vec<RecordedEvent> {
        // On a server that tests share, others' transactions hold the end of the log back.
        while self.store.is_held_back().await.unwrap() {
            tokio::time::sleep(StdDuration::from_millis(10)).await;
        }
        self.store.read_log(LogPosition::START, 10_000).await.unwrap()
    }

    /// The names of a transfer's events.
    pub(crate) async fn events(&self, id: TransferId) -> Vec<String> {
        self.stream("transfer", &id.to_string()).await
    }

    pub(crate) async fn stream(&self, kind: &'static str, id: &str) -> Vec<String> {
        let events = self.store.load(&StreamId::new(kind, id)).await.unwrap();
        events.into_iter().map(|event| event.event_type).collect()
    }

    /// What the vault holds under a reference.
    pub(crate) async fn opened(&self, reference: &str) -> String {
        let opened = self.vault.open(reference.parse().unwrap()).await.unwrap();
        String::from_utf8(opened.expose_secret().to_vec()).unwrap()
    }
}

pub(crate) fn account(n: u8) -> AccountId {
    AccountId::from_bytes([n; 32])
}

pub(crate) fn usdc() -> StellarAsset {
    format!("USDC:{}", account(5)).parse().unwrap()
}

/// The same code by another issuer.
pub(crate) fn other_usdc() -> StellarAsset {
    format!("USDC:{}", account(6)).parse().unwrap()
}

pub(crate) fn distribution() -> AccountId {
    account(7)
}

fn anchored(asset: StellarAsset) -> AnchoredAsset {
    let offer = Offer {
        minimum: amount("10"),
        maximum: amount("1000"),
        fee: FeeSchedule { percent: 1.into(), ..FeeSchedule::default() },
    };
    AnchoredAsset {
        stellar: asset,
        currency: "USD".parse().unwrap(),
        currency_digits: 2,
        distribution: distribution(),
        sep24_deposit: Some(offer.clone()),
        sep24_withdrawal: Some(offer),
    }
}

pub(crate) fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

pub(crate) fn client() -> Context {
    Context::of(Actor::Client { subject: account(1).into(), client_domain: None })
}

pub(crate) fn rail() -> Context {
    Context::of(Actor::Rail { provider: "bank".to_owned() })
}

pub(crate) fn watcher() -> Context {
    Context::of(Actor::system("watch_ledger"))
}

pub(crate) fn request(kind: Kind) -> InitiateTransfer {
    InitiateTransfer {
        kind,
        subject: account(1).into(),
        client_domain: None,
        stellar_account: account(1).into(),
        asset: usdc(),
        requested_amount: None,
        memo: Memo::None,
        refund_memo: Memo::None,
        lang: None,
        claimable_balance_supported: false,
        customer_id: None,
    }
}

pub(crate) fn form(kind: Kind, given: &str) -> FormInput {
    let destination = BankAccount { holder: HOLDER.to_owned(), number: NUMBER.to_owned() };
    FormInput { amount: amount(given), destination: (!kind.is_deposit()).then_some(destination) }
}

pub(crate) fn credit(n: u8, reference: &str, given: &str) -> Credit {
    Credit {
        id: format!("credit-{n}"),
        money: Money::new(amount(given), "iso4217:USD".parse().unwrap()),
        reference: reference.to_owned(),
        booked_at: an_hour_later(),
    }
}

pub(crate) fn payment(n: u8, memo: Memo, given: &str) -> Observation {
    Observation::Stellar(Box::new(received(n, memo, given)))
}

pub(crate) fn received(n: u8, memo: Memo, given: &str) -> ReceivedPayment {
    ReceivedPayment {
        transaction: TransactionHash::from_bytes([n; 32]),
        operation: 1,
        change: 0,
        kind: PaymentKind::Payment,
        ledger: 70,
        closed_at: an_hour_later(),
        from: account(1).into(),
        to: distribution().into(),
        asset: usdc(),
        amount: given.parse().unwrap(),
        memo,
    }
}

pub(crate) fn an_hour_later() -> OffsetDateTime {
    crate::ports::START + Duration::HOUR
}

pub(crate) fn cursor(from: Option<&str>, to: &str) -> CursorMove {
    CursorMove { name: "watched".to_owned(), from: from.map(str::to_owned), to: to.to_owned() }
}

/// The payment of the 99 that a deposit of 100 owes, with its envelope.
pub(crate) fn envelope(id: TransferId, sequence: i64) -> (PreparedPayment, PreparedTransaction) {
    let [.., last] = *id.0.as_bytes();
    let mut bytes = [last; 32];
    bytes[..8].copy_from_slice(&sequence.to_be_bytes());
    let hash = TransactionHash::from_bytes(bytes);
    let payment = PreparedPayment {
        hash,
        destination: account(1).into(),
        asset: usdc(),
        amount: "99".parse().unwrap(),
        memo: Memo::None,
    };
    let transaction = PreparedTransaction {
        hash,
        envelope: "AAAA".to_owned(),
        source: distribution(),
        sequence,
        max_time: an_hour_later(),
        members: vec![Member { transfer: id }],
    };
    (payment, transaction)
}

pub(crate) fn metadata(event: &RecordedEvent) -> Metadata {
    serde_json::from_str(&event.metadata).unwrap()
}
