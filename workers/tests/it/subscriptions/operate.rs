//! What an operator does with subscriptions, and what it shows.

use time::OffsetDateTime;
use windlass_projections::feed::{Feed, HandlerError, Start};
use windlass_store::{LogPosition, OperateError};

use super::fixture::{Log, Seen, drain, feed};

fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

pub(super) async fn a_paused_subscription_stands_still_until_it_is_resumed(log: Log) {
    let worker = log.worker(feed(Seen::default()));
    log.append("a", &["One"]).await;
    drain(&worker).await;
    log.subscriptions.pause("seen", true, now()).await.unwrap();
    log.append("a", &["Two"]).await;
    drain(&worker).await;
    assert_eq!(log.seen().await, ["deal/a:1"]);
    log.subscriptions.pause("seen", false, now()).await.unwrap();
    drain(&worker).await;
    assert_eq!(log.seen().await, ["deal/a:1", "deal/a:2"]);
}

pub(super) async fn a_reset_feed_is_filled_anew_without_doubles(log: Log) {
    let worker = log.worker(feed(Seen::default()));
    log.append("a", &["One", "Two"]).await;
    drain(&worker).await;
    let tables = Seen::default().tables();
    log.subscriptions.reset("seen", Start::Beginning, tables, now()).await.unwrap();
    assert_eq!(log.seen().await.len(), 0);
    drain(&worker).await;
    assert_eq!(log.seen().await, ["deal/a:1", "deal/a:2"]);
    log.subscriptions.reset("seen", Start::Now, tables, now()).await.unwrap();
    log.append("a", &["Three"]).await;
    drain(&worker).await;
    assert_eq!(log.seen().await, ["deal/a:3"]);
}

pub(super) async fn a_reset_to_a_place_begins_after_it(log: Log) {
    let events = log.append("a", &["One", "Two", "Three"]).await;
    let worker = log.worker(feed(Seen::default()));
    drain(&worker).await;
    let (tables, after) = (Seen::default().tables(), Start::After(events[0].at));
    log.subscriptions.reset("seen", after, tables, now()).await.unwrap();
    drain(&worker).await;
    assert_eq!(log.seen().await, ["deal/a:2", "deal/a:3"]);
}

pub(super) async fn a_skip_is_recorded_with_its_reason(log: Log) {
    let events = log.append("a", &["One", "Poison", "Two"]).await;
    let worker = log.worker(feed(Seen::judging(|event| {
        let poison = event.event_type == "Poison";
        if poison { Err(HandlerError::Permanent("as told".to_owned())) } else { Ok(()) }
    })));
    drain(&worker).await;
    log.subscriptions.skip("seen", "written by a mistake of 2026-03", "maria", now()).await.unwrap();
    drain(&worker).await;
    assert_eq!(log.seen().await, ["deal/a:1", "deal/a:3"]);
    let skips = log.subscriptions.skips("seen").await.unwrap();
    let [skip] = skips.as_slice() else { panic!("{skips:?}") };
    assert_eq!((skip.at, skip.sequence), (events[1].at, 2));
    assert_eq!(
        (skip.reason.as_str(), skip.skipped_by.as_str()),
        ("written by a mistake of 2026-03", "maria")
    );
}

pub(super) async fn there_is_nothing_to_skip_where_nothing_fails(log: Log) {
    log.append("a", &["One"]).await;
    drain(&log.worker(feed(Seen::default()))).await;
    let refused = log.subscriptions.skip("seen", "because", "maria", now()).await.unwrap_err();
    assert_eq!(refused, OperateError::NothingToSkip("seen".to_owned()));
}

pub(super) async fn an_unknown_name_is_refused_with_those_that_there_are(log: Log) {
    drain(&log.worker(feed(Seen::default()))).await;
    let subscriptions = &log.subscriptions;
    for refused in [
        subscriptions.pause("sean", true, now()).await,
        subscriptions.retry("sean", now()).await,
        subscriptions.reset("sean", Start::Beginning, &[], now()).await,
        subscriptions.skip("sean", "because", "maria", now()).await.map(drop),
    ] {
        let refused = refused.unwrap_err().to_string();
        assert_eq!(refused, "there is no subscription 'sean'; there are: seen");
    }
}

pub(super) async fn lag_and_rate_are_told(log: Log) {
    let first = log.append("a", &["One", "Two", "Three"]).await;
    let lag = log.subscriptions.lag(LogPosition::START).await.unwrap();
    assert_eq!((lag.events, lag.since), (3, Some(first[0].recorded_at)));
    drain(&log.worker(feed(Seen::default()))).await;
    let row = log.row("seen").await;
    let lag = log.subscriptions.lag(row.at).await.unwrap();
    assert_eq!((lag.events, lag.since), (0, None));
    let soon = row.updated_at;
    assert!((row.rate(soon) - 0.05).abs() < 1e-9, "3 in a minute: {}", row.rate(soon));
    assert!(row.rate(soon + time::Duration::minutes(3)).abs() < 1e-9);
    assert_eq!(row.handled, 3);
}
