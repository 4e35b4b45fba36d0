//! The books: whether log, rows, network and bank tell the same story, to the stroop and the cent.

mod bank;
mod log;
mod network;
mod outside;
mod rows;

use anyhow::{Result, bail};

use crate::{World, wallet::Report};

/// Everything that does not agree.
#[derive(Debug, Default)]
struct Findings(Vec<String>);

impl Findings {
    fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, expected: T, found: T) {
        if expected != found {
            self.0.push(format!("{what} should be {expected:?}, but is {found:?}"));
        }
    }
}

/// Ends the anchor's processes and checks everything that the wallets' transfers left behind. They are all the transfers
/// that there were.
///
/// # Errors
/// All that does not agree, with what the processes wrote.
pub async fn check(world: &mut World, wallets: &[Report]) -> Result<()> {
    log::no_task_is_left(world).await?;
    world.end_anchor().await?;
    let mut findings = Findings::default();
    log::check(world, wallets, &mut findings).await?;
    rows::check(world, &mut findings).await?;
    network::check(world, wallets, &mut findings).await?;
    bank::check(world, wallets, &mut findings).await?;
    if findings.0.is_empty() {
        return Ok(());
    }
    bail!("the books do not agree:\n  {}\n{}", findings.0.join("\n  "), world.logs())
}
