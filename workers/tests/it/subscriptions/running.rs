//! Subscriptions under the runner.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use windlass_domain::ports::Clock;
use windlass_workers::{Duty, Handler, Runner, RunnerConfig, StepError, Subscribe};

use super::fixture::{Log, Seen, Told, append, drain, feed};

fn runner(log: &Log, owner: &str, handler: Handler) -> Runner {
    let duties: Vec<Arc<dyn Duty>> = vec![Arc::new(log.worker(handler))];
    let store = Arc::new(log.database.clone());
    Runner::new(store, log.clock.clone(), RunnerConfig::new(owner), vec![], duties)
}

pub(super) async fn an_event_is_handled_soon_after_its_commit_in_another_process(log: Log) {
    let lags = Arc::new(Mutex::new(vec![]));
    let noted = lags.clone();
    let told = Told::judging(move |event| {
        noted.lock().unwrap().push(OffsetDateTime::now_utc() - event.recorded_at);
        Ok(())
    });
    let stop = CancellationToken::new();
    let told = Handler::Effect(told);
    // It has begun, so that there is a row to look at.
    told.establish(&log.subscriptions, log.clock.now()).await.unwrap();
    let running = tokio::spawn(runner(&log, "one", told).run(stop.clone()));
    let elsewhere = log.elsewhere().await;
    for number in 0..40 {
        append(&elsewhere, "deal", &format!("{number}"), &["Made"]).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    while log.row("told").await.handled < 40 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    running.await.unwrap();
    let mut lags = lags.lock().unwrap().clone();
    lags.sort();
    println!("median {}, longest {}", lags[20], lags[39]);
    assert_eq!(lags.len(), 40);
    // Other tests hold PostgreSQL's horizon back now and then, which is the whole server's.
    assert!(lags[20] < time::Duration::milliseconds(50), "{lags:?}");
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

pub(super) async fn workers_that_die_at_any_point_lose_and_double_nothing(log: Log) {
    let (stop, elsewhere) = (CancellationToken::new(), log.elsewhere().await);
    let appending = tokio::spawn({
        let stop = stop.clone();
        async move {
            let mut written = 0;
            while !stop.is_cancelled() {
                append(&elsewhere, "deal", &format!("{}", written % 5), &["Made"]).await;
                written += 1;
            }
            written
        }
    });
    for round in 0..40 {
        // Two at once, and neither is asked: what they have begun may be committed or not.
        let works = |worker: Subscribe| async move {
            loop {
                match worker.turn().await {
                    Ok(_) | Err(StepError::Superseded) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        };
        let one = tokio::spawn(works(log.worker(feed(Seen::default()))));
        let two = tokio::spawn(works(log.worker(feed(Seen::default()))));
        tokio::time::sleep(Duration::from_millis(7 * (round % 8) + 3)).await;
        one.abort();
        two.abort();
        assert!(one.await.unwrap_err().is_cancelled() && two.await.unwrap_err().is_cancelled());
    }
    stop.cancel();
    let written: usize = appending.await.unwrap();
    drain(&log.worker(feed(Seen::default()))).await;
    let (seen, row) = (log.seen().await, log.row("seen").await);
    let unique: BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), unique.len(), row.handled), (written, written, written as u64));
}
