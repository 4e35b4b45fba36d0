//! Pages of payments: where they begin, how large they are, and what a cursor must be.

use serde_json::json;
use windlass_domain::ports::{Cursor, Ledger, LedgerError, PaymentPage};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{path, query_param, query_param_is_missing},
};

use crate::support::*;

fn payments_path() -> String {
    format!("/accounts/{}/payments", us())
}

async fn server_with_history(oldest: u32, latest: u32) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path("/")).respond_with(ok(root(oldest, latest))).mount(&server).await;
    server
}

#[tokio::test]
async fn a_page_is_asked_for_in_order_after_the_cursor_with_the_transactions() {
    let server = server_with_history(1, 20).await;
    let cursor = Cursor(place(9, 1, 1));
    Mock::given(path(payments_path()))
        .and(query_param("order", "asc"))
        .and(query_param("limit", "50"))
        .and(query_param("join", "transactions"))
        .and(query_param("cursor", cursor.0.as_str()))
        .respond_with(ok(page(vec![
            payment(&place(9, 1, 2), "1.0000000"),
            payment(&place(9, 1, 3), "2.0000000"),
        ])))
        .expect(1)
        .mount(&server)
        .await;
    let page = horizon(&server.uri()).payments(us(), Some(&cursor), 50).await.unwrap();
    assert_eq!(page.payments.len(), 2);
    assert_eq!(page.next, Some(Cursor(place(9, 1, 3))));
}

#[tokio::test]
async fn without_a_cursor_the_page_begins_at_the_beginning() {
    let server = MockServer::start().await;
    let from_the_beginning = Mock::given(path(payments_path())).and(query_param_is_missing("cursor"));
    from_the_beginning.respond_with(ok(page(vec![]))).expect(1).mount(&server).await;
    let answer = horizon(&server.uri()).payments(us(), None, 10).await;
    assert_eq!(answer, Ok(PaymentPage::default()));
}

#[tokio::test]
async fn a_limit_is_kept_within_what_horizon_gives() {
    for (asked, given) in [(0, "1"), (200, "200"), (1_000_000, "200")] {
        let server = MockServer::start().await;
        let limited = Mock::given(path(payments_path())).and(query_param("limit", given));
        limited.respond_with(ok(page(vec![]))).expect(1).mount(&server).await;
        assert!(horizon(&server.uri()).payments(us(), None, asked).await.is_ok());
    }
}

#[tokio::test]
async fn a_page_that_is_too_large_is_asked_for_in_smaller_parts() {
    let server = MockServer::start().await;
    let large = ResponseTemplate::new(200).set_body_bytes(vec![b' '; 9 << 20]);
    let small = ok(page(vec![payment(&place(9, 1, 2), "1.0000000")]));
    for (limit, answer) in [("10", large.clone()), ("2", large), ("1", small)] {
        let limited = Mock::given(path(payments_path())).and(query_param("limit", limit));
        limited.respond_with(answer).expect(1).mount(&server).await;
    }
    let page = horizon(&server.uri()).payments(us(), None, 10).await.unwrap();
    assert_eq!(page.payments.len(), 1);
}

#[tokio::test]
async fn an_account_that_is_not_there_has_received_nothing_and_an_outage_is_no_absence() {
    let server = MockServer::start().await;
    Mock::given(path(payments_path())).respond_with(not_found()).mount(&server).await;
    assert_eq!(horizon(&server.uri()).payments(us(), None, 10).await, Ok(PaymentPage::default()));
    for answer in [html(404), html(503)] {
        let server = MockServer::start().await;
        Mock::given(path(payments_path())).respond_with(answer).mount(&server).await;
        let answer = horizon(&server.uri()).payments(us(), None, 10).await;
        assert!(matches!(answer, Err(LedgerError::Unavailable(_))), "{answer:?}");
    }
}

/// Horizon itself would begin at its oldest ledger without a word.
#[tokio::test]
async fn a_cursor_from_before_the_history_is_refused_without_reading_on() {
    let server = server_with_history(100, 200).await;
    Mock::given(path(payments_path())).respond_with(ok(page(vec![]))).mount(&server).await;
    let horizon = horizon(&server.uri());
    let lost = Cursor(place(99, 4095, 1));
    let refused = horizon.payments(us(), Some(&lost), 10).await;
    assert_eq!(refused, Err(LedgerError::BeforeHistory { cursor: lost, oldest: 100 }));
    for kept in [place(100, 0, 0), place(100, 1, 1), place(200, 4095, 1)] {
        assert!(horizon.payments(us(), Some(&Cursor(kept)), 10).await.is_ok());
    }
}

#[tokio::test]
async fn a_history_from_the_first_ledger_on_has_lost_nothing() {
    let server = server_with_history(2, 200).await;
    Mock::given(path(payments_path())).respond_with(ok(page(vec![]))).mount(&server).await;
    assert!(horizon(&server.uri()).payments(us(), Some(&Cursor("0".into())), 10).await.is_ok());
}

#[tokio::test]
async fn a_cursor_ahead_of_the_latest_ledger_is_refused_without_waiting_for_it() {
    let server = server_with_history(1, 200).await;
    let ahead = Cursor(place(201, 1, 1));
    let refused = horizon(&server.uri()).payments(us(), Some(&ahead), 10).await;
    assert_eq!(refused, Err(LedgerError::AheadOfHistory { cursor: ahead, latest: 200 }));
}

#[tokio::test]
async fn a_cursor_that_was_ahead_is_taken_once_the_ledgers_are_there() {
    let server = MockServer::start().await;
    Mock::given(path("/"))
        .respond_with(ok(root(1, 200)))
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&server)
        .await;
    Mock::given(path("/")).respond_with(ok(root(1, 201))).mount(&server).await;
    Mock::given(path(payments_path())).respond_with(ok(page(vec![]))).mount(&server).await;
    let horizon = horizon(&server.uri());
    assert!(horizon.payments(us(), Some(&Cursor(place(200, 1, 1))), 10).await.is_ok());
    assert!(horizon.payments(us(), Some(&Cursor(place(201, 1, 1))), 10).await.is_ok());
}

#[tokio::test]
async fn the_history_is_not_asked_for_with_every_page() {
    let server = MockServer::start().await;
    Mock::given(path("/")).respond_with(ok(root(1, 200))).expect(1).mount(&server).await;
    Mock::given(path(payments_path())).respond_with(ok(page(vec![]))).expect(5).mount(&server).await;
    let horizon = horizon(&server.uri());
    for ledger in 10..15 {
        assert!(horizon.payments(us(), Some(&Cursor(place(ledger, 1, 1))), 10).await.is_ok());
    }
}

#[tokio::test]
async fn horizons_410_is_a_cursor_from_before_the_history() {
    let server = server_with_history(100, 200).await;
    let gone = problem(410, "before_history", json!({}));
    Mock::given(path(payments_path())).respond_with(gone).mount(&server).await;
    let cursor = Cursor(place(150, 1, 1));
    let refused = horizon(&server.uri()).payments(us(), Some(&cursor), 10).await;
    assert_eq!(refused, Err(LedgerError::BeforeHistory { cursor, oldest: 100 }));
}

#[tokio::test]
async fn a_horizon_of_another_network_is_refused() {
    let server = MockServer::start().await;
    let mut other = root(1, 200);
    other["network_passphrase"] = json!("Another Network");
    Mock::given(path("/")).respond_with(ok(other)).mount(&server).await;
    let refused = horizon(&server.uri()).payments(us(), Some(&Cursor(place(9, 1, 1))), 10).await;
    assert!(matches!(refused, Err(LedgerError::Refused(_))), "{refused:?}");
}

#[tokio::test]
async fn what_is_no_paging_token_is_refused() {
    let server = MockServer::start().await;
    for cursor in ["now", "", "-1", "1.5", "99999999999999999999999"] {
        let refused = horizon(&server.uri()).payments(us(), Some(&Cursor(cursor.into())), 10).await;
        assert!(matches!(refused, Err(LedgerError::Refused(_))), "{cursor}: {refused:?}");
    }
}
