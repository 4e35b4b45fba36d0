//! The log page by page: all of it, a range, an asset, an account.

use std::collections::BTreeSet;

use windlass_projections::{
    LogPosition,
    audit::{CSV_HEADER, LogEntry, LogFilter, Moment, csv_line},
};

use crate::stores::{Kept, all, stores};

const ISSUER: &str = "GCFIRY65OQE7DFP5KLNS2PF2LVZMUZYJX4OZIEQ36N2IQANUB5XVYOJR";
const USER: &str = "GDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435DIAG";
const MUXED: &str = "MDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435CAAAAAAAAAAABEVBM";

/// Everything that the filter wants, read in pages of that many.
async fn read(kept: &Kept, filter: &LogFilter, most: usize) -> Vec<LogEntry> {
    let mut reader = kept.queries.audit_log(filter.clone(), LogPosition::START);
    let mut events = vec![];
    loop {
        let page = reader.next(most).await.unwrap();
        assert!(page.events.len() <= most);
        events.extend(page.events);
        if page.end {
            return events;
        }
    }
}

fn positions(events: &[LogEntry]) -> Vec<&str> {
    events.iter().map(|event| event.position.as_str()).collect()
}

/// The streams, each transfer by the last of the parts of its id that differ.
fn streams(events: &[LogEntry]) -> BTreeSet<String> {
    events.iter().map(|event| format!("{}/{}", event.aggregate_type, event.aggregate_id)).collect()
}

#[tokio::test]
async fn the_whole_log_is_the_same_in_pages_of_any_size() {
    let lines = all();
    for kept in stores().await {
        kept.append(&lines).await;
        let whole = read(&kept, &LogFilter::default(), 1_000).await;
        assert_eq!(whole.len(), lines.len(), "{}", kept.name);
        for (entry, line) in whole.iter().zip(&lines) {
            assert_eq!(entry.payload.get(), line.payload.get(), "the payload is as it was appended");
            assert_eq!(entry.metadata.get(), line.metadata.get());
            assert!(entry.what.is_some() && entry.who.is_some());
        }
        for most in [1, 7] {
            let paged = read(&kept, &LogFilter::default(), most).await;
            assert_eq!(positions(&paged), positions(&whole), "{} in pages of {most}", kept.name);
        }
        kept.close().await;
    }
}

#[tokio::test]
async fn an_asset_and_an_account_choose_transfers_with_all_that_belongs_to_them() {
    let lines = all();
    for kept in stores().await {
        kept.append(&lines).await;
        let by = async |asset: Option<&str>, account: Option<&str>| {
            let filter = LogFilter {
                asset: asset.map(|text| text.parse().unwrap()),
                account: account.map(|text| text.parse().unwrap()),
                ..LogFilter::default()
            };
            let (whole, paged) = (read(&kept, &filter, 1_000).await, read(&kept, &filter, 1).await);
            assert_eq!(positions(&whole), positions(&paged), "{}", kept.name);
            streams(&whole)
        };
        let native = by(Some("native"), None).await;
        let kinds: Vec<_> = native.iter().map(|stream| stream.split('/').next().unwrap()).collect();
        assert_eq!(
            kinds,
            ["inbound_payment", "inbound_payment", "inbound_payment", "stellar_transaction", "transfer"],
            "the only deposit of XLM, with both of its payments and its envelope; a payment of XLM that was not ours"
        );
        let everything = by(None, Some(USER)).await;
        let code = by(Some("USDC"), None).await;
        assert_eq!(code, by(Some(&format!("USDC:{ISSUER}")), None).await);
        assert!(code.is_disjoint(&native));
        let usdc = by(Some("USDC"), Some(USER)).await;
        assert!(usdc.is_subset(&everything) && usdc.is_subset(&code));
        assert_eq!(usdc.len() + by(Some("native"), Some(USER)).await.len(), everything.len());
        let muxed = by(None, Some(MUXED)).await;
        let transfers: Vec<_> = muxed.iter().filter(|stream| stream.starts_with("transfer/")).collect();
        assert_eq!(transfers, ["transfer/01955600-0200-7000-8000-000000000001"]);
        assert!(by(Some("USDC"), Some(ISSUER)).await.is_empty());
        assert!(by(Some("EURC"), None).await.is_empty());
        kept.close().await;
    }
}

#[tokio::test]
async fn a_payment_that_no_transfer_took_is_found_by_its_own_asset() {
    for kept in stores().await {
        kept.append(&all()).await;
        for (asset, reason) in [("native", "UnknownReference"), ("USDC", "Refused")] {
            let filter = LogFilter { asset: Some(asset.parse().unwrap()), ..LogFilter::default() };
            let events = read(&kept, &filter, 1_000).await;
            let unmatched = events.iter().filter(|event| event.event_type == "PaymentUnmatched");
            let reasons: Vec<_> = unmatched.map(|event| event.payload.get()).collect();
            assert_eq!(reasons.len(), 1, "{} {asset}: {reasons:?}", kept.name);
            assert!(reasons[0].contains(reason), "{} {asset}: {reasons:?}", kept.name);
        }
        kept.close().await;
    }
}

#[tokio::test]
async fn a_range_begins_with_its_first_moment_and_ends_before_its_last() {
    for kept in stores().await {
        kept.append(&all()).await;
        let whole = read(&kept, &LogFilter::default(), 1_000).await;
        let (from, to) = (&whole[10], &whole[20]);
        let position = |entry: &LogEntry| Some(Moment::Position(entry.position.parse().unwrap()));
        let time = |entry: &LogEntry| Some(Moment::Time(entry.recorded_at));
        let range = |from, to| LogFilter { from, to, ..LogFilter::default() };
        let by_position = read(&kept, &range(position(from), position(to)), 3).await;
        assert_eq!(positions(&by_position), positions(&whole[10..20]), "{}", kept.name);
        let by_time = read(&kept, &range(time(from), time(to)), 3).await;
        let expected = whole
            .iter()
            .filter(|event| event.recorded_at >= from.recorded_at && event.recorded_at < to.recorded_at);
        let expected: Vec<_> = expected.map(|event| event.position.as_str()).collect();
        assert_eq!(positions(&by_time), expected, "{}", kept.name);
        let mut reader = kept.queries.audit_log(range(None, position(to)), LogPosition::START);
        let page = reader.next(1_000).await.unwrap();
        assert!(page.over && page.end, "the range has ended for ever");
        kept.close().await;
    }
}

#[tokio::test]
async fn csv_has_a_line_for_each_event_and_gives_back_what_was_stored() {
    let kept = stores().await.remove(0);
    kept.append(&all()).await;
    let columns = CSV_HEADER.trim_end().split(',').count();
    for entry in read(&kept, &LogFilter::default(), 1_000).await {
        let cells = parse(&csv_line(&entry));
        assert_eq!(cells.len(), columns);
        assert_eq!(cells[0], entry.position);
        assert_eq!(cells[10], entry.payload.get());
        assert_eq!(cells[11], entry.metadata.get());
    }
}

/// One line of CSV, by the letter of RFC 4180.
fn parse(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (vec![], String::new(), false);
    let mut letters = line.strip_suffix("\r\n").unwrap().chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            ('"', true) if letters.peek() == Some(&'"') => cell.extend(letters.next()),
            ('"', _) => quoted = !quoted,
            (',', false) => cells.push(std::mem::take(&mut cell)),
            _ => cell.push(letter),
        }
    }
    cells.push(cell);
    cells
}
