//! Events and streams.

use windlass_store::{Append, AppendError, LogPosition, NewEvent, StreamId};

use crate::fixture::{Fixture, append, at, change, task, transfer};

pub(crate) async fn an_event_is_read_back_byte_for_byte(f: Fixture) {
    let event = NewEvent {
        event_type: "FundsReceived".to_owned(),
        event_version: "2.1".to_owned(),
        payload: "{ \"a\" :\t1.00,\n\"b\":\"\\u0000 \\\" é 🙂\", \"b\":12345678901234567890 }".to_owned(),
        metadata: "{\"x\":null , \"y\":[ ]}".to_owned(),
    };
    let mut new = append("t", vec![], &[]);
    new.streams[0].events = vec![event.clone()];
    f.store.append(new).await.unwrap();
    let loaded = f.store.load(&transfer("t")).await.unwrap();
    assert_eq!(loaded.len(), 1);
    assert_eq!(loaded[0].event_type, event.event_type);
    assert_eq!(loaded[0].event_version, event.event_version);
    assert_eq!(loaded[0].payload, event.payload);
    assert_eq!(loaded[0].metadata, event.metadata);
    assert_eq!(loaded[0].sequence, 1);
    assert!(loaded[0].at > LogPosition::START);
}

pub(crate) async fn an_unknown_stream_is_empty(f: Fixture) {
    assert_eq!(f.store.load(&transfer("none")).await.unwrap(), vec![]);
}

pub(crate) async fn what_is_appended_is_what_is_loaded(f: Fixture) {
    let mut appended = f.add("t", &["Initiated", "FormSubmitted"]).await;
    appended.extend(f.add("t", &["FundsReceived"]).await);
    assert_eq!(f.store.load(&transfer("t")).await.unwrap(), appended);
    assert_eq!(f.read_log(LogPosition::START, 10, 3).await, appended);
    let sequences: Vec<_> = appended.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, [1, 2, 3]);
    assert!(appended.iter().all(|event| event.recorded_at.nanosecond() % 1000 == 0));
}

pub(crate) async fn a_stream_that_has_changed_is_a_conflict(f: Fixture) {
    let history = f.add("t", &["Initiated"]).await;
    f.add("t", &["FormSubmitted"]).await;
    let refused = f.store.append(append("t", history, &["Expired"])).await.unwrap_err();
    assert_eq!(refused, AppendError::Conflict { stream: transfer("t") });
    assert_eq!(f.store.load(&transfer("t")).await.unwrap().len(), 2);
}

pub(crate) async fn a_history_that_the_log_does_not_have_is_a_conflict(f: Fixture) {
    let history = f.add("t", &["Initiated", "FormSubmitted"]).await;
    let refused = f.store.append(append("u", history, &["Expired"])).await.unwrap_err();
    assert_eq!(refused, AppendError::Conflict { stream: transfer("u") });
    assert_eq!(f.store.load(&transfer("u")).await.unwrap(), vec![]);
}

pub(crate) async fn several_streams_are_written_together(f: Fixture) {
    let payment = StreamId::new("StellarTransaction", "t");
    let streams =
        vec![change(transfer("t"), vec![], &["Initiated"]), change(payment.clone(), vec![], &["A", "B"])];
    let appended = f.store.append(Append { streams, ..Append::default() }).await.unwrap();
    assert_eq!(appended.streams[0], f.store.load(&transfer("t")).await.unwrap());
    assert_eq!(appended.streams[1], f.store.load(&payment).await.unwrap());
    assert_eq!(appended.streams[1].len(), 2);
}

pub(crate) async fn a_conflict_in_one_stream_stops_all(f: Fixture) {
    f.add("stale", &["Initiated"]).await;
    for order in [["new", "stale"], ["stale", "new"]] {
        let streams = order.map(|id| change(transfer(id), vec![], &["Initiated"])).into();
        let refused = f.store.append(Append { streams, ..Append::default() }).await.unwrap_err();
        assert_eq!(refused, AppendError::Conflict { stream: transfer("stale") });
        assert_eq!(f.store.load(&transfer("new")).await.unwrap(), vec![]);
    }
}

pub(crate) async fn the_same_stream_twice_is_a_conflict(f: Fixture) {
    let streams = vec![change(transfer("t"), vec![], &["A"]), change(transfer("t"), vec![], &["B"])];
    let refused = f.store.append(Append { streams, ..Append::default() }).await.unwrap_err();
    assert_eq!(refused, AppendError::Conflict { stream: transfer("t") });
    assert_eq!(f.store.load(&transfer("t")).await.unwrap(), vec![]);
}

pub(crate) async fn a_stream_without_new_events_is_not_checked(f: Fixture) {
    f.add("t", &["Initiated"]).await;
    let appended = f.store.append(append("t", vec![], &[])).await.unwrap();
    assert_eq!(appended.streams, vec![vec![]]);
    assert_eq!(f.store.load(&transfer("t")).await.unwrap().len(), 1);
}

pub(crate) async fn of_many_writers_to_one_stream_one_wins_each_version(f: Fixture) {
    let mut writers = Vec::new();
    for _ in 0..8 {
        let store = f.store.clone();
        writers.push(tokio::spawn(async move {
            let mut won = 0;
            while won < 5 {
                let history = store.load(&transfer("t")).await.unwrap();
                match store.append(append("t", history, &["Tick"])).await {
                    Ok(_) => won += 1,
                    Err(AppendError::Conflict { .. }) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let events = f.store.load(&transfer("t")).await.unwrap();
    let sequences: Vec<u64> = events.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, (1..=40).collect::<Vec<u64>>());
}

/// But for the character NUL, which PostgreSQL has in no text.
pub(crate) async fn ids_may_hold_any_text(f: Fixture) {
    for id in ["", " ", "é🙂", "a'b\"c\\d", "[1]", "line\nbreak"] {
        let appended = f.add(id, &["Initiated"]).await;
        assert_eq!(f.store.load(&transfer(id)).await.unwrap(), appended, "{id:?}");
        let refused = f.store.append(append(id, vec![], &["Initiated"])).await.unwrap_err();
        assert_eq!(refused, AppendError::Conflict { stream: transfer(id) }, "{id:?}");
    }
}

pub(crate) async fn an_append_wakes_who_waits_and_leasing_does_not(f: Fixture) {
    let mut wakeups = f.store.wakeups();
    // A database that tells of other processes' appends says once that it does.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(1), wakeups.changed()).await;
    wakeups.mark_unchanged();
    f.add_tasks(vec![task("pay", "t", 1, 0)]).await;
    assert!(wakeups.has_changed().unwrap());
    wakeups.mark_unchanged();
    let lease = f.lease("w", 0, 1).await.remove(0);
    f.store.renew_task(&lease, at(20)).await.unwrap();
    assert!(!wakeups.has_changed().unwrap());
    f.store.append(append("t", vec![], &["Initiated"])).await.unwrap();
    assert!(wakeups.has_changed().unwrap());
}

pub(crate) async fn the_store_answers_a_ping(f: Fixture) {
    f.store.ping().await.unwrap();
}
