//! The log as server-sent events.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::{Request, StatusCode},
};
use futures::StreamExt;
use serde_json::json;
use tokio::time::{Instant, timeout};
use tower::ServiceExt;

use crate::{
    auditors::auditor,
    support::{Anchor, user},
};

/// An open stream, or the status of the refusal.
struct Stream {
    body: BodyDataStream,
    text: String,
}

async fn open(anchor: &Anchor, query: &str, last: Option<&str>) -> Result<Stream, StatusCode> {
    let mut request = Request::get(format!("/audit/events?{query}"))
        .header("accept", "text/event-stream")
        .header("authorization", format!("Bearer {}", auditor(anchor)));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = anchor.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    if response.status() != 200 {
        return Err(response.status());
    }
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    Ok(Stream { body: response.into_body().into_data_stream(), text: String::new() })
}

impl Stream {
    /// The next block of lines; `None` at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                return Some(block);
            }
            let next = timeout(Duration::from_secs(60), self.body.next()).await.unwrap();
            self.text.push_str(std::str::from_utf8(&next?.unwrap()).unwrap());
        }
    }

    /// The position of the next event.
    async fn position(&mut self) -> Option<String> {
        let block = self.block().await?;
        let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        let event: serde_json::Value = serde_json::from_str(line("data: ")).unwrap();
        assert_eq!(event["position"], line("id: "));
        Some(line("id: ").to_owned())
    }
}

async fn initiate(anchor: &Anchor, token: &str) {
    anchor.initiate(token, "deposit", json!({ "asset_code": "USD" })).await;
}

#[tokio::test]
async fn what_is_there_comes_first_and_then_what_happens() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    initiate(&anchor, &token).await;
    let mut stream = open(&anchor, "", None).await.ok().unwrap();
    let first = stream.position().await.unwrap();
    initiate(&anchor, &token).await;
    let second = stream.position().await.unwrap();
    assert_ne!(first, second);
    // A reader that comes back goes on where it was, whatever else the address says.
    let mut again = open(&anchor, "after=0.0", Some(&first)).await.ok().unwrap();
    assert_eq!(again.position().await.unwrap(), second);
    assert_eq!(open(&anchor, "", Some("nowhere")).await.err(), Some(StatusCode::BAD_REQUEST));
}

#[tokio::test]
async fn a_stream_ends_with_its_range() {
    let anchor = Anchor::new().await;
    let token = anchor.login(&user()).await;
    for _ in 0..3 {
        initiate(&anchor, &token).await;
    }
    let mut whole = open(&anchor, "", None).await.ok().unwrap();
    let (first, second) = (whole.position().await.unwrap(), whole.position().await.unwrap());
    let mut range = open(&anchor, &format!("to={second}"), None).await.ok().unwrap();
    assert_eq!(range.position().await.unwrap(), first);
    assert_eq!(range.position().await, None);
    let mut past = open(&anchor, "to=2020-01-01", None).await.ok().unwrap();
    assert_eq!(past.block().await, None);
}

#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let anchor = Anchor::new().await;
    let mut stream = open(&anchor, "", None).await.ok().unwrap();
    anchor.api.end_streams();
    assert_eq!(stream.block().await, None);
    let mut late = open(&anchor, "", None).await.ok().unwrap();
    assert_eq!(late.block().await, None);
}

/// The clock of the test runs ahead as soon as everything waits.
#[tokio::test(start_paused = true)]
async fn a_silent_stream_shows_every_fifteen_seconds_that_it_lives() {
    let anchor = Anchor::new().await;
    let mut stream = open(&anchor, "", None).await.ok().unwrap();
    for _ in 0..2 {
        let begin = Instant::now();
        assert!(stream.block().await.unwrap().starts_with(':'));
        let waited = begin.elapsed();
        assert!((14..=16).contains(&waited.as_secs()), "{waited:?}");
    }
}

#[tokio::test]
async fn only_so_many_streams_are_open_at_once() {
    let anchor = Anchor::new().await;
    let mut streams = vec![];
    let refused = loop {
        match open(&anchor, "", None).await {
            Ok(stream) => streams.push(stream),
            Err(status) => break status,
        }
    };
    assert_eq!((refused, streams.len()), (StatusCode::SERVICE_UNAVAILABLE, 32));
    streams.pop();
    assert!(open(&anchor, "", None).await.is_ok());
}
