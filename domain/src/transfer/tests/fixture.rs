//! What the tests of a transfer speak of. A deposit takes USD and gives USDC, a withdrawal the reverse; 10 to 1000 may be
//! given, the fee is 1 %. Transaction `n` has a hash of 32 bytes `n`, receipt `n` the id `receipt-n`.

use time::{Duration, OffsetDateTime};
use windlass_stellar::{AccountId, Memo, StellarAsset, Stroops, TransactionHash};

use crate::{
    Amount, Amounts, AssetId, FeeSchedule, Money, Terms,
    ports::{DepositInstructions, ResultCodes},
    transfer::*,
};

pub use super::history::*;

/// When the form must be done.
pub const FORM_DEADLINE: OffsetDateTime = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::HOUR);
/// When the money must be paid.
pub const DEADLINE: OffsetDateTime = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::DAY);

pub fn account(n: u8) -> AccountId {
    AccountId::from_bytes([n; 32])
}

pub fn hash(n: u8) -> TransactionHash {
    TransactionHash::from_bytes([n; 32])
}

pub fn key(n: u8) -> String {
    format!("payout-{n}")
}

pub fn provider_ref(n: u8) -> String {
    format!("bank-{n}")
}

pub fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

pub fn usdc() -> StellarAsset {
    "USDC:GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ".parse().unwrap()
}

pub fn usd() -> AssetId {
    "iso4217:USD".parse().unwrap()
}

pub fn terms(kind: Kind) -> Terms {
    let (ledger, bank) = ((AssetId::Stellar(usdc()), 7), (usd(), 2));
    let (given, got) = if kind.is_deposit() { (bank, ledger) } else { (ledger, bank) };
    Terms {
        asset_in: given.0,
        digits_in: given.1,
        asset_out: got.0,
        digits_out: got.1,
        minimum: amount("10"),
        maximum: amount("1000"),
        fee: FeeSchedule { percent: 1.into(), ..FeeSchedule::default() },
    }
}

pub fn initiated(kind: Kind) -> Box<Initiated> {
    Box::new(Initiated {
        kind,
        subject: account(1).into(),
        client_domain: None,
        stellar_account: account(1).into(),
        stellar_asset: usdc(),
        off_chain_asset: usd(),
        terms: terms(kind),
        requested_amount: None,
        memo: Memo::Id(7),
        refund_memo: Memo::None,
        lang: None,
        claimable_balance_supported: false,
        customer_id: None,
        deadline: FORM_DEADLINE,
    })
}

pub fn instructions(kind: Kind) -> TransferInstructions {
    match kind {
        Kind::Sep24Deposit => TransferInstructions::OffChain {
            rail: "bank".into(),
            reference: "REF1".into(),
            details: DepositInstructions { fields: vec![] },
        },
        Kind::Sep24Withdrawal => TransferInstructions::Stellar { account: account(2), memo: Memo::Id(8) },
    }
}

pub fn payout_destination() -> PayoutDestination {
    PayoutDestination { vault_ref: "vault-1".into(), masked: "…4711".into() }
}

pub fn form(kind: Kind, given: &str) -> Box<FormSubmission> {
    Box::new(FormSubmission {
        amount: amount(given),
        payout: (!kind.is_deposit()).then(payout_destination),
        instructions: instructions(kind),
        deadline: DEADLINE,
    })
}

/// Given, kept and paid out in that kind.
pub fn amounts(kind: Kind, given: &str, fee: &str, out: &str) -> Amounts {
    let Terms { asset_in, asset_out, .. } = terms(kind);
    Amounts {
        amount_in: Money::new(amount(given), asset_in),
        fee: Money::new(amount(fee), asset_in),
        amount_out: Money::new(amount(out), asset_out),
    }
}

/// 100, less 1 %.
pub fn hundred(kind: Kind) -> Amounts {
    amounts(kind, "100", "1", "99")
}

/// Money of the expected asset, an hour before the deadline.
pub fn receipt(kind: Kind, n: u8, given: &str) -> Receipt {
    Receipt {
        inbound_payment: format!("receipt-{n}"),
        money: Money::new(amount(given), terms(kind).asset_in),
        paid_at: DEADLINE - Duration::HOUR,
        source: source(kind, n),
    }
}

pub fn source(kind: Kind, n: u8) -> ReceiptSource {
    match kind {
        Kind::Sep24Deposit => {
            ReceiptSource::Rail { rail: "bank".into(), external_transaction_id: format!("credit-{n}") }
        }
        Kind::Sep24Withdrawal => {
            ReceiptSource::Stellar { hash: hash(n.wrapping_add(100)), from: account(1).into() }
        }
    }
}

/// The 99 that are owed, in transaction `n`.
pub fn payment(n: u8) -> PreparedPayment {
    PreparedPayment {
        hash: hash(n),
        destination: account(1).into(),
        asset: usdc(),
        amount: Stroops::new(990_000_000).unwrap(),
        memo: Memo::Id(7),
    }
}

pub fn payment_prepared(n: u8) -> TransferEvent {
    let PreparedPayment { hash, destination, asset, amount, memo } = payment(n);
    let attempt = u32::from(n);
    TransferEvent::StellarPaymentPrepared(PaymentPrepared { attempt, hash, destination, asset, amount, memo })
}

pub fn prepare_payment(n: u8) -> TransferCommand {
    TransferCommand::PreparePayment(payment(n))
}

pub fn confirm_payment(n: u8) -> TransferCommand {
    TransferCommand::ConfirmPayment { hash: hash(n), ledger: 50, closed_at: DEADLINE }
}

pub fn fail_payment(n: u8, class: FailureClass) -> TransferCommand {
    TransferCommand::FailPayment { hash: hash(n), codes: codes(), class }
}

pub fn codes() -> ResultCodes {
    ResultCodes { transaction: "tx_failed".into(), operations: vec!["op_no_trust".into()] }
}

pub fn abandon_payment(n: u8) -> TransferCommand {
    TransferCommand::AbandonPayment { hash: hash(n), proof: proof() }
}

pub fn proof() -> DeathProof {
    DeathProof { ledger: 60, closed_at: DEADLINE, account_sequence: 6 }
}

pub fn payout_prepared(n: u8) -> TransferEvent {
    TransferEvent::PayoutPrepared(PayoutPrepared {
        attempt: u32::from(n),
        rail: "bank".into(),
        key: key(n),
        money: hundred(Kind::Sep24Withdrawal).amount_out,
        masked_destination: "…4711".into(),
    })
}

pub fn prepare_payout(n: u8) -> TransferCommand {
    TransferCommand::PreparePayout { rail: "bank".into(), key: key(n) }
}

pub fn confirm_payout(n: u8) -> TransferCommand {
    TransferCommand::ConfirmPayout { key: key(n), provider_ref: provider_ref(n), booked_at: DEADLINE }
}

pub fn fail_payout(n: u8, class: FailureClass) -> TransferCommand {
    TransferCommand::FailPayout {
        key: key(n),
        code: "closed".into(),
        message: "no such account".into(),
        class,
    }
}

pub fn record(receipt: Receipt) -> TransferCommand {
    TransferCommand::RecordFunds(receipt)
}

pub fn expire_at(now: OffsetDateTime) -> TransferCommand {
    TransferCommand::Expire { now }
}

pub fn fail() -> TransferCommand {
    TransferCommand::Fail { code: "why".into(), message: "Something is wrong.".into() }
}

pub fn failed() -> TransferEvent {
    TransferEvent::Failed { code: "why".into(), message: "Something is wrong.".into() }
}

pub fn recover() -> TransferCommand {
    TransferCommand::Recover { reason: "checked".into() }
}

pub fn recovered() -> TransferEvent {
    TransferEvent::Recovered { reason: "checked".into() }
}
