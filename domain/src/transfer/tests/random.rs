//! Random command sequences: two of three steps are what could come next, the third is anything.

use proptest::prelude::*;
use time::{Duration, OffsetDateTime};
use windlass_stellar::{Memo, Stroops};

use super::fixture::*;
use crate::{
    Money,
    transfer::{TransferCommand as C, *},
};

/// A step; what it means depends on how far the transfer is.
#[derive(Clone, Debug)]
pub enum Step {
    /// Something that the world could do next; which, the number says.
    Next(u8),
    /// Anything.
    Any(TransferCommand),
}

/// A whole life.
pub fn lives() -> impl Strategy<Value = (Kind, Vec<Step>)> {
    let step = prop_oneof![2 => any::<u8>().prop_map(Step::Next), 1 => any_command().prop_map(Step::Any)];
    (kinds(), prop::collection::vec(step, 5..40))
}

impl Step {
    /// The command that it stands for.
    pub fn command(&self, kind: Kind, transfer: &Transfer) -> TransferCommand {
        match self {
            Self::Any(command) => command.clone(),
            Self::Next(n) => next(kind, transfer, *n),
        }
    }
}

fn next(kind: Kind, transfer: &Transfer, n: u8) -> TransferCommand {
    let attempt = u8::try_from(transfer.attempts).unwrap_or(u8::MAX);
    match (transfer.closure, &transfer.delivery) {
        _ if transfer.initiated.is_none() => C::Initiate(initiated(kind)),
        (Closure::Open, _) if transfer.intake == Intake::Open => C::SubmitForm(form(kind, "100")),
        (Closure::Open, _) if transfer.funding == Funding::None => money(kind, n),
        (Closure::Open, Delivery::AwaitingTrust(_)) => C::EstablishTrustline,
        (Closure::Open, Delivery::Prepared(_)) if n.is_multiple_of(2) => sent(kind, attempt),
        (Closure::Open, Delivery::Prepared(_) | Delivery::Submitted(_)) => outcome(kind, attempt, n),
        (Closure::Open, _) => prepare(kind, transfer, attempt.saturating_add(1)),
        (Closure::Failed | Closure::Expired, _) if n.is_multiple_of(2) => recover(),
        (..) => record(receipt(kind, n, "100")),
    }
}

fn money(kind: Kind, n: u8) -> TransferCommand {
    match n % 16 {
        0 => record(receipt(kind, n, "5")),
        1 => record(receipt(kind, n, "1000.01")),
        2 => record(receipt(kind, n, "33.33")),
        3 => expire_at(DEADLINE),
        _ => record(receipt(kind, n, "100")),
    }
}

fn prepare(kind: Kind, transfer: &Transfer, attempt: u8) -> TransferCommand {
    let owed = transfer.amounts.unwrap_or_else(|| hundred(kind)).amount_out.amount;
    match kind {
        Kind::Sep24Deposit => {
            C::PreparePayment(PreparedPayment { amount: owed.to_stroops().unwrap(), ..payment(attempt) })
        }
        Kind::Sep24Withdrawal => prepare_payout(attempt),
    }
}

fn sent(kind: Kind, attempt: u8) -> TransferCommand {
    match kind {
        Kind::Sep24Deposit => C::RecordPaymentSubmitted { hash: hash(attempt) },
        Kind::Sep24Withdrawal => {
            C::RecordPayoutSubmitted { key: key(attempt), provider_ref: provider_ref(attempt) }
        }
    }
}

fn outcome(kind: Kind, attempt: u8, n: u8) -> TransferCommand {
    let class = match n % 8 {
        0 | 1 => FailureClass::Retryable,
        2 => FailureClass::NeedsTrust(TrustReason::NoTrustline),
        3 => FailureClass::Terminal,
        4 if kind.is_deposit() => return abandon_payment(attempt),
        _ if kind.is_deposit() => return confirm_payment(attempt),
        _ => return confirm_payout(attempt),
    };
    if kind.is_deposit() { fail_payment(attempt, class) } else { fail_payout(attempt, class) }
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::Sep24Deposit, Kind::Sep24Withdrawal])
}

fn any_command() -> BoxedStrategy<TransferCommand> {
    let class = prop::sample::select(vec![
        FailureClass::Retryable,
        FailureClass::NeedsTrust(TrustReason::NoAccount),
        FailureClass::Terminal,
    ]);
    let classes = || class.clone();
    let n = || 1u8..5;
    prop_oneof![
        kinds().prop_map(|kind| C::Initiate(initiated(kind))),
        Just(C::OpenInteractiveSession { session_id: "s".into(), token_id: "t".into() }),
        forms().prop_map(C::SubmitForm),
        receipts().prop_map(C::RecordFunds),
        Just(C::RequestTrustline { reason: TrustReason::NotAuthorized }),
        Just(C::EstablishTrustline),
        payments().prop_map(C::PreparePayment),
        n().prop_map(|n| C::RecordPaymentSubmitted { hash: hash(n) }),
        n().prop_map(confirm_payment),
        (n(), classes()).prop_map(|(n, class)| fail_payment(n, class)),
        n().prop_map(abandon_payment),
        n().prop_map(prepare_payout),
        n().prop_map(|n| C::RecordPayoutSubmitted { key: key(n), provider_ref: provider_ref(n) }),
        n().prop_map(confirm_payout),
        (n(), classes()).prop_map(|(n, class)| fail_payout(n, class)),
        times().prop_map(expire_at),
        Just(fail()),
        Just(recover()),
    ]
    .boxed()
}

/// In time, at the last moment, late, and at the ends of what can be written.
fn times() -> impl Strategy<Value = OffsetDateTime> {
    let long_ago = time::macros::datetime!(0000-01-01 0:00 UTC);
    let far_off = time::macros::datetime!(9999-12-31 23:59:59 UTC);
    prop::sample::select(vec![long_ago, FORM_DEADLINE, DEADLINE, DEADLINE + Duration::SECOND, far_off])
}

fn forms() -> impl Strategy<Value = Box<FormSubmission>> {
    (kinds(), kinds(), texts(), times()).prop_map(|(kind, other, given, deadline)| {
        let payout = form(other, given).payout;
        Box::new(FormSubmission { payout, deadline, ..*form(kind, given) })
    })
}

fn receipts() -> impl Strategy<Value = Receipt> {
    (kinds(), kinds(), 1u8..8, texts(), times()).prop_map(|(kind, other, n, given, paid_at)| Receipt {
        money: Money::new(amount(given), terms(kind).asset_in),
        source: source(other, n),
        paid_at,
        ..receipt(kind, n, given)
    })
}

fn payments() -> impl Strategy<Value = PreparedPayment> {
    let stroops = prop::sample::select(vec![0, 1, 990_000_000, i64::MAX]);
    (1u8..5, stroops, 1u8..3, 7u64..9).prop_map(|(n, stroops, to, memo)| PreparedPayment {
        amount: Stroops::new(stroops).unwrap(),
        destination: account(to).into(),
        memo: Memo::Id(memo),
        ..payment(n)
    })
}

/// Amounts at, within and beyond every limit.
fn texts() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "0",
        "0.0000001",
        "9.9999999",
        "10",
        "33.33",
        "99.9999999",
        "100",
        "1000",
        "1000.01",
        "922337203685.4775807",
    ])
}
