//! Memory and SQLite answer every query alike, and both as a plain search through the log would.

use std::cmp::Reverse;

use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Map, Value};
use time::Duration;
use uuid::Uuid;
use windlass_domain::{
    Subject,
    transfer::{Kind, TransferId},
};
use windlass_projections::{Page, Queries, TransferFilter, TransferView, inline_projections};
use windlass_store::{Database, EventStore, InlineProjection, NewEvent, Statement, StreamChange, StreamId};

use crate::{
    lives::{Life, START, asset, lives, subject},
    stores::Stores,
};

/// Runs `check` on the stores after each of some random histories.
fn on_histories(check: impl AsyncFn(&[Life], &Stores)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let config = ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() };
    let checked = TestRunner::new(config).run(&lives(), |lives| {
        runtime.block_on(async {
            let stores = Stores::empty().await;
            for life in &lives {
                stores.append("transfer", &life.id.to_string(), life.new_events()).await;
            }
            check(&lives, &stores).await;
            stores.sqlite.close().await;
            stores.postgres.close().await;
        });
        Ok(())
    });
    checked.unwrap();
}

fn views(lives: &[Life]) -> Vec<TransferView> {
    let fold = |life: &Life| TransferView::fold(life.id, life.events.clone()).unwrap();
    let mut views: Vec<_> = lives.iter().map(fold).collect();
    views.sort_by_key(|view| Reverse((view.started_at, view.id)));
    views
}

fn filters() -> Vec<TransferFilter> {
    let mut filters = vec![];
    for (who, what) in (0..5u8).flat_map(|who| (0..4u8).map(move |what| (who, what))) {
        for kind in [None, Some(Kind::Sep24Deposit), Some(Kind::Sep24Withdrawal)] {
            for since in [None, Some(START), Some(START + Duration::nanoseconds(1_500))] {
                filters.push(TransferFilter {
                    subject: subject(who),
                    asset: asset(what),
                    kind,
                    no_older_than: since,
                    page: Page::First,
                    limit: 100,
                });
            }
        }
    }
    filters
}

/// What the filter means, page aside.
fn wanted(filter: &TransferFilter, view: &TransferView) -> bool {
    let micros = |time: time::OffsetDateTime| time.unix_timestamp_nanos().div_euclid(1_000);
    let initiated = view.initiated().unwrap();
    initiated.subject.identity() == filter.subject.identity()
        && initiated.stellar_asset == filter.asset
        && filter.kind.is_none_or(|kind| initiated.kind == kind)
        && filter.no_older_than.is_none_or(|since| micros(view.started_at) >= micros(since))
}

/// SEP24-065, SEP24-067, SEP24-068, SEP24-T10
#[test]
fn every_list_is_what_a_search_through_the_log_finds() {
    on_histories(async |lives, stores| {
        let all = views(lives);
        for filter in filters() {
            let expected: Vec<_> = all.iter().filter(|view| wanted(&filter, view)).cloned().collect();
            for queries in stores.queries() {
                assert_eq!(queries.transfers(&filter).await.unwrap(), expected, "{filter:?}");
            }
        }
    });
}

/// SEP24-065, SEP24-T10
#[test]
fn pages_put_together_are_the_list() {
    on_histories(async |_, stores| {
        for filter in filters().into_iter().filter(|filter| filter.kind.is_none()) {
            for (queries, limit) in stores.queries().iter().flat_map(|queries| [(queries, 1), (queries, 3)]) {
                let whole = queries.transfers(&filter).await.unwrap();
                assert_eq!(paged(queries, &TransferFilter { limit, ..filter.clone() }).await, whole);
            }
        }
    });
}

async fn paged(queries: &Queries, filter: &TransferFilter) -> Vec<TransferView> {
    let mut all: Vec<TransferView> = vec![];
    loop {
        let page = all.last().map_or(Page::First, |last| Page::After(last.id));
        let next = queries.transfers(&TransferFilter { page, ..filter.clone() }).await.unwrap();
        assert!(next.len() <= filter.limit as usize);
        if next.is_empty() {
            return all;
        }
        all.extend(next);
    }
}

/// SEP24-068: a page that begins with a foreign or unknown transfer is empty and tells nothing.
#[test]
fn a_page_after_what_is_not_ones_own_is_empty() {
    on_histories(async |lives, stores| {
        let foreign = |me: &Subject| {
            let mut ids = vec![TransferId(Uuid::nil())];
            for view in views(lives) {
                if view.initiated().unwrap().subject.identity() != me.identity() {
                    ids.push(view.id);
                }
            }
            ids
        };
        for filter in filters().into_iter().filter(|filter| filter.kind.is_none()) {
            for id in foreign(&filter.subject) {
                for queries in stores.queries() {
                    let page = TransferFilter { page: Page::After(id), ..filter.clone() };
                    assert_eq!(queries.transfers(&page).await.unwrap(), []);
                }
            }
        }
    });
}

/// SEP24-069, SEP24-070
#[test]
fn a_transfer_is_found_by_its_ids_and_only_by_its_owner() {
    on_histories(async |lives, stores| {
        let all = views(lives);
        for (view, who) in all.iter().flat_map(|view| (0..5).map(move |who| (view, subject(who)))) {
            let mine =
                |other: &&TransferView| other.initiated().unwrap().subject.identity() == who.identity();
            let hash = view.stellar_transaction_id.as_deref().unwrap_or("none");
            let bank = view.external_transaction_id.as_deref().unwrap_or("none");
            let by_hash = all.iter().filter(mine).find(|v| v.stellar_transaction_id.as_deref() == Some(hash));
            let by_bank =
                all.iter().filter(mine).find(|v| v.external_transaction_id.as_deref() == Some(bank));
            for queries in stores.queries() {
                assert_eq!(queries.transfer(view.id).await.unwrap().as_ref(), Some(view));
                let found = queries.transfer_by_stellar_transaction(&who, hash).await.unwrap();
                assert_eq!(found.as_ref(), by_hash);
                let found = queries.transfer_by_external_transaction(&who, bank).await.unwrap();
                assert_eq!(found.as_ref(), by_bank);
            }
        }
        for queries in stores.queries() {
            assert_eq!(queries.transfer(TransferId(Uuid::nil())).await.unwrap(), None);
        }
    });
}

#[test]
fn rows_written_with_the_events_are_rows_made_from_the_log() {
    on_histories(async |lives, stores| {
        let projection = inline_projections().into_iter().find(|one| one.name() == "transfers").unwrap();
        for life in lives {
            let id = life.id.to_string();
            let expected = rebuilt(&*projection, life);
            let (sequence, values) = stores.memory.inline_row("transfers", &id).unwrap();
            assert_eq!((sequence, &values), (life.events.len() as u64, &expected));

            for database in [&stores.sqlite, &stores.postgres] {
                assert_eq!(row(database, &id).await, (sequence as i64, expected.clone()));
            }
        }
    });
}

async fn row(database: &Database, id: &str) -> (i64, Value) {
    const COLUMNS: [&str; 8] = [
        "subject",
        "kind",
        "asset",
        "status",
        "started_at",
        "stellar_transaction_id",
        "external_transaction_id",
        "view",
    ];
    let query = "SELECT sequence, subject, kind, asset, status, started_at, stellar_transaction_id,
        external_transaction_id, view FROM transfers WHERE id = $1";
    let row = database.read_one(Statement::new(query).text(id)).await.unwrap().unwrap();
    let mut values = Map::new();
    for (column, name) in (1..).zip(COLUMNS) {
        let value = match name {
            "started_at" => row.get::<i64>(column).unwrap().into(),
            _ => row.get::<Option<String>>(column).unwrap().into(),
        };
        values.insert(name.to_owned(), value);
    }
    (row.get(0).unwrap(), Value::Object(values))
}

fn rebuilt(projection: &dyn InlineProjection, life: &Life) -> Value {
    let (stream, appended): (_, Vec<NewEvent>) =
        (StreamId::new("transfer", life.id.to_string()), life.new_events());
    let change = StreamChange { stream: &stream, history: &[], appended: &appended };
    let [row] = projection.rows(&change).unwrap().try_into().unwrap();
    row.values
}

#[test]
fn a_timeline_tells_every_event_in_order() {
    on_histories(async |lives, stores| {
        for (life, queries) in lives.iter().flat_map(|life| stores.queries().map(|queries| (life, queries))) {
            let told = queries.timeline(life.id).await.unwrap();
            let told: Vec<_> = told.into_iter().map(|event| (event.sequence, event.event)).collect();
            let lived = life.events.iter().map(|(event, _)| event.name().to_owned());
            assert_eq!(told, (1..).zip(lived).collect::<Vec<_>>());
        }
    });
}
