//! Network and bank answer late, twice or not at all: everything still completes, and is paid once.

use std::fmt;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use windlass_tests::{On, Program, World, books, faults, parallel, until, wallet::Wallet};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_windlass-under-test"))
}

/// Who misbehaves, and how.
#[derive(Clone, Debug)]
enum Trouble {
    Network(Vec<Value>),
    Bank(Vec<Value>),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (who, rules) = match self {
            Self::Network(rules) => ("network", rules),
            Self::Bank(rules) => ("bank", rules),
        };
        write!(f, "{who}: {}", Value::Array(rules.clone()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_misbehaves_pays_once() {
    let rule = |on: &str, what: Value, times: u32| json!({"on": on, "do": what, "times": times});
    let troubles = [
        vec![rule("submit", json!("apply_then_504"), 2)],
        vec![rule("submit", json!("apply_then_504"), 1), rule("transaction", json!("404"), 3)],
        vec![rule("submit", json!("503"), 3)],
        vec![rule("submit", json!("apply_then_hang"), 1)],
        vec![rule("submit", json!("hang"), 1)],
        vec![rule("submit", json!({"delay_ms": 1500}), 3)],
        vec![rule("account", json!("404"), 2)],
        vec![rule("account", json!("503"), 5)],
        vec![rule("payments", json!("503"), 5)],
        vec![rule("payments", json!("hang"), 1)],
        vec![rule("payments", json!({"delay_ms": 1200}), 3)],
        vec![rule("transaction", json!("503"), 4), rule("submit", json!("apply_then_504"), 1)],
    ];
    parallel::trials(4, troubles.map(Trouble::Network), survive).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_misbehaves_pays_once() {
    let rule = |on: &str, what: Value, times: u32| json!({"on": on, "do": what, "times": times});
    let troubles = [
        vec![rule("payout", json!("apply_then_504"), 2)],
        vec![rule("payout", json!("apply_then_hang"), 1)],
        vec![rule("payout", json!("hang"), 1)],
        vec![rule("payout", json!("503"), 2)],
        vec![rule("payout", json!({"delay_ms": 1500}), 2)],
        vec![rule("payout", json!("settle_late"), 1)],
        vec![rule("credits", json!("duplicate_credit"), 3)],
        vec![rule("credits", json!("503"), 4)],
        vec![rule("credits", json!("hang"), 1)],
    ];
    parallel::trials(4, troubles.map(Trouble::Bank), survive).await.unwrap();
}

async fn survive(trouble: Trouble) -> Result<()> {
    let mut world = World::begin(&program(), On::Sqlite).await?;
    let wallet = Wallet::set_out(&world)?;
    // The wallet sets up its account undisturbed: these troubles are the anchor's.
    wallet.has_logged_in().await?;
    match trouble {
        Trouble::Network(rules) => {
            for rule in rules {
                faults::network(&world, rule).await?;
            }
        }
        Trouble::Bank(rules) => {
            for rule in rules {
                faults::bank(&world, rule).await?;
            }
        }
    }
    world.work(&[("WORK_TASK_LEASE", "8s"), ("WORK_DUTY_LEASE", "4s")])?;
    let report = wallet.come_back().await?;
    // The books are read from network and bank as they are.
    faults::end(&world).await?;
    books::check(&mut world, &[report]).await
}

/// Whatever is cut off in the middle: streams, submissions, answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_network_and_bank_that_crash_and_come_back_lose_nothing() {
    let outcome = async {
        let mut world = World::begin(&program(), On::Sqlite).await?;
        world.work(&[("WORK_TASK_LEASE", "8s"), ("WORK_DUTY_LEASE", "4s")])?;
        let first = Wallet::set_out(&world)?.come_back().await?;
        world.crash_sandbox().await?;
        let second = Wallet::set_out(&world)?;
        second.has_logged_in().await?;
        faults::network(&world, json!({"on": "submit", "do": "apply_then_hang"})).await?;
        // The first wallet's envelope and the second's.
        until("the second envelope", async || {
            Ok((log(&world)?.matches(SUBMITTED).count() == 2).then_some(()))
        })
        .await?;
        world.crash_sandbox().await?;
        books::check(&mut world, &[first, second.come_back().await?]).await
    };
    let outcome: Result<()> = outcome.await;
    outcome.unwrap();
}

/// The network takes envelopes and never lets them into a ledger, until the first one's time is over: it is proven dead,
/// another is made under the same sequence number, and the wallet is paid once.
#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_that_dies_is_proven_dead_and_followed_by_another() {
    let outcome = async {
        let mut world = World::begin(&program(), On::Sqlite).await?;
        let wallet = Wallet::set_out(&world)?;
        wallet.has_logged_in().await?;
        faults::network(&world, json!({"on": "submit", "do": "hang", "times": 1000})).await?;
        world.work(&[("WORK_TASK_LEASE", "8s"), ("WORK_DUTY_LEASE", "4s")])?;
        until("the envelope's death", async || {
            Ok(log(&world)?.contains(r#""event_type":"ProvenDead""#).then_some(()))
        })
        .await?;
        faults::end(&world).await?;
        let report = wallet.come_back().await?;
        let sequences = sequences(&log(&world)?)?;
        ensure!(sequences.len() >= 2, "{sequences:?}");
        ensure!(sequences.windows(2).all(|pair| pair[0] == pair[1]), "{sequences:?}");
        books::check(&mut world, &[report]).await
    };
    let outcome: Result<()> = outcome.await;
    outcome.unwrap();
}

const SUBMITTED: &str = r#""event_type":"StellarPaymentSubmitted""#;

fn log(world: &World) -> Result<String> {
    let events = world.program().command(world.folder(), &["events", "--json"]).output()?;
    Ok(String::from_utf8(events.stdout)?)
}

/// The sequence numbers of the anchor's envelopes, in order.
fn sequences(log: &str) -> Result<Vec<i64>> {
    let events = log.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>()?;
    let prepared = events.iter().filter(|event| event["event_type"] == "Prepared");
    let sequence = |event: &Value| event.pointer("/payload/Prepared/sequence").and_then(Value::as_i64);
    prepared.map(|event| sequence(event).with_context(|| event.to_string())).collect()
}
