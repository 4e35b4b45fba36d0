//! How fast the tree is filled and the log verified: far faster than a log grows.

use std::time::{Duration, Instant};

use windlass_store::{Append, EventStore, NewEvent, StreamAppend, StreamId};

use super::fixture::{Log, trusting};

const EVENTS: usize = 20_000;

pub(super) async fn a_thousand_events_are_sealed_and_verified_in_far_less_than_a_second_each(log: Log) {
    for first in (0..EVENTS).step_by(1_000) {
        let event = |number: usize| NewEvent {
            event_type: "FundsReceived".to_owned(),
            event_version: "1".to_owned(),
            payload: format!("{{\"n\": {number}, \"text\": \"{}\"}}", "x".repeat(300)),
            metadata: format!("{{\"event_id\": \"{number}\", \"actor\": \"{}\"}}", "y".repeat(200)),
        };
        let streams = (first..first + 1_000).step_by(10).map(|number| StreamAppend {
            stream: StreamId::new("deal", format!("0195-{number}")),
            history: vec![],
            events: (number..number + 10).map(event).collect(),
        });
        log.database.append(Append { streams: streams.collect(), ..Append::default() }).await.unwrap();
    }
    log.append("last", &["{}"]).await;
    let began = Instant::now();
    log.seal().await;
    let sealing = began.elapsed().saturating_sub(Duration::from_secs(1));
    log.sign().await.unwrap();
    let began = Instant::now();
    let done = log.verify(&trusting(&[1])).await;
    let verifying = began.elapsed();
    assert_eq!((done.events, done.sealed, done.tampering), (EVENTS as u64 + 1, EVENTS as u64 + 1, None));
    let rate = |took: Duration| EVENTS as f64 / took.as_secs_f64();
    println!("sealed {:.0} events/s, verified {:.0} events/s", rate(sealing), rate(verifying));
    assert!(rate(sealing) > 1_000.0, "{sealing:?}");
    assert!(rate(verifying) > 1_000.0, "{verifying:?}");
}
