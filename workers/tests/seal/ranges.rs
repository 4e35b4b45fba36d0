//! A part of the log is checked without reading the rest.

use windlass_projections::seal::{Tampering, VerifyOptions};

use super::fixture::{Log, trusting};

pub(super) async fn a_range_is_checked_from_one_signed_root_to_another(log: Log) {
    let log = log.sealed().await;
    let events = log.events().await;
    let range = |from: usize, to: usize| VerifyOptions {
        from: Some(events[from].at),
        to: Some(events[to].at),
        ..trusting(&[1])
    };
    let done = log.verify(&range(25, 30)).await;
    assert_eq!(
        (done.events, done.roots, done.sealed, done.unsealed, done.tampering),
        (20, 1, 40, None, None)
    );
    let done = log.verify(&range(20, 45)).await;
    assert_eq!((done.events, done.roots, done.sealed, done.tampering), (30, 2, 50, None));
    let done = log.verify(&range(52, 54)).await;
    assert_eq!((done.events, done.roots, done.sealed, done.unsealed), (5, 0, 50, Some(5)));
    // What is not in the range is not looked at; what is in it is found.
    log.tamper_at(
        "UPDATE events SET recorded_at = recorded_at + 1 WHERE aggregate_id = $1 AND sequence = $2",
        &events[33],
    )
    .await;
    assert_eq!(log.verify(&range(3, 12)).await.tampering, None);
    assert_eq!(log.verify(&range(41, 54)).await.tampering, None);
    let found = log.verify(&range(39, 39)).await.tampering;
    let Some(Tampering::Changed { event }) = found else { panic!("{found:?}") };
    assert_eq!(event.at, Some(events[33].at));
}

pub(super) async fn a_range_from_a_broken_root_on_is_found(log: Log) {
    let log = log.sealed().await;
    let events = log.events().await;
    let from = VerifyOptions { from: Some(events[45].at), ..trusting(&[1]) };
    // The signed root of 40 cannot be had from the stored nodes: the whole log is read, and tells why.
    log.tamper("UPDATE merkle_nodes SET hash = (SELECT hash FROM merkle_leaves WHERE leaf = 0) WHERE level = 5 AND node = 0")
        .await;
    let found = log.verify(&from).await.tampering;
    assert_eq!(found, Some(Tampering::Node { level: 5, index: 0 }));
    log.tamper("UPDATE merkle_roots SET key = 'G' WHERE number = 2").await;
    let found = log.verify(&from).await.tampering;
    assert!(matches!(found, Some(Tampering::Root { number: 2, .. })), "{found:?}");
}
