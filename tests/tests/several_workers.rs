//! Two `work` processes on one database: the work is shared, moves when one dies, and is never done twice.

use std::time::Duration;

use anyhow::Result;
use futures::future::try_join_all;
use windlass_tests::{On, Program, World, books, wallet::Wallet};

/// What a dead or frozen worker held is soon another's.
const SHORT_LEASES: [(&str, &str); 2] = [("WORK_TASK_LEASE", "2s"), ("WORK_DUTY_LEASE", "2s")];
/// Far beyond those leases.
const PAST_THE_LEASE: Duration = Duration::from_secs(4);

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_windlass-under-test"))
}

async fn world_with_two_workers(on: On) -> Result<World> {
    let mut world = World::begin(&program(), on).await?;
    world.work(&SHORT_LEASES)?;
    world.work(&SHORT_LEASES)?;
    Ok(world)
}

async fn come_back(wallets: Vec<Wallet>, world: &mut World) -> Result<()> {
    let reports = try_join_all(wallets.into_iter().map(Wallet::come_back)).await?;
    books::check(world, &reports).await
}

async fn share(on: On) -> Result<()> {
    let mut world = world_with_two_workers(on).await?;
    let wallets = (0..6).map(|_| Wallet::set_out(&world)).collect::<Result<Vec<_>>>()?;
    come_back(wallets, &mut world).await
}

/// One of the two that live is killed, in turn; another comes in its place.
async fn kill_again_and_again(on: On) -> Result<()> {
    let mut world = world_with_two_workers(on).await?;
    let wallets = (0..4).map(|_| Wallet::set_out(&world)).collect::<Result<Vec<_>>>()?;
    for round in 0..4 {
        tokio::time::sleep(Duration::from_millis(400 + 137 * round)).await;
        world.worker(usize::try_from(round)?)?.kill()?;
        world.work(&SHORT_LEASES)?;
    }
    come_back(wallets, &mut world).await
}

async fn freeze_past_the_leases(on: On) -> Result<()> {
    let mut world = world_with_two_workers(on).await?;
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
}

macro_rules! on_both {
    ($($name:ident: $trial:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$trial(super::On::Sqlite).await.unwrap();
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$trial(super::On::Postgres).await.unwrap();
            })+
        }
    };
}

on_both! {
    two_workers_share_the_work_of_several_wallets: share,
    a_worker_that_is_killed_again_and_again_leaves_its_work_to_the_other: kill_again_and_again,
    a_worker_that_is_frozen_past_its_leases_does_nothing_twice_once_it_thaws: freeze_past_the_leases,
}
