//! Server-sent events.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests end them when a stream is not as expected"
)]

use std::time::Duration;

use reqwest::Response;
use serde_json::Value;
use stellar_xdr::Asset;
use tokio_util::sync::CancellationToken;
use windlass_sandbox::SandboxConfig;

use super::harness::{Server, Wallet, pay};

/// An open stream, read event by event.
struct Events {
    response: Response,
    text: String,
}

/// The fields of one event.
#[derive(Debug, Default)]
struct Event {
    id: Option<String>,
    name: Option<String>,
    data: Value,
}

impl Events {
    async fn open(server: &Server, path: &str, last_event: Option<&str>) -> Self {
        let mut request =
            server.client.get(format!("{}{path}", server.base)).header("accept", "text/event-stream");
        if let Some(id) = last_event {
            request = request.header("last-event-id", id);
        }
        let mut events = Self { response: request.send().await.unwrap(), text: String::new() };
        let hello = events.next().await.unwrap();
        assert_eq!((hello.name.as_deref(), hello.data), (Some("open"), "hello".into()));
        events
    }

    /// The next event; none at the end of the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let event = parse(event);
                self.text = rest.to_owned();
                if event.id.is_some() || event.name.is_some() {
                    return Some(event);
                }
                continue;
            }
            let chunk = self.response.chunk().await.unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn next_amount(&mut self) -> (String, Value) {
        let event = self.next().await.unwrap();
        assert_eq!(event.id.as_deref(), event.data["paging_token"].as_str());
        (event.id.unwrap(), event.data["amount"].clone())
    }
}

fn parse(text: &str) -> Event {
    let mut event = Event::default();
    for line in text.lines() {
        match line.split_once(": ") {
            Some(("id", id)) => event.id = Some(id.to_owned()),
            Some(("event", name)) => event.name = Some(name.to_owned()),
            Some(("data", data)) => event.data = serde_json::from_str(data).unwrap(),
            _ => {}
        }
    }
    event
}

async fn pay_once(server: &Server, from: &Wallet, to: &Wallet, amount: i64) {
    let envelope = server.sign(from, vec![pay(to.muxed(), Asset::Native, amount)]).await;
    server.succeed(&envelope).await;
}

#[tokio::test]
async fn a_payment_arrives_on_an_open_stream() {
    let server = Server::start().await;
    let (alice, bob) = (server.wallet().await, server.wallet().await);
    let path = format!("/accounts/{}/payments?cursor=now", bob.address());
    let mut events = Events::open(&server, &path, None).await;
    pay_once(&server, &alice, &bob, 1).await;
    assert_eq!(events.next_amount().await.1, "0.0000001");
    pay_once(&server, &alice, &bob, 2).await;
    assert_eq!(events.next_amount().await.1, "0.0000002");
}

#[tokio::test]
async fn a_stream_goes_on_from_its_last_event_without_gap_or_double() {
    let server = Server::start().await;
    let (alice, bob) = (server.wallet().await, server.wallet().await);
    let path = format!("/accounts/{}/payments?cursor=now", bob.address());
    let mut events = Events::open(&server, &path, None).await;
    pay_once(&server, &alice, &bob, 1).await;
    let (last, _) = events.next_amount().await;
    drop(events);
    for amount in [2, 3] {
        pay_once(&server, &alice, &bob, amount).await;
    }
    let mut events = Events::open(&server, &path, Some(&last)).await;
    assert_eq!(events.next_amount().await.1, "0.0000002");
    assert_eq!(events.next_amount().await.1, "0.0000003");
    pay_once(&server, &alice, &bob, 4).await;
    assert_eq!(events.next_amount().await.1, "0.0000004");

    let path = format!("/accounts/{}/payments?cursor={last}", bob.address());
    let mut events = Events::open(&server, &path, None).await;
    assert_eq!(events.next_amount().await.1, "0.0000002");
}

#[tokio::test]
async fn a_stream_from_the_beginning_brings_more_than_a_page() {
    let server = Server::start().await;
    let (alice, bob) = (server.wallet().await, server.wallet().await);
    for _ in 0..3 {
        let operations = (1..=100).map(|amount| pay(bob.muxed(), Asset::Native, amount));
        let envelope = server.sign(&alice, operations.collect()).await;
        server.succeed(&envelope).await;
    }
    let path = format!("/accounts/{}/payments", bob.address());
    let mut events = Events::open(&server, &path, None).await;
    assert_eq!(events.next().await.unwrap().data["type"], "create_account");
    let mut last = 0;
    for _ in 0..300 {
        let (id, _) = events.next_amount().await;
        let id: i64 = id.parse().unwrap();
        assert!(id > last);
        last = id;
    }
}

#[tokio::test]
async fn streams_say_goodbye_when_the_network_stops() {
    let server = Server::start().await;
    let mut events = Events::open(&server, "/ledgers?cursor=now", None).await;
    let stop = CancellationToken::new();
    stop.cancel();
    server.sandbox.run(stop).await;
    let bye = events.next().await.unwrap();
    assert_eq!((bye.name.as_deref(), bye.data), (Some("close"), "byebye".into()));
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn ledgers_close_by_themselves_empty_ones_too() {
    let server = Server::start_as(SandboxConfig {
        ledger_interval: Duration::from_millis(10),
        ..SandboxConfig::default()
    })
    .await;
    let mut events = Events::open(&server, "/ledgers?cursor=now", None).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (sandbox, stop) = (server.sandbox.clone(), stop.clone());
        async move { sandbox.run(stop).await }
    });
    let first = events.next().await.unwrap().data;
    let second = events.next().await.unwrap().data;
    assert_eq!(first["sequence"].as_i64().unwrap() + 1, second["sequence"].as_i64().unwrap());
    assert_eq!(second["prev_hash"], first["hash"]);
    assert_eq!(second["tx_set_operation_count"], 0);
    stop.cancel();
    running.await.unwrap();
}
