//! The crash matrix: the real program is killed at each named place between two steps of a deposit and of a withdrawal,
//! and started again. The network shows one payment, the bank one payout, log and rows agree.

use std::{fmt, os::unix::process::ExitStatusExt, path::Path};

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use windlass_tests::{On, Program, World, books, crash_points, free_port, parallel, proxy, wallet::Wallet};

/// What a dead worker held is soon another's.
const SHORT_LEASES: [(&str, &str); 2] = [("WORK_TASK_LEASE", "4s"), ("WORK_DUTY_LEASE", "3s")];

/// The watcher passes these for the anchor's own first payments as well.
const PASSED_AT_THE_START: [&str; 2] = ["watch.seen", "watch.recorded"];
/// Whoever goes on after a death here passes the same place again.
const PASSED_AGAIN: [&str; 3] = ["pay.signed", "statement.seen", "watch.seen"];

/// Where the worker dies: at the nth pass of a place, so many times in a row.
#[derive(Clone, Debug)]
struct Death {
    on: On,
    place: String,
    pass: u32,
    times: u32,
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {} times on {:?}", self.place, self.pass, self.times, self.on)
    }
}

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_windlass-under-test"))
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_at_any_place_pays_once_after_its_restart() {
    let places = crash_points::all(root()).unwrap();
    assert!(places.len() >= 10, "{places:?}");
    let mut deaths = vec![];
    for place in places {
        for (on, pass) in
            [(On::Sqlite, 1), (On::Sqlite, 2), (On::Sqlite, 3), (On::Postgres, 1), (On::Postgres, 2)]
        {
            deaths.push(Death { on, place: place.clone(), pass, times: 1 });
        }
    }
    for on in [On::Sqlite, On::Postgres] {
        deaths.extend(PASSED_AGAIN.map(|place| Death { on, place: place.to_owned(), pass: 1, times: 3 }));
    }
    parallel::trials(4, deaths, die_and_go_on).await.unwrap();
}

async fn die_and_go_on(death: Death) -> Result<()> {
    let mut world = World::begin(&program(), death.on).await?;
    // Each wallet passes each place once.
    let count = if PASSED_AT_THE_START.contains(&death.place.as_str()) { 1 } else { death.pass };
    let wallets = (0..count).map(|_| Wallet::set_out(&world)).collect::<Result<Vec<_>>>()?;
    let at = format!("{}:{}", death.place, death.pass);
    for time in 0..death.times {
        world.work(&[SHORT_LEASES[0], SHORT_LEASES[1], ("WINDLASS_CRASH_AT", &at)])?;
        let status = world.worker(usize::try_from(time)?)?.end().await?;
        ensure!(status.signal().is_some(), "it did not die: {status}");
    }
    world.work(&SHORT_LEASES)?;
    let reports = try_join_all(wallets.into_iter().map(Wallet::come_back)).await?;
    books::check(&mut world, &reports).await
}

/// Each answer is held back while the server dies and comes again: what it said must hold.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_after_each_form_and_order_goes_on_where_it_stopped() {
    for on in [On::Sqlite, On::Postgres] {
        kill_the_server(on).await.unwrap();
    }
}

async fn kill_the_server(on: On) -> Result<()> {
    let (port, public) = (free_port()?, free_port()?);
    let mut steps = proxy::between(public, format!("http://127.0.0.1:{port}")).await?;
    // The anchor looks at itself while it starts.
    let mut world = World::begin_at(&program(), on, port, format!("http://127.0.0.1:{public}")).await?;
    world.work(&SHORT_LEASES)?;
    let mut wallet = Box::pin(Wallet::set_out(&world)?.come_back());
    let mut killed = vec![];
    let report = loop {
        tokio::select! {
            report = &mut wallet => break report?,
            Some(step) = steps.recv() => {
                if step.name.starts_with("POST") {
                    world.crash_serve().await?;
                    killed.push(step.name.clone());
                }
                step.go_on();
            }
        }
    };
    // Login, two orders, and two forms of each.
    ensure!(killed.len() >= 7, "{killed:?}");
    books::check(&mut world, &[report]).await
}
