//! The demo from beginning to end.

use std::time::Duration;

use reqwest::Url;
use windlass_domain::Amount;
use windlass_stellar::{Memo, Operation, StellarAsset, Stroops};

use super::{
    DemoError, DemoOptions, DemoReport, auth,
    bank::Bank,
    check,
    deposit::{Deposited, deposit},
    http::Http,
    network::Account,
    patience::Patience,
    report::Balance,
    sep24::{Info, Sep24},
    show::{Show, short},
    stellar_toml::StellarToml,
    wallet::Wallet,
    withdrawal::{Withdrawn, part_of, withdraw},
};

/// What is deposited where nothing else is asked for and the limits allow it.
const USUAL_AMOUNT: Stroops = match Stroops::new(100 * Stroops::PER_UNIT) {
    Some(amount) => amount,
    None => Stroops::ZERO,
};

/// Deposits and withdraws at that anchor, showing each step as it happens, and reports what came of it.
///
/// # Errors
/// [`DemoError`] says how far it got, or what is not as it should be; the lines and the JSON say it too.
pub async fn run(options: DemoOptions) -> Result<DemoReport, DemoError> {
    let patience = Patience::new(options.time_limit);
    let show = Show::new(options.json, patience);
    let mut report = DemoReport { anchor: options.anchor.to_string(), ..DemoReport::default() };
    let outcome = travel(&options, patience, show, &mut report).await;
    report.seconds = patience.seconds();
    if let Err(error) = &outcome {
        report.error = Some(error.to_string());
        if !matches!(error, DemoError::Differs(_)) {
            show.differences(&report.differences);
        }
        show.failed(error);
    }
    if options.json {
        show.json(&report);
    }
    outcome.map(|()| report)
}

/// Whether an anchor answers there.
pub async fn is_reachable(anchor: &Url) -> bool {
    let Ok(http) = Http::new() else { return false };
    let fetched = StellarToml::fetch(&http, anchor);
    tokio::time::timeout(Duration::from_secs(3), fetched).await.is_ok_and(|file| file.is_ok())
}

async fn travel(
    options: &DemoOptions,
    patience: Patience,
    show: Show,
    report: &mut DemoReport,
) -> Result<(), DemoError> {
    show.part("The anchor");
    let http = Http::new()?;
    let (file, info) = discover(&http, options, show, report).await?;
    show.part("The wallet");
    let (wallet, before) = set_out(&http, &file, &info, options, patience, show, report).await?;
    show.part("Deposit");
    let usual = wallet.deposit.within_limits(USUAL_AMOUNT.into());
    let deposited = deposit(&wallet, options.amount.unwrap_or(usual), report).await?;
    show.part("Withdrawal");
    let amount = part_of(deposited.arrived, &wallet.withdrawal);
    let withdrawn = withdraw(&wallet, amount, &deposited, report).await?;
    review(&wallet, report).await?;
    report.balances = balances(&wallet, before, &deposited, &withdrawn).await?;
    report.differences.extend(report.balances.iter().filter_map(check::balance));
    show.summary(report);
    if !report.differences.is_empty() {
        return Err(DemoError::Differs(report.differences.clone()));
    }
    show.part("Everything is as it should be.");
    Ok(())
}

/// What the anchor says of itself.
async fn discover(
    http: &Http,
    options: &DemoOptions,
    show: Show,
    report: &mut DemoReport,
) -> Result<(StellarToml, Info), DemoError> {
    let file = StellarToml::fetch(http, &options.anchor).await?;
    report.network = Some(file.network.passphrase().to_owned());
    show.done("stellar.toml", format!("{} on '{}'", file.url, file.network.passphrase()));
    let info = Info::fetch(http, &file).await?;
    Ok((file, info))
}

/// What the account has before the transfers, and what it has paid the network for.
struct Before {
    lumens: Stroops,
    fees: Stroops,
}

/// Makes an account that can hold the asset, and logs in.
async fn set_out(
    http: &Http,
    file: &StellarToml,
    info: &Info,
    options: &DemoOptions,
    patience: Patience,
    show: Show,
    report: &mut DemoReport,
) -> Result<(Wallet, Before), DemoError> {
    let (asset, deposit, withdrawal) = info.choose(file)?;
    report.asset = Some(asset.to_string());
    show.done("asset", format!("{} by {}", asset.code(), issuer(&asset)));
    let horizon =
        options.horizon.as_ref().or(file.horizon.as_ref()).ok_or_else(|| DemoError::Unsupported {
            url: file.url.clone(),
            missing: "HORIZON_URL is missing, and the network is not one whose Horizon is known".to_owned(),
        })?;
    report.horizon = Some(horizon.to_string());
    let bank = Bank::find(http, options.bank.as_ref(), horizon).await?;
    report.bank = bank.as_ref().map(|bank| bank.url().to_string());

    let account = Account::new(http, horizon, &file.network, patience).await?;
    report.account = Some(account.id().to_string());
    let funded = account.fund(http).await?;
    let lumens = funded.balance(&StellarAsset::Native).map_or(Stroops::ZERO, |balance| balance.balance);
    show.done("account", format!("{} with {} XLM from friendbot", account.id(), Amount::from(lumens)));
    let trust = Operation::change_trust(asset, Stroops::MAX);
    let trusted = account.send("the asset was trusted", trust, Memo::None).await?;
    let hash = trusted.hash.to_string();
    show.done("trustline", format!("for {}, {} in ledger {}", asset.code(), short(&hash), trusted.ledger));

    let home_domain = auth::home_domain(&options.anchor);
    let token = auth::log_in(http, file, &home_domain, account.key()).await?;
    show.done("logged in", format!("at {} for {home_domain}", file.web_auth_endpoint));
    let sep24 = Sep24::new(http, &options.anchor, file, token, account.id());
    let http = http.clone();
    let wallet = Wallet { http, sep24, account, bank, asset, deposit, withdrawal, patience, show };
    Ok((wallet, Before { lumens, fees: trusted.fee_charged }))
}

/// What the anchor has on record, now that both transfers are completed.
async fn review(wallet: &Wallet, report: &mut DemoReport) -> Result<(), DemoError> {
    let listed = wallet.sep24.transactions(&wallet.asset).await?;
    let DemoReport { deposit, withdrawal, differences, .. } = report;
    let newest_first: Vec<&str> =
        withdrawal.iter().chain(deposit.iter()).map(|transfer| transfer.id.as_str()).collect();
    differences.extend(check::listing(&listed, &newest_first));
    for transfer in deposit.iter_mut().chain(withdrawal) {
        transfer.timeline = wallet.sep24.timeline(&transfer.id).await?;
        if let Some(events) = &transfer.timeline {
            differences.extend(check::timeline(transfer.kind, events));
        }
    }
    Ok(())
}

/// What network and bank say at the end, beside what they should say.
async fn balances(
    wallet: &Wallet,
    before: Before,
    deposited: &Deposited,
    withdrawn: &Withdrawn,
) -> Result<Vec<Balance>, DemoError> {
    let paid_in = deposited.bank_account.balance.checked_sub(deposited.paid);
    let fees = before.fees.checked_add(withdrawn.network_fee);
    let lumens = fees.and_then(|fees| before.lumens.checked_sub(fees)).unwrap_or_default();
    let bank_account = &deposited.bank_account;
    Ok(vec![
        Balance {
            account: "the network".to_owned(),
            asset: wallet.asset.to_string(),
            before: Amount::ZERO,
            expected: deposited.arrived.checked_sub(withdrawn.paid).unwrap_or_default(),
            after: wallet.account.balance(&wallet.asset).await?.into(),
        },
        Balance {
            account: "the network".to_owned(),
            asset: "XLM".to_owned(),
            before: before.lumens.into(),
            expected: lumens.into(),
            after: wallet.account.balance(&StellarAsset::Native).await?.into(),
        },
        Balance {
            account: format!("the bank, {}", bank_account.number),
            asset: bank_account.currency.clone(),
            before: bank_account.balance,
            expected: paid_in.and_then(|left| left.checked_add(withdrawn.arrived)).unwrap_or_default(),
            after: deposited.bank.account(&bank_account.number).await?.balance,
        },
    ])
}

fn issuer(asset: &StellarAsset) -> String {
    asset.issuer().map_or_else(String::new, |issuer| issuer.to_string())
}
