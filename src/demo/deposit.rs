//! The deposit: from the bank to the account on the network.

use reqwest::Url;
use windlass_domain::Amount;

use super::{
    DemoError,
    bank::{Bank, BankAccount, PayIn},
    browser, check,
    filling::Answers,
    form::Page,
    pages,
    report::{DemoReport, TransferReport},
    transaction::{Kind, Transaction},
    wallet::Wallet,
    watch,
};

/// How the instructions on a page are marked.
const REFERENCE: [&str; 2] = ["reference", "organization.external_transfer_memo"];
const ACCOUNT_NUMBER: &str = "organization.bank_account_number";
const AMOUNT: &str = "amount";

/// What the deposit leaves behind.
pub(super) struct Deposited {
    /// The bank.
    pub bank: Bank,
    /// The account there, as it was before it paid in.
    pub bank_account: BankAccount,
    /// What was paid in.
    pub paid: Amount,
    /// What should be on the account on the network now.
    pub arrived: Amount,
}

/// Deposits that much, and checks what can be checked at once.
pub(super) async fn deposit(
    wallet: &Wallet,
    amount: Amount,
    report: &mut DemoReport,
) -> Result<Deposited, DemoError> {
    let DemoReport { deposit, differences, .. } = report;
    let opened = wallet.sep24.open(Kind::Deposit, &wallet.asset, amount).await?;
    let transfer = deposit.insert(TransferReport::new(&opened.id, Kind::Deposit));
    wallet.show.done("opened", format!("deposit {} of {amount} {}", opened.id, wallet.asset.code()));
    differences.extend(watch::opened(wallet, transfer).await?);

    let page = pages::fill(wallet, &opened, &Answers { amount, account_number: None }).await?;
    let transaction = watch::until(wallet, transfer, "pending_user_transfer_start", |_| true).await?;
    let (bank, bank_account) = pay_in(wallet, &transaction, page, amount, differences).await?;
    let paid = transfer.amount_in.unwrap_or(amount);

    let transaction = watch::until(wallet, transfer, "completed", |_| true).await?;
    let arrived = transaction.amount_out.unwrap_or_default();
    differences.extend(check::transfer(&transaction, transfer, amount, &wallet.deposit, wallet.account.id()));
    let balance = wallet.await_balance(Amount::ZERO, arrived).await?;
    wallet.show.done("received", format!("{balance} {} on the network", wallet.asset.code()));
    let received = wallet.account.received(&wallet.asset).await?;
    differences.extend(check::payment(&received, arrived, transaction.stellar_transaction_id.as_deref()));
    Ok(Deposited { bank, bank_account, paid, arrived })
}

/// Opens an account at the bank, and pays in as the page says.
async fn pay_in(
    wallet: &Wallet,
    transaction: &Transaction,
    page: Page,
    amount: Amount,
    differences: &mut Vec<String>,
) -> Result<(Bank, BankAccount), DemoError> {
    let cannot = |why: String| DemoError::CannotPay { id: transaction.id.clone(), why };
    let bank =
        wallet.bank.clone().ok_or_else(|| cannot("there is no sandbox bank here to pay from".to_owned()))?;
    let asset = || transaction.amount_in_asset.as_deref().unwrap_or("nothing");
    let currency = transaction
        .currency_in()
        .ok_or_else(|| cannot(format!("it is to be paid in {}, not in a currency", asset())))?;
    let shown = Instructions::read(&instructions_page(wallet, transaction, page).await?).map_err(cannot)?;
    wallet.show.done(
        "instructions",
        format!(
            "pay {} {currency} to {} with reference {}",
            shown.amount, shown.account_number, shown.reference
        ),
    );
    differences.extend(check::same("the amount that the page shows", amount, shown.amount));
    let account = open_and_pay(wallet, &bank, currency, &shown).await?;
    Ok((bank, account))
}

async fn open_and_pay(
    wallet: &Wallet,
    bank: &Bank,
    currency: &str,
    shown: &Instructions,
) -> Result<BankAccount, DemoError> {
    let plenty = shown.amount.checked_add(shown.amount).unwrap_or(shown.amount);
    let account = bank.open_account(currency, plenty).await?;
    wallet.show.done("bank account", format!("{} with {plenty} {currency}", account.number));
    let payment = PayIn { to: &shown.account_number, amount: shown.amount, reference: &shown.reference };
    bank.pay(&account, &payment).await?;
    wallet.show.done("paid in", format!("{} {currency} from {}", shown.amount, account.number));
    Ok(account)
}

/// The page with the instructions: the one that came last, or, if they were not ready then, the transfer's own.
async fn instructions_page(
    wallet: &Wallet,
    transaction: &Transaction,
    page: Page,
) -> Result<Page, DemoError> {
    let more_info = transaction.more_info_url.as_deref().and_then(|url| Url::parse(url).ok());
    match more_info {
        Some(url) if !page.fields.contains_key(ACCOUNT_NUMBER) => browser::open(&wallet.http, &url).await,
        _ => Ok(page),
    }
}

/// How to pay in, as the page shows it.
#[derive(Debug, PartialEq)]
struct Instructions {
    account_number: String,
    reference: String,
    amount: Amount,
}

impl Instructions {
    fn read(page: &Page) -> Result<Self, String> {
        let field = |name: &str| page.fields.get(name).filter(|text| !text.is_empty());
        let missing = |name| format!("the page '{}' has no element with data-field=\"{name}\"", page.title);
        let reference = REFERENCE.iter().find_map(|name| field(name));
        let amount = field(AMOUNT).ok_or_else(|| missing(AMOUNT))?;
        Ok(Self {
            account_number: field(ACCOUNT_NUMBER).ok_or_else(|| missing(ACCOUNT_NUMBER))?.clone(),
            reference: reference.ok_or_else(|| missing("reference"))?.clone(),
            amount: read_amount(amount).ok_or_else(|| format!("the page shows the amount as '{amount}'"))?,
        })
    }
}

/// The amount in a text such as `100.00 USD`.
fn read_amount(text: &str) -> Option<Amount> {
    text.split(' ').find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::html::read;

    fn instructions(html: &str) -> Result<Instructions, String> {
        Instructions::read(&read(&"http://anchor.test/pages".parse().unwrap(), html))
    }

    #[test]
    fn instructions_are_read_where_the_page_marks_them() {
        let html = r#"<title>Pay in</title><dl><dt>To<dd data-field="organization.bank_account_number">SBX 7</dd>
            <dt>Reference<dd><strong data-field=reference>WL-1</strong><dt>Amount<dd data-field=amount>12.50 USD</dl>"#;
        let expected = Instructions {
            account_number: "SBX 7".to_owned(),
            reference: "WL-1".to_owned(),
            amount: "12.5".parse().unwrap(),
        };
        assert_eq!(instructions(html), Ok(expected));
    }

    #[test]
    fn what_the_page_does_not_mark_is_named() {
        let error = instructions("<title>Thanks</title><b data-field=amount>1</b>").unwrap_err();
        assert!(error.contains("'Thanks'") && error.contains(ACCOUNT_NUMBER), "{error}");
        let html = "<b data-field=amount>much</b><b data-field=organization.bank_account_number>1</b><b data-field=reference>R</b>";
        assert!(instructions(html).unwrap_err().contains("'much'"));
    }
}
