//! Over a real socket.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use windlass_api::serve;

use crate::support::Anchor;

/// A server on a free port; it stops when told.
async fn start() -> (String, Arc<Notify>, tokio::task::JoinHandle<()>) {
    let router = Anchor::new().await.router;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stop = Arc::new(Notify::new());
    let stopped = stop.clone();
    let server = tokio::spawn(async move { serve(listener, router, stopped.notified()).await });
    (address, stop, server)
}

async fn ask(address: &str, request: &str) -> String {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn requests_are_answered_until_the_server_is_told_to_stop() {
    let (address, stop, server) = start().await;
    let request = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = ask(&address, request).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("{\"status\":\"ok\"}"), "{answer}");
    // An idle connection does not hold up the end.
    let idle = TcpStream::connect(&address).await.unwrap();
    stop.notify_one();
    server.await.unwrap();
    drop(idle);
    assert!(TcpStream::connect(&address).await.is_err());
}

/// The clock of the test runs ahead as soon as everything waits.
#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_arrive_is_cut() {
    let (address, ..) = start().await;
    let mut socket = TcpStream::connect(&address).await.unwrap();
    socket.write_all(b"GET /health/live HTTP/1.1\r\nHost:").await.unwrap();
    let mut answer = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(3600), socket.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "the server ended the connection");
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn what_is_no_http_is_no_harm() {
    let (address, stop, server) = start().await;
    for junk in ["\r\n\r\n\r\n", "GET\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"] {
        let mut socket = TcpStream::connect(&address).await.unwrap();
        socket.write_all(junk.as_bytes()).await.unwrap();
        socket.shutdown().await.unwrap();
        let mut answer = Vec::new();
        // Answered or cut, but over.
        let _ = socket.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{junk:?}");
    }
    stop.notify_one();
    server.await.unwrap();
}
