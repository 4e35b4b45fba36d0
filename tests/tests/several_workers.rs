//! Two `work` processes on one SQLite file: the work is shared, moves when one dies, and is never done twice.

use std::time::Duration;

use anyhow::Result;
use futures::future::try_join_all;
use windlass_tests::{Program, World, books, wallet::Wallet};

/// What a dead or frozen worker held is soon another's.
const SHORT_LEASES: [(&str, &str); 2] = [("WORK_TASK_LEASE", "2s"), ("WORK_DUTY_LEASE", "2s")];
/// Far beyond those leases.
const PAST_THE_LEASE: Duration = Duration::from_secs(4);

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_windlass-under-test"))
}

async fn world_with_two_workers() -> Result<World> {
    let mut world = World::begin(&program()).await?;
    world.work(&SHORT_LEASES)?;
    world.work(&SHORT_LEASES)?;
    Ok(world)
}

async fn come_back(wallets: Vec<Wallet>, world: &mut World) -> Result<()> {
    let reports = try_join_all(wallets.into_iter().map(Wallet::come_back)).await?;
    books::check(world, &reports).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_share_the_work_of_several_wallets() {
    let outcome = async {
        let mut world = world_with_two_workers().await?;
        let wallets = (0..6).map(|_| Wallet::set_out(&world)).collect::<Result<Vec<_>>>()?;
        come_back(wallets, &mut world).await
    };
    outcome.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_killed_again_and_again_leaves_its_work_to_the_other() {
    let outcome = async {
        let mut world = world_with_two_workers().await?;
        let wallets = (0..4).map(|_| Wallet::set_out(&world)).collect::<Result<Vec<_>>>()?;
        for round in 0..4 {
            tokio::time::sleep(Duration::from_millis(400 + 137 * round)).await;
            // One of the two that live, in turn; another comes in its place.
            world.worker(usize::try_from(round)?)?.kill()?;
            world.work(&SHORT_LEASES)?;
        }
        come_back(wallets, &mut world).await
    };
    outcome.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_frozen_past_its_leases_does_nothing_twice_once_it_thaws() {
    let outcome = async {
        let mut world = world_with_two_workers().await?;
        let mut wallets = vec![];
        for frozen in [0, 1] {
            wallets.push(Wallet::set_out(&world)?);
            tokio::time::sleep(Duration::from_millis(900)).await;
            world.worker(frozen)?.freeze()?;
            wallets.push(Wallet::set_out(&world)?);
            tokio::time::sleep(PAST_THE_LEASE).await;
            world.worker(frozen)?.thaw()?;
        }
        come_back(wallets, &mut world).await
    };
    outcome.await.unwrap();
}
