//! What the bank says: each deposit came once, each withdrawal went once, and the anchor has what is left.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use rust_decimal::Decimal;
use serde_json::Value;

use super::{
    Findings,
    outside::{decimal, get, text},
};
use crate::{World, wallet::Report};

/// The anchor's account.
const ACCOUNT: &str = "SBXANCHORUSD";
/// What the sandbox anchor begins with.
const OPENING: i64 = 1_000_000;

pub(super) async fn check(world: &World, wallets: &[Report], findings: &mut Findings) -> Result<()> {
    let url = format!("{}/bank/accounts/{ACCOUNT}", world.sandbox_url());
    let (mut credits, mut payouts) = (vec![], BTreeMap::new());
    let mut after = String::new();
    loop {
        let page = get(&format!("{url}/entries?limit=200{after}")).await?;
        for entry in page.get("entries").and_then(Value::as_array).context("no entries")? {
            let amount = decimal(entry, "amount")?;
            match text(entry, "kind") {
                "payment" => credits.push(amount),
                // The anchor's reference to the receiver is its key: the transfer and the attempt.
                "payout" => {
                    payouts.entry(text(entry, "reference").to_owned()).or_insert(vec![]).push(-amount)
                }
                _ => {}
            }
        }
        match page.get("next").and_then(Value::as_str) {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    let mut deposits: Vec<_> = wallets.iter().map(|wallet| wallet.deposit.amount_in).collect();
    credits.sort();
    deposits.sort();
    findings.same("what the bank credited", deposits, credits);
    let once = |wallet: &Report| (format!("{}-1", wallet.withdrawal.id), vec![wallet.withdrawal.amount_out]);
    findings.same("what the bank paid out", wallets.iter().map(once).collect(), payouts);

    let moved: Decimal =
        wallets.iter().map(|wallet| wallet.deposit.amount_in - wallet.withdrawal.amount_out).sum();
    let balance = decimal(&get(&url).await?, "balance")?;
    findings.same("the anchor's balance at the bank", Decimal::from(OPENING) + moved, balance);
    Ok(())
}
