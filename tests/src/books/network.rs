//! What the network says: each wallet was paid once and paid once, and the anchor has what is left.

use anyhow::{Context, Result};
use rust_decimal::Decimal;
use serde_json::Value;

use super::{
    Findings,
    outside::{decimal, get, text},
};
use crate::{World, wallet::Report};

/// What the sandbox anchor begins with.
const FLOAT: i64 = 100_000_000;

pub(super) async fn check(world: &World, wallets: &[Report], findings: &mut Findings) -> Result<()> {
    let horizon = format!("{}/horizon", world.sandbox_url());
    let mut left = Decimal::from(FLOAT);
    let mut distribution = None;
    for wallet in wallets {
        let (code, issuer) = wallet.asset.split_once(':').context("an asset without an issuer")?;
        let of_asset =
            |record: &Value| text(record, "asset_code") == code && text(record, "asset_issuer") == issuer;
        let url = format!("{horizon}/accounts/{}/payments?limit=200", wallet.account);
        let page = get(&url).await?;
        let records = page.pointer("/_embedded/records").and_then(Value::as_array).context("no records")?;
        let (mut received, mut sent) = (vec![], vec![]);
        for record in records.iter().filter(|record| of_asset(record)) {
            let payment = (decimal(record, "amount")?, text(record, "transaction_hash").to_owned());
            if text(record, "to") == wallet.account {
                received.push(payment);
                distribution = Some(text(record, "from").to_owned());
            } else {
                sent.push(payment);
            }
        }
        let (deposit, withdrawal) = (&wallet.deposit, &wallet.withdrawal);
        let name = &wallet.account;
        let once = vec![(deposit.amount_out, deposit.stellar_transaction_id.clone())];
        findings.same(&format!("what {name} received on the network"), once, received);
        let once = vec![(withdrawal.amount_in, withdrawal.stellar_transaction_id.clone())];
        findings.same(&format!("what {name} sent on the network"), once, sent);
        let balance = balance(&horizon, name, code, issuer).await?;
        findings.same(&format!("the balance of {name}"), deposit.amount_out - withdrawal.amount_in, balance);
        left += withdrawal.amount_in - deposit.amount_out;
    }
    if let (Some(distribution), Some(wallet)) = (distribution, wallets.first()) {
        let (code, issuer) = wallet.asset.split_once(':').context("an asset without an issuer")?;
        let found = balance(&horizon, &distribution, code, issuer).await?;
        findings.same("the anchor's balance on the network", left, found);
    }
    Ok(())
}

async fn balance(horizon: &str, account: &str, code: &str, issuer: &str) -> Result<Decimal> {
    let account = get(&format!("{horizon}/accounts/{account}")).await?;
    let balances = account.get("balances").and_then(Value::as_array).context("no balances")?;
    let line = balances
        .iter()
        .find(|line| text(line, "asset_code") == code && text(line, "asset_issuer") == issuer)
        .context("no trustline")?;
    decimal(line, "balance")
}
