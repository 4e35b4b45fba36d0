//! What the log knows of an account whose sequence numbers we spend.

use cqrs_es::DomainEvent;
use proptest::{prelude::*, test_runner::TestRunner};
use windlass_domain::{
    Actor, Metadata,
    ports::ResultCodes,
    stellar_transaction::{PreparedTransaction, StellarTransactionEvent as Event},
    transfer::DeathProof,
};
use windlass_projections::SourceAccount;
use windlass_stellar::{Stroops, TransactionHash};
use windlass_store::{EventStore, NewEvent};

use crate::{
    lives::{START, account},
    stores::Stores,
};

fn prepared(source: u8, sequence: i64, n: usize) -> Event {
    let mut hash = [source; 32];
    hash[..8].copy_from_slice(&n.to_be_bytes());
    Event::Prepared(Box::new(PreparedTransaction {
        hash: TransactionHash::from_bytes(hash),
        envelope: "AAAA".to_owned(),
        source: account(source),
        sequence,
        max_time: START,
        members: vec![],
    }))
}

fn end(fate: u8, sequence: i64) -> Event {
    match fate {
        0 => Event::ProvenDead(DeathProof { ledger: 9, closed_at: START, account_sequence: sequence - 1 }),
        1 => Event::Failed { ledger: 9, codes: ResultCodes::default() },
        _ => Event::Confirmed { ledger: 9, closed_at: START, fee_charged: Stroops::ZERO },
    }
}

fn written(event: &Event) -> NewEvent {
    let metadata = Metadata {
        event_id: uuid::Uuid::nil(),
        occurred_at: START,
        actor: Actor::system("test"),
        correlation_id: uuid::Uuid::nil(),
        causation_id: None,
    };
    NewEvent {
        event_type: event.event_type(),
        event_version: event.event_version(),
        payload: serde_json::to_string(event).unwrap(),
        metadata: serde_json::to_string(&metadata).unwrap(),
    }
}

/// Two accounts spend numbers; envelopes are confirmed, fail or die, and a dead one gives its number back.
#[test]
fn the_last_number_is_the_highest_that_no_death_gave_back() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let config = ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() };
    let lives = prop::collection::vec((1..3u8, 0..4u8), 1..20);
    let checked = TestRunner::new(config).run(&lives, |lives| {
        runtime.block_on(async {
            let stores = Stores::empty().await;
            let mut last = [None; 3];
            for (n, (source, fate)) in lives.into_iter().enumerate() {
                let spent = &mut last[usize::from(source)];
                let sequence = spent.unwrap_or(40) + 1;
                let prepared = prepared(source, sequence, n);
                let Event::Prepared(envelope) = &prepared else { unreachable!() };
                let hash = envelope.hash.to_string();
                stores.append("stellar_transaction", &hash, vec![written(&prepared)]).await;
                expect(&stores, source, Some(sequence), 1).await;
                stores.append("stellar_transaction", &hash, vec![written(&Event::Submitted)]).await;
                expect(&stores, source, Some(sequence), 1).await;
                stores.append("stellar_transaction", &hash, vec![written(&end(fate, sequence))]).await;
                if fate != 0 {
                    *spent = Some(sequence);
                }
                expect(&stores, source, *spent, 0).await;
            }
            expect(&stores, 9, None, 0).await;
            stores.sqlite.close().await;
        });
        Ok(())
    });
    checked.unwrap();
}

async fn expect(stores: &Stores, source: u8, last_sequence: Option<i64>, open: u32) {
    for queries in stores.queries() {
        let found = queries.source_account(account(source)).await.unwrap();
        assert_eq!(found, SourceAccount { last_sequence, open });
    }
}
