//! The withdrawal: from the account on the network to the bank.

use rust_decimal::{Decimal, RoundingStrategy};
use windlass_domain::Amount;
use windlass_stellar::{AccountId, Memo, MuxedAccount, Operation, Stroops};

use super::{
    DemoError,
    bank::Bank,
    check,
    deposit::Deposited,
    filling::Answers,
    pages,
    report::{DemoReport, TransferReport},
    sep24::Terms,
    show::short,
    transaction::{Kind, Transaction},
    wallet::Wallet,
    watch,
};

/// What the withdrawal leaves behind.
pub(super) struct Withdrawn {
    /// What was paid to the anchor.
    pub paid: Amount,
    /// What should have come to the bank.
    pub arrived: Amount,
    /// What the network took for the payment.
    pub network_fee: Stroops,
}

/// How much of the balance to withdraw: half of it in whole cents, as far as the limits allow.
pub(super) fn part_of(balance: Amount, terms: &Terms) -> Amount {
    let half = (balance.get() / Decimal::TWO).round_dp_with_strategy(2, RoundingStrategy::ToZero);
    terms.within_limits(Amount::new(half).unwrap_or(balance)).min(balance)
}

/// Withdraws that much to the account at the bank, and checks what can be checked at once.
pub(super) async fn withdraw(
    wallet: &Wallet,
    amount: Amount,
    deposited: &Deposited,
    report: &mut DemoReport,
) -> Result<Withdrawn, DemoError> {
    let DemoReport { withdrawal, differences, .. } = report;
    let (bank, number) = (&deposited.bank, &deposited.bank_account.number);
    let opened = wallet.sep24.open(Kind::Withdrawal, &wallet.asset, amount).await?;
    let transfer = withdrawal.insert(TransferReport::new(&opened.id, Kind::Withdrawal));
    wallet.show.done("opened", format!("withdrawal {} of {amount} {}", opened.id, wallet.asset.code()));
    differences.extend(watch::opened(wallet, transfer).await?);

    let answers = Answers { amount, account_number: Some(number.clone()) };
    pages::fill(wallet, &opened, &answers).await?;
    let is_payable = |transaction: &Transaction| PaymentDue::read(transaction).is_some();
    let transaction = watch::until(wallet, transfer, "pending_user_transfer_start", is_payable).await?;
    let due = PaymentDue::read(&transaction).ok_or_else(|| DemoError::CannotPay {
        id: opened.id.clone(),
        why: "its payment cannot be read".to_owned(),
    })?;
    differences.extend(check::same("amount_in before the payment", amount, due.amount));
    let before = bank.account(number).await?.balance;
    let (hash, network_fee) = pay(wallet, &due).await?;

    let transaction = watch::until(wallet, transfer, "completed", |_| true).await?;
    let arrived = transaction.amount_out.unwrap_or_default();
    let account = wallet.account.id();
    differences.extend(check::transfer(&transaction, transfer, amount, &wallet.withdrawal, account));
    let named = transaction.stellar_transaction_id.unwrap_or_default();
    differences.extend(check::same("the withdrawal's stellar_transaction_id", hash, named));
    let balance = await_money(wallet, bank, number, before, arrived).await?;
    wallet.show.done("received", format!("{number} has {balance} {} now", deposited.bank_account.currency));
    Ok(Withdrawn { paid: due.amount, arrived, network_fee })
}

/// Pays what is due, and gives the transaction's hash and its fee.
async fn pay(wallet: &Wallet, due: &PaymentDue) -> Result<(String, Stroops), DemoError> {
    let payment = Operation::payment(due.to, wallet.asset, due.stroops);
    let sent = wallet.account.send("the withdrawal was paid", payment, due.memo.clone()).await?;
    let (amount, to) = (due.amount, due.to.to_string());
    let memo = due.memo.value().unwrap_or_default();
    let hash = sent.hash.to_string();
    let facts = format!("{amount} {} to {} with memo {memo}", wallet.asset.code(), short(&to));
    wallet.show.done("paid", format!("{facts}, {} in ledger {}", short(&hash), sent.ledger));
    Ok((hash, sent.fee_charged))
}

/// Waits until something has come to the bank.
async fn await_money(
    wallet: &Wallet,
    bank: &Bank,
    number: &str,
    before: Amount,
    arrived: Amount,
) -> Result<Amount, DemoError> {
    let mut wait = wallet.patience.wait_for(format!("{arrived} on account {number}"), bank.url());
    loop {
        let balance = bank.account(number).await?.balance;
        if balance != before {
            return Ok(balance);
        }
        wait.pause(format!("{balance}, as before")).await?;
    }
}

/// The payment for which a withdrawal waits (SEP24-053).
struct PaymentDue {
    to: MuxedAccount,
    memo: Memo,
    amount: Amount,
    stroops: Stroops,
}

impl PaymentDue {
    /// `None` while something is missing: the memo is not revealed before the payment is due (SEP24-T04).
    fn read(transaction: &Transaction) -> Option<Self> {
        let to: AccountId = transaction.withdraw_anchor_account.as_deref()?.parse().ok()?;
        let kind = transaction.withdraw_memo_type.as_deref()?;
        let memo = Memo::parse(kind, transaction.withdraw_memo.as_deref()?).ok()?;
        let amount = transaction.amount_in?;
        Some(Self { to: to.into(), memo, amount, stroops: amount.to_stroops().ok()? })
    }
}
