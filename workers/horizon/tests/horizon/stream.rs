//! Waiting for payments: the stream may say anything or nothing, and be cut at any time.

use std::time::Duration;

use windlass_domain::ports::{Cursor, Ledger, LedgerError, PaymentPage};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, path},
};

use crate::support::*;

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(100);
const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

fn greeting() -> String {
    chunk("retry: 1000\nevent: open\ndata: \"hello\"\n\n")
}

fn empty() -> Scripted {
    Scripted::json(&page(vec![]))
}

fn one() -> Scripted {
    Scripted::json(&page(vec![payment(&place(9, 1, 2), "1.0000000")]))
}

async fn watch(scripts: Vec<Scripted>, wait: Duration) -> Result<PaymentPage, LedgerError> {
    horizon(&raw_server(scripts).await).await_payments(us(), None, wait).await
}

fn is_the_payment(page: &PaymentPage) -> bool {
    page.payments.len() == 1 && page.next == Some(Cursor(place(9, 1, 2)))
}

#[tokio::test]
async fn what_is_there_already_is_given_without_a_stream() {
    assert!(is_the_payment(&watch(vec![one()], LONG).await.unwrap()));
}

#[tokio::test]
async fn a_record_on_an_open_stream_ends_the_wait() {
    let event = chunk("id: 38654709762\ndata: {\"id\":\"38654709762\"}\n\n");
    let stream = Scripted::hold(format!("{HEAD}{}{event}", greeting()));
    assert!(is_the_payment(&watch(vec![empty(), stream, one()], LONG).await.unwrap()));
}

#[tokio::test]
async fn a_stream_that_is_cut_in_the_middle_of_a_record_loses_nothing() {
    let cut = Scripted::close(format!("{HEAD}{}{}", greeting(), chunk("id: 1\ndata: {\"id\":\"1")));
    assert!(is_the_payment(&watch(vec![empty(), cut, one()], LONG).await.unwrap()));
}

#[tokio::test]
async fn a_stream_that_ends_or_breaks_is_opened_again_until_something_comes() {
    let goodbye = chunk("retry: 10\nevent: close\ndata: \"byebye\"\n\n");
    let ended = Scripted::close(format!("{HEAD}{}{goodbye}0\r\n\r\n", greeting()));
    let scripts =
        vec![empty(), ended, empty(), Scripted::close(""), empty(), Scripted::close("HTTP/1.1 2"), one()];
    assert!(is_the_payment(&watch(scripts, LONG).await.unwrap()));
}

#[tokio::test]
async fn a_record_that_the_page_has_not_got_yet_is_waited_for() {
    let event = || Scripted::close(format!("{HEAD}{}", chunk("data: {}\n\n")));
    assert!(is_the_payment(&watch(vec![empty(), event(), empty(), event(), one()], LONG).await.unwrap()));
}

#[tokio::test]
async fn where_nothing_comes_the_page_is_empty_when_the_wait_is_over() {
    for stream in [format!("{HEAD}{}", greeting()), HEAD.to_owned(), String::new()] {
        let scripts = vec![empty(), Scripted::hold(stream), empty()];
        assert_eq!(watch(scripts, SHORT).await, Ok(PaymentPage::default()));
    }
}

#[tokio::test]
async fn an_account_that_is_not_there_is_waited_for_in_silence() {
    let server = MockServer::start().await;
    Mock::given(path(format!("/accounts/{}/payments", us()))).respond_with(not_found()).mount(&server).await;
    let answer = horizon(&server.uri()).await_payments(us(), None, SHORT).await;
    assert_eq!(answer, Ok(PaymentPage::default()));
}

async fn refused_stream(answer: ResponseTemplate) -> Result<PaymentPage, LedgerError> {
    let server = MockServer::start().await;
    let payments = || Mock::given(path(format!("/accounts/{}/payments", us())));
    let stream = payments().and(header("accept", "text/event-stream"));
    stream.respond_with(answer).with_priority(1).mount(&server).await;
    payments().respond_with(ok(page(vec![]))).mount(&server).await;
    horizon(&server.uri()).await_payments(us(), None, LONG).await
}

#[tokio::test]
async fn a_stream_that_is_refused_is_an_error() {
    let limited = html(429).insert_header("Retry-After", "9");
    assert_eq!(refused_stream(limited).await, Err(LedgerError::RateLimited(Duration::from_secs(9))));
    for answer in [html(503), html(404)] {
        let answer = refused_stream(answer).await;
        assert!(matches!(answer, Err(LedgerError::Unavailable(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn an_outage_while_waiting_is_an_error() {
    let answer = watch(vec![empty()], LONG).await;
    assert!(matches!(answer, Err(LedgerError::Unavailable(_))), "{answer:?}");
}
