//! Rows that are written in the append's transaction.

use serde_json::json;
use windlass_store::{Append, AppendError, StoreError, StreamId};

use crate::fixture::{Fixture, append, change, transfer};

pub(crate) async fn rows_are_written_with_their_events(f: Fixture) {
    assert_eq!(f.row("t").await, None);
    f.add("t", &["Initiated"]).await;
    assert_eq!(f.row("t").await, Some((1, json!({ "events": ["Initiated"] }))));
    f.add("t", &["FormSubmitted", "FundsReceived"]).await;
    let events = ["Initiated", "FormSubmitted", "FundsReceived"];
    assert_eq!(f.row("t").await, Some((3, json!({ "events": events }))));
}

pub(crate) async fn a_refused_append_leaves_its_rows_as_they_were(f: Fixture) {
    f.add("t", &["Initiated"]).await;
    let streams =
        vec![change(transfer("new"), vec![], &["Initiated"]), change(transfer("t"), vec![], &["Other"])];
    f.store.append(Append { streams, ..Append::default() }).await.unwrap_err();
    assert_eq!(f.row("new").await, None);
    assert_eq!(f.row("t").await, Some((1, json!({ "events": ["Initiated"] }))));
}

pub(crate) async fn events_that_a_projection_refuses_are_not_appended(f: Fixture) {
    let refused = f.store.append(append("t", vec![], &["Unspeakable"])).await.unwrap_err();
    let AppendError::Store(StoreError::Projection { projection, detail }) = refused else {
        panic!("{refused}");
    };
    assert_eq!((projection, detail.as_str()), ("histories", "Transfer/t: Unspeakable"));
    assert_eq!(f.store.load(&transfer("t")).await.unwrap(), vec![]);
}

pub(crate) async fn a_projection_sees_only_its_aggregates(f: Fixture) {
    let streams = vec![change(StreamId::new("Quote", "q"), vec![], &["Unspeakable"])];
    f.store.append(Append { streams, ..Append::default() }).await.unwrap();
    assert_eq!(f.row("q").await, None);
}
