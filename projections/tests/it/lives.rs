//! Transfers with random lives, told by the domain's own decisions.

use cqrs_es::{Aggregate, DomainEvent};
use proptest::prelude::*;
use time::{Duration, OffsetDateTime, macros::datetime};
use uuid::Uuid;
use windlass_domain::{
    Actor, Amount, AssetId, FeeSchedule, Metadata, Money, StellarAsset, Subject, Terms,
    ports::{DepositInstructions, ResultCodes},
    transfer::{
        Closure, DeathProof, Delivery, FailureClass, FormSubmission, Funding, Initiated, Intake, Kind,
        PayoutDestination, PreparedPayment, Receipt, ReceiptSource, Transfer, TransferCommand as Command,
        TransferEvent, TransferId, TransferInstructions, TrustReason,
    },
};
use windlass_stellar::{AccountId, Memo, MuxedAccount, TransactionHash};
use windlass_store::NewEvent;

pub(crate) const START: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

/// One transfer, and what happens to it.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) id: TransferId,
    pub(crate) events: Vec<(TransferEvent, Metadata)>,
}

/// Several transfers of several users in several assets. Few moments, so that some begin at the same one.
pub(crate) fn lives() -> impl Strategy<Value = Vec<Life>> {
    let steps = prop::collection::vec(0..16u8, 0..14);
    let life = (any::<u64>(), 0..4u8, 0..3u8, any::<bool>(), 0..8i64, steps);
    let life = life.prop_map(|(id, subject, asset, deposit, moment, steps)| {
        let kind = if deposit { Kind::Sep24Deposit } else { Kind::Sep24Withdrawal };
        let initiated = initiated(kind, self::subject(subject), self::asset(asset));
        let begin = START + Duration::nanoseconds(moment / 2 * 700);
        live(TransferId(Uuid::from_u64_pair(id, 0)), initiated, begin, &steps)
    });
    // However much alike they are, no two have the same id.
    prop::collection::vec(life, 1..12).prop_map(|mut lives| {
        for (n, life) in (0..).zip(&mut lives) {
            let (random, _) = life.id.0.as_u64_pair();
            life.id = TransferId(Uuid::from_u64_pair(random, n));
        }
        lives
    })
}

/// The story of a transfer, one step a second.
pub(crate) fn live(id: TransferId, initiated: Initiated, begin: OffsetDateTime, steps: &[u8]) -> Life {
    let mut life = Life { id, events: vec![] };
    let mut transfer = Transfer::default();
    life.happens(&mut transfer, Command::Initiate(Box::new(initiated)), begin);
    for (n, step) in (1..).zip(steps) {
        let command = next(&transfer, *step);
        life.happens(&mut transfer, command, begin + Duration::seconds(n));
    }
    life
}

impl Life {
    pub(crate) fn happens(&mut self, transfer: &mut Transfer, command: Command, at: OffsetDateTime) {
        for event in transfer.decide(command).unwrap_or_default() {
            transfer.apply(event.clone());
            let number = self.events.len() as u128 + 1;
            let metadata = Metadata {
                event_id: Uuid::from_u128(number),
                occurred_at: at,
                actor: Actor::system("test"),
                correlation_id: Uuid::from_u128(1),
                causation_id: None,
            };
            self.events.push((event, metadata));
        }
    }

    pub(crate) fn new_events(&self) -> Vec<NewEvent> {
        let written = |(event, metadata): &(TransferEvent, Metadata)| NewEvent {
            event_type: event.event_type(),
            event_version: event.event_version(),
            payload: serde_json::to_string(event).unwrap(),
            metadata: serde_json::to_string(metadata).unwrap(),
        };
        self.events.iter().map(written).collect()
    }
}

/// What the world could do next; which, the number says.
fn next(transfer: &Transfer, n: u8) -> Command {
    let initiated = transfer.initiated.as_ref().unwrap();
    let (kind, attempt) = (initiated.kind, transfer.attempts);
    match (transfer.closure, &transfer.delivery) {
        (Closure::Open, _) if transfer.intake == Intake::Open => match n {
            0 => Command::Expire { now: START + Duration::days(9) },
            1 => fail(),
            _ => Command::SubmitForm(Box::new(form(kind, "100"))),
        },
        (Closure::Open, _) if transfer.funding == Funding::None => match n {
            0 => Command::Expire { now: START + Duration::days(9) },
            1 => Command::RecordFunds(receipt(kind, n, "5")),
            2 => Command::RecordFunds(receipt(kind, n, "5000")),
            _ => Command::RecordFunds(receipt(kind, n, "100")),
        },
        (Closure::Open, Delivery::AwaitingTrust(_)) => Command::EstablishTrustline,
        (Closure::Open, Delivery::NotStarted) => match (kind, n) {
            (_, 0) => fail(),
            (Kind::Sep24Deposit, 1) => Command::RequestTrustline { reason: TrustReason::NoTrustline },
            (Kind::Sep24Deposit, _) => prepare(transfer),
            (Kind::Sep24Withdrawal, _) => {
                Command::PreparePayout { rail: "bank".into(), key: format!("key-{}", attempt + 1) }
            }
        },
        (Closure::Open, _) if kind.is_deposit() => match n {
            0 => Command::FailPayment {
                hash: hash(attempt),
                codes: ResultCodes::default(),
                class: FailureClass::Terminal,
            },
            1 => Command::AbandonPayment {
                hash: hash(attempt),
                proof: DeathProof { ledger: 9, closed_at: START, account_sequence: 3 },
            },
            2..8 => Command::RecordPaymentSubmitted { hash: hash(attempt) },
            _ => Command::ConfirmPayment { hash: hash(attempt), ledger: 7, closed_at: START },
        },
        (Closure::Open, _) => {
            let (key, provider_ref) = (format!("key-{attempt}"), format!("payout-{attempt}"));
            match n {
                0 => Command::FailPayout {
                    key,
                    code: "closed".into(),
                    message: "no account".into(),
                    class: FailureClass::Terminal,
                },
                1..8 => Command::RecordPayoutSubmitted { key, provider_ref },
                _ => Command::ConfirmPayout { key, provider_ref, booked_at: START },
            }
        }
        (..) if n < 8 => Command::Recover { reason: "looked into".into() },
        (..) => Command::RecordFunds(receipt(kind, n, "100")),
    }
}

pub(crate) fn fail() -> Command {
    Command::Fail { code: "code".into(), message: "Something is wrong.".into() }
}

pub(crate) fn prepare(transfer: &Transfer) -> Command {
    let initiated = transfer.initiated.as_ref().unwrap();
    Command::PreparePayment(PreparedPayment {
        hash: hash(transfer.attempts + 1),
        destination: initiated.stellar_account,
        asset: initiated.stellar_asset,
        amount: transfer.amounts.unwrap().amount_out.amount.to_stroops().unwrap(),
        memo: initiated.memo.clone(),
    })
}

pub(crate) fn account(n: u8) -> AccountId {
    AccountId::from_bytes([n; 32])
}

pub(crate) fn hash(n: u32) -> TransactionHash {
    TransactionHash::from_bytes([u8::try_from(n % 200).unwrap(); 32])
}

/// Two users of a shared account, one of them by both of its names, and two others.
pub(crate) fn subject(n: u8) -> Subject {
    match n {
        0 => account(1).into(),
        1 => format!("{}:7", account(1)).parse().unwrap(),
        2 => Subject::new(MuxedAccount { account: account(1), id: Some(7) }, None).unwrap(),
        n => account(n).into(),
    }
}

pub(crate) fn asset(n: u8) -> StellarAsset {
    match n {
        0 => "native".parse().unwrap(),
        n => format!("USDC:{}", account(n)).parse().unwrap(),
    }
}

pub(crate) fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

pub(crate) fn terms(kind: Kind, asset: StellarAsset) -> Terms {
    let (ledger, bank) = ((AssetId::Stellar(asset), 7), ("iso4217:USD".parse().unwrap(), 2));
    let ((asset_in, digits_in), (asset_out, digits_out)) =
        if kind.is_deposit() { (bank, ledger) } else { (ledger, bank) };
    Terms {
        asset_in,
        digits_in,
        asset_out,
        digits_out,
        minimum: amount("10"),
        maximum: amount("1000"),
        fee: FeeSchedule { percent: 1.into(), ..FeeSchedule::default() },
    }
}

pub(crate) fn initiated(kind: Kind, subject: Subject, asset: StellarAsset) -> Initiated {
    Initiated {
        kind,
        subject,
        client_domain: None,
        stellar_account: account(1).into(),
        stellar_asset: asset,
        off_chain_asset: "iso4217:USD".parse().unwrap(),
        terms: terms(kind, asset),
        requested_amount: None,
        memo: Memo::None,
        refund_memo: Memo::None,
        lang: None,
        claimable_balance_supported: false,
        customer_id: None,
        deadline: START + Duration::HOUR,
    }
}

pub(crate) fn form(kind: Kind, given: &str) -> FormSubmission {
    let (payout, instructions) = match kind {
        Kind::Sep24Deposit => {
            let details = DepositInstructions { fields: vec![] };
            let (rail, reference) = ("bank".into(), "WLABCDEFGH29".into());
            (None, TransferInstructions::OffChain { rail, reference, details })
        }
        Kind::Sep24Withdrawal => {
            let payout = PayoutDestination { vault_ref: "vault-1".into(), masked: "…4711".into() };
            (Some(payout), TransferInstructions::Stellar { account: account(9), memo: Memo::Id(77) })
        }
    };
    FormSubmission { amount: amount(given), payout, instructions, deadline: START + Duration::DAY }
}

pub(crate) fn receipt(kind: Kind, n: u8, given: &str) -> Receipt {
    let asset = terms(kind, asset(1)).asset_in;
    let source = match kind {
        Kind::Sep24Deposit => {
            ReceiptSource::Rail { rail: "bank".into(), external_transaction_id: format!("credit-{n}") }
        }
        Kind::Sep24Withdrawal => {
            ReceiptSource::Stellar { hash: hash(u32::from(n) + 50), from: account(3).into() }
        }
    };
    let money = Money::new(amount(given), asset);
    Receipt { inbound_payment: format!("receipt-{n}"), money, paid_at: START, source }
}
