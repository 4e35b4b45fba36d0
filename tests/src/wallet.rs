//! The demo wallet as a process, and what it reports: a deposit and a withdrawal, every amount checked by itself.

use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, Result, ensure};
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::{Process, Program, World, until};

/// What the wallet found.
#[derive(Clone, Debug, Deserialize)]
pub struct Report {
    /// Its account on the network.
    pub account: String,
    /// The asset, `CODE:ISSUER`.
    pub asset: String,
    /// The deposit.
    pub deposit: Transfer,
    /// The withdrawal.
    pub withdrawal: Transfer,
}

/// One transfer of the report.
#[derive(Clone, Debug, Deserialize)]
pub struct Transfer {
    /// The anchor's id of it.
    pub id: String,
    /// What went in.
    pub amount_in: Decimal,
    /// What the anchor kept.
    pub amount_fee: Decimal,
    /// What came out.
    pub amount_out: Decimal,
    /// The payment on the ledger.
    pub stellar_transaction_id: String,
}

/// A wallet that is on its way.
pub struct Wallet(Process);

impl Wallet {
    /// Sets out against the anchor of that world.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn set_out(world: &World) -> Result<Self> {
        Self::set_out_to(world.program(), world.folder(), world.anchor_url())
    }

    /// Sets out against that anchor; what it writes goes into `folder`.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn set_out_to(program: &Program, folder: &Path, anchor: &str) -> Result<Self> {
        static WALLETS: AtomicU32 = AtomicU32::new(1);
        let name = format!("wallet-{}", WALLETS.fetch_add(1, Ordering::Relaxed));
        let args = ["demo", "--anchor", anchor, "--json"];
        Ok(Self(program.start(&name, folder, &args, &[("", ""); 0])?))
    }

    /// Waits until it has its account and its token.
    ///
    /// # Errors
    /// Where it never does.
    pub async fn has_logged_in(&self) -> Result<()> {
        until("a wallet's login", async || Ok(self.0.stderr().contains("logged in").then_some(())))
            .await
            .with_context(|| self.0.to_string())
    }

    /// Waits for it to come back, satisfied.
    ///
    /// # Errors
    /// Where it found anything amiss.
    pub async fn come_back(mut self) -> Result<Report> {
        let status = self.0.end().await?;
        ensure!(status.success(), "the wallet is not satisfied ({status})\n{}", self.0);
        let stdout = self.0.stdout();
        let line = stdout.lines().last().context("the wallet reported nothing")?;
        serde_json::from_str(line).with_context(|| format!("the wallet's report cannot be read: {line}"))
    }
}
