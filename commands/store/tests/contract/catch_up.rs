//! Reading the whole log.

use std::collections::BTreeMap;

use windlass_store::{LogPosition, RecordedEvent};

use crate::fixture::{Fixture, append, transfer};

pub(crate) async fn the_log_is_read_in_pages_without_gap_or_double(f: Fixture) {
    let mut all = Vec::new();
    for id in ["a", "b", "a", "c", "b"] {
        all.extend(f.add(id, &["One", "Two"]).await);
    }
    let mut read: Vec<RecordedEvent> = Vec::new();
    let mut after = LogPosition::START;
    loop {
        let page = f.read_log(after, 3, all.len() - read.len()).await;
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        after = last.at;
        read.extend(page);
    }
    assert_eq!(read, all);
    assert!(read.is_sorted_by(|a, b| a.at < b.at));
}

pub(crate) async fn beyond_the_end_there_is_nothing(f: Fixture) {
    let last = f.add("t", &["One"]).await.remove(0).at;
    for after in
        [last, LogPosition { position: i64::MAX, ..last }, LogPosition { tx: last.tx + 5, position: 0 }]
    {
        assert_eq!(f.store.read_log(after, 10).await.unwrap(), vec![], "{after}");
    }
    assert_eq!(f.store.read_log(LogPosition::START, 0).await.unwrap(), vec![]);
}

pub(crate) async fn readers_see_every_event_once_while_eight_writers_append(f: Fixture) {
    const WRITERS: usize = 8;
    const EVENTS: usize = 40;
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let store = f.store.clone();
        writers.push(tokio::spawn(async move {
            let id = format!("t{writer}");
            let mut history = Vec::new();
            for _ in 0..EVENTS {
                let new = append(&id, history.clone(), &["Tick"]);
                history.extend(store.append(new).await.unwrap().streams.remove(0));
            }
        }));
    }
    let mut read: Vec<RecordedEvent> = Vec::new();
    while read.len() < WRITERS * EVENTS {
        let after = read.last().map_or(LogPosition::START, |event| event.at);
        read.extend(f.store.read_log(after, 7).await.unwrap());
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(read, f.read_log(LogPosition::START, 1000, WRITERS * EVENTS).await);
    let mut streams: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for event in read {
        streams.entry(event.stream.aggregate_id).or_default().push(event.sequence);
    }
    assert_eq!(streams.len(), WRITERS);
    for sequences in streams.values() {
        assert_eq!(*sequences, (1..=EVENTS as u64).collect::<Vec<_>>());
    }
    assert_eq!(f.store.load(&transfer("t0")).await.unwrap().len(), EVENTS);
}
