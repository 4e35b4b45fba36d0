//! Subscriptions under the runner.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use windlass_workers::{Duty, Handler, Runner, RunnerConfig};

use super::fixture::{Log, Seen, Told, feed};

fn runner(log: &Log, owner: &str, handler: Handler) -> Runner {
    let duties: Vec<Arc<dyn Duty>> = vec![Arc::new(log.worker(handler))];
    let store = Arc::new(log.database.clone());
    Runner::new(store, log.clock.clone(), RunnerConfig::new(owner), vec![], duties)
}

pub(super) async fn an_event_is_handled_soon_after_its_commit(log: Log) {
    let lags = Arc::new(Mutex::new(vec![]));
    let noted = lags.clone();
    let told = Told::judging(move |event| {
        noted.lock().unwrap().push(OffsetDateTime::now_utc() - event.recorded_at);
        Ok(())
    });
    let stop = CancellationToken::new();
    let running = tokio::spawn(runner(&log, "one", Handler::Effect(told)).run(stop.clone()));
    for number in 0..20 {
        log.append(&format!("{number}"), &["Made"]).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.cancel();
    running.await.unwrap();
    let mut lags = lags.lock().unwrap().clone();
    assert_eq!(lags.len(), 20);
    lags.sort();
    assert!(lags[10] < time::Duration::milliseconds(50), "{lags:?}");
}

pub(super) async fn the_next_process_goes_on_where_the_last_stopped(log: Log) {
    for round in 0..3 {
        let stop = CancellationToken::new();
        let owner = format!("process {round}");
        let running = tokio::spawn(runner(&log, &owner, feed(Seen::default())).run(stop.clone()));
        log.append(&format!("{round}"), &["One", "Two"]).await;
        while log.subscriptions.find("seen").await.unwrap().is_none_or(|row| row.handled < 2 * (round + 1)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
        running.await.unwrap();
    }
    assert_eq!(log.seen().await.len(), 6);
}
