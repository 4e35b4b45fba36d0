//! What goes wrong on the way: each fault has its error, and only what may pass is tried again.

#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test that called it")]

use std::time::Duration;

use serde_json::json;
use windlass_domain::ports::{Ledger, LedgerError};
use windlass_horizon::{Horizon, HorizonConfig, HorizonConfigError};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::*;

/// What comes of a read, and after how many requests.
async fn read(answer: ResponseTemplate) -> (LedgerError, usize) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let error = horizon(&server.uri()).fee_stats().await.unwrap_err();
    (error, server.received_requests().await.unwrap_or_default().len())
}

#[tokio::test]
async fn a_rate_limit_is_passed_on_with_its_time_and_not_tried_again() {
    let limited = |header: Option<&str>| {
        let answer = problem(429, "rate_limit_exceeded", json!({}));
        header.map_or(answer.clone(), |seconds| answer.insert_header("Retry-After", seconds))
    };
    for (header, seconds) in [(Some("7"), 7), (None, 5), (Some("soon"), 5), (Some("99999999"), 3600)] {
        let expected = LedgerError::RateLimited(Duration::from_secs(seconds));
        assert_eq!(read(limited(header)).await, (expected, 1), "{header:?}");
    }
    assert_eq!(read(html(429)).await, (LedgerError::RateLimited(Duration::from_secs(5)), 1));
}

#[tokio::test]
async fn a_servers_fault_is_tried_again_a_few_times_and_then_unavailable() {
    let timeout = problem(504, "timeout", json!({}));
    let stale = problem(503, "stale_history", json!({}));
    for answer in [timeout, stale, html(500), html(502), html(503)] {
        let (error, requests) = read(answer).await;
        assert!(matches!(error, LedgerError::Unavailable(_)), "{error:?}");
        assert_eq!(requests, 3);
    }
}

#[tokio::test]
async fn a_fault_that_passes_is_not_noticed() {
    let server = MockServer::start().await;
    let stats = json!({"last_ledger_base_fee": "100", "max_fee": {"p90": "500"}});
    Mock::given(any()).respond_with(html(503)).up_to_n_times(2).with_priority(1).mount(&server).await;
    Mock::given(any()).respond_with(ok(stats)).mount(&server).await;
    assert!(horizon(&server.uri()).fee_stats().await.is_ok());
}

#[tokio::test]
async fn horizons_own_refusal_is_one_and_a_proxys_is_not() {
    let (error, requests) = read(problem(400, "bad_request", json!({}))).await;
    assert_eq!((error, requests), (LedgerError::Refused("bad_request: words".into()), 1));
    for answer in [html(403), html(401), html(400), html(407)] {
        let (error, requests) = read(answer).await;
        assert!(matches!(error, LedgerError::Unavailable(_)), "{error:?}");
        assert_eq!(requests, 1);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = MockServer::start().await;
    let moved = ResponseTemplate::new(302).insert_header("Location", format!("{}/elsewhere", server.uri()));
    let (error, requests) = read(moved).await;
    assert!(matches!(error, LedgerError::Unavailable(_)), "{error:?}");
    assert_eq!(requests, 1);
    assert_eq!(server.received_requests().await.unwrap_or_default().len(), 0);
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_malformed() {
    for answer in
        [html(200), ResponseTemplate::new(200), ok(json!([1])), ok(json!({"last_ledger_base_fee": 1.5}))]
    {
        let (error, _) = read(answer).await;
        assert!(matches!(error, LedgerError::Malformed(_)), "{error:?}");
    }
    let deep = ResponseTemplate::new(200).set_body_raw("[".repeat(100_000), "application/json");
    assert!(matches!(read(deep).await.0, LedgerError::Malformed(_)));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read_to_its_end() {
    let (error, _) = read(ResponseTemplate::new(200).set_body_bytes(vec![b' '; 9 << 20])).await;
    assert!(matches!(error, LedgerError::Malformed(_)), "{error:?}");
}

#[tokio::test]
async fn a_body_that_is_cut_is_unavailable() {
    let cut =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"last_ledger";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"las";
    for bytes in [cut, chunked, "HTTP/1.1 2", ""] {
        let url = raw_server(vec![Scripted::close(bytes)]).await;
        let error = horizon(&url).fee_stats().await.unwrap_err();
        assert!(matches!(error, LedgerError::Unavailable(_)), "{bytes}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_or_does_not_end_is_unavailable() {
    let begun = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{";
    for bytes in ["", "HTTP/1.1 200 OK\r\n", begun] {
        let url = raw_server(vec![Scripted::hold(bytes)]).await;
        let error = impatient(&url).fee_stats().await.unwrap_err();
        assert!(matches!(error, LedgerError::Unavailable(_)), "{bytes}: {error:?}");
    }
}

#[tokio::test]
async fn no_connection_is_unavailable_and_no_password_is_told() {
    let url = nobody().await.replace("http://", "http://user:secret@");
    let error = horizon(&url).fee_stats().await.unwrap_err();
    assert!(matches!(error, LedgerError::Unavailable(_)), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("secret"));
}

#[tokio::test]
async fn an_address_may_have_a_path() {
    let server = MockServer::start().await;
    let stats = json!({"last_ledger_base_fee": "100", "max_fee": {"p90": "500"}});
    Mock::given(wiremock::matchers::path("/test/net/fee_stats")).respond_with(ok(stats)).mount(&server).await;
    for address in ["/test/net", "/test/net/", "/test/net?x=1#y"] {
        assert!(horizon(&format!("{}{address}", server.uri())).fee_stats().await.is_ok(), "{address}");
    }
}

#[test]
fn what_is_no_address_is_refused_at_once() {
    for url in ["", "horizon", "ftp://horizon.example", "https://", "/horizon"] {
        let refused = Horizon::new(HorizonConfig::new(url, network()));
        assert!(matches!(refused, Err(HorizonConfigError::Url(_))), "{url}");
    }
}
