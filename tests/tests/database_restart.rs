//! Servers and workers behind a balancer: the database's server is restarted under load, and processes are killed at any
//! moment. Requests get 503 or are asked again meanwhile, and everything goes on where it stopped.
#![expect(clippy::indexing_slicing, reason = "a test that meets what it does not expect has failed")]

use std::time::Duration;

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use reqwest::StatusCode;
use windlass_test_postgres::Mode;
use windlass_tests::{On, Program, World, balancer::Balancer, books, free_port, until, wallet::Wallet};

/// What a worker held that lost the database is soon another's.
const SHORT_LEASES: [(&str, &str); 2] = [("WORK_TASK_LEASE", "4s"), ("WORK_DUTY_LEASE", "3s")];

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_windlass-under-test"))
}

/// An anchor on a database server of its own, behind a balancer.
async fn world(on: On, servers: usize, workers: usize) -> Result<(World, Balancer, Vec<u16>)> {
    let public = free_port()?;
    let ports = (0..servers).map(|_| free_port()).collect::<Result<Vec<_>>>()?;
    let mut world = World::begin_at(&program(), on, ports[0], format!("http://127.0.0.1:{public}")).await?;
    for port in &ports[1..] {
        world.serve(*port).await?;
    }
    for _ in 0..workers {
        world.work(&SHORT_LEASES)?;
    }
    Ok((world, Balancer::at(public, &ports).await?, ports))
}

async fn ready(port: u16) -> Result<StatusCode> {
    Ok(reqwest::get(format!("http://127.0.0.1:{port}/health/ready")).await?.status())
}

/// Waits until it is so.
async fn is_ready(port: u16, wanted: StatusCode) -> Result<()> {
    until(&format!("{wanted}"), async || Ok((ready(port).await? == wanted).then_some(()))).await
}

async fn restart_under_load() -> Result<()> {
    let (mut world, balancer, ports) = world(On::OwnPostgres, 1, 2).await?;
    let mut wallets = vec![];
    for mode in [Mode::Fast, Mode::Immediate] {
        wallets.extend((0..3).map(|_| Wallet::set_out(&world)).collect::<Result<Vec<_>>>()?);
        for wallet in &wallets {
            wallet.has_logged_in().await?;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let before = balancer.unavailable();
        world.database_server()?.stop(mode)?;
        is_ready(ports[0], StatusCode::SERVICE_UNAVAILABLE).await?;
        until("a wallet's request to be answered 503", async || {
            Ok((balancer.unavailable() > before).then_some(()))
        })
        .await?;
        world.database_server()?.start_again()?;
        is_ready(ports[0], StatusCode::OK).await?;
    }
    let reports = try_join_all(wallets.into_iter().map(Wallet::come_back)).await?;
    ensure!(!world.logs().contains("panicked"), "{}", world.logs());
    books::check(&mut world, &reports).await
}

/// One of two servers and one of two workers are killed in each round, and others come in their place.
async fn kill_one_of_each(seed: u64) -> Result<()> {
    let (mut world, ..) = world(On::Postgres, 2, 2).await?;
    let mut random = seed;
    let mut next = |below: u64| {
        // Knuth's linear congruential generator; its high bits are random enough.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let wallets = (0..6).map(|_| Wallet::set_out(&world)).collect::<Result<Vec<_>>>()?;
    let mut alive = [0, 1];
    for round in 0..6 {
        tokio::time::sleep(Duration::from_millis(next(900))).await;
        let which = usize::try_from(next(2))?;
        world.worker(alive[which])?.kill()?;
        world.work(&SHORT_LEASES)?;
        alive[which] = 2 + round;
        tokio::time::sleep(Duration::from_millis(next(300))).await;
        world.crash_server(usize::try_from(next(2))?).await?;
    }
    let reports = try_join_all(wallets.into_iter().map(Wallet::come_back)).await?;
    books::check(&mut world, &reports).await
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_and_workers_that_are_killed_at_any_moment_lose_nothing() {
    let seed = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    kill_one_of_each(seed).await.unwrap_or_else(|error| panic!("with the seed {seed}: {error:#}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_restarted_under_load_loses_nothing() {
    restart_under_load().await.unwrap();
}
