//! How soon a reader in another process sees an event: from the moment that the database recorded it, shortly before the
//! commit, to the moment that the reader has it.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use windlass_store::{EventStore, LogPosition};

use crate::events::command;
use crate::stores;

const RATE: u32 = 200;
const SECONDS: u64 = 20;
const AIM_MS: f64 = 50.0;

/// Names the database to the process that writes.
pub(crate) const WRITER: &str = "WINDLASS_BENCH_WRITES_TO";

pub(crate) async fn postgres() {
    let url = stores::fresh("lag");
    let store = stores::postgres(&url, 4).await;
    let mut wakeups = store.wakeups();
    let mut writer = Writer::start(&url);
    let mut after = LogPosition::START;
    let mut lags: Vec<f64> = Vec::new();
    while writer.is_alive() {
        wakeups.mark_unchanged();
        let page = store.read_log(after, 1_000).await.unwrap();
        let now = OffsetDateTime::now_utc();
        for event in &page {
            after = event.at;
            lags.push((now - event.recorded_at).as_seconds_f64() * 1_000.0);
        }
        if page.is_empty() {
            let _ = tokio::time::timeout(Duration::from_millis(250), wakeups.changed()).await;
        }
    }
    lags.sort_by(f64::total_cmp);
    let at = |part: f64| lags[((lags.len() - 1) as f64 * part) as usize];
    let (p50, p99, most) = (at(0.5), at(0.99), at(1.0));
    println!(
        "figure handler_lag_p99 {p99:.1} ms limit {AIM_MS:.0} ratio {:.2} spread p50 {p50:.1}..max {most:.1} events {}",
        p99 / AIM_MS,
        lags.len()
    );
    store.close().await;
}

/// The other process: it appends at an even rate.
pub(crate) async fn write(url: &str) {
    let store = stores::postgres(url, 4).await;
    let began = Instant::now();
    for number in 0..u64::from(RATE) * SECONDS {
        let due = began + Duration::from_secs(1) * u32::try_from(number).unwrap() / RATE;
        tokio::time::sleep_until(due.into()).await;
        let store = store.clone();
        tokio::spawn(async move { store.append(command(&format!("{number:09}"), vec![])).await.unwrap() });
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    store.close().await;
}

struct Writer(Child);

impl Writer {
    fn start(url: &str) -> Self {
        Self(Command::new(std::env::current_exe().unwrap()).env(WRITER, url).spawn().unwrap())
    }

    fn is_alive(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}
