//! Bringing an envelope into the ledger, or proving it dead.

use time::Duration;
use windlass_domain::{
    ports::{LedgerAccount, LedgerError, LedgerHeader, ResultCodes, Submission},
    stellar_transaction::{PreparedTransaction, Progress},
    transfer::{Closure, Delivery, TrustReason},
};
use windlass_workers::{Outcome, StepError};

use crate::{
    ledger::{account, closed, failed, unavailable},
    world::{World, distribution},
};

fn bad_seq() -> Submission {
    Submission::Refused(ResultCodes { transaction: "tx_bad_seq".to_owned(), operations: vec![] })
}

async fn progress(world: &World, envelope: &PreparedTransaction) -> Progress {
    world.commands.stellar_transaction(envelope.hash).await.unwrap().progress
}

fn sent(calls: &[String], envelope: &PreparedTransaction) -> usize {
    calls.iter().filter(|call| **call == format!("submit {}", envelope.envelope)).count()
}

/// The latest ledger closed that long after the envelope's end, and the account's last number there.
fn ledger_is(world: &World, envelope: &PreparedTransaction, after: Duration, sequence: i64) {
    let closed_at = envelope.max_time + after;
    world.ledger.headers.tell([Ok(LedgerHeader { sequence: 50, closed_at })]);
    world.ledger.account_is(distribution(), [Ok(Some(account(distribution(), sequence)))]);
}

#[tokio::test(start_paused = true)]
async fn what_closes_completes_the_transfer() {
    let world = World::new().await;
    let (id, envelope) = world.prepared().await;
    world.ledger.submissions.tell([Ok(Submission::Closed(closed(envelope.hash)))]);
    assert_eq!(world.run("submit").await.unwrap(), Outcome::Settled);
    assert_eq!(sent(&world.ledger.calls(), &envelope), 1, "what is in the log, to the letter");
    assert_eq!((progress(&world, &envelope).await, world.due().await), (Progress::Confirmed, vec![]));
    assert_eq!(world.transfer(id).await.closure, Closure::Completed);
    let view = world.ports.queries.transfer(id).await.unwrap().unwrap();
    assert_eq!(view.completed_at, Some(crate::ledger::closed_at()));
}

#[tokio::test(start_paused = true)]
async fn what_fails_in_a_ledger_is_classed_by_its_operation() {
    let trust = |reason| (Delivery::AwaitingTrust(reason), Closure::Open);
    let retry = (Delivery::NotStarted, Closure::Open);
    for (transaction, operations, (delivery, closure)) in [
        ("tx_failed", &["op_no_destination"][..], trust(TrustReason::NoAccount)),
        ("tx_failed", &["op_no_trust"], trust(TrustReason::NoTrustline)),
        ("tx_failed", &["op_line_full"], trust(TrustReason::LineFull)),
        ("tx_failed", &["op_not_authorized"], trust(TrustReason::NotAuthorized)),
        ("tx_failed", &["op_underfunded"], retry.clone()),
        ("tx_failed", &["op_never_heard_of"], retry.clone()),
        ("tx_insufficient_balance", &[], retry),
        ("tx_failed", &["op_no_issuer"], (Delivery::Failed, Closure::Failed)),
    ] {
        let world = World::new().await;
        let (id, envelope) = world.prepared().await;
        let failed = failed(envelope.hash, transaction, operations);
        world.ledger.submissions.tell([Ok(Submission::Closed(failed))]);
        assert_eq!(world.run("submit").await.unwrap(), Outcome::Settled);
        let transfer = world.transfer(id).await;
        assert_eq!((transfer.delivery, transfer.closure), (delivery, closure), "{operations:?}");
        assert_eq!(progress(&world, &envelope).await, Progress::Failed);
        let pays = world.due().await;
        let expected = (closure == Closure::Open).then(|| ("pay".to_owned(), Duration::seconds(5)));
        assert_eq!(pays, expected.into_iter().collect::<Vec<_>>());
    }
}

/// On a resend an error code proves nothing; and the first send may have been another process's second.
#[tokio::test(start_paused = true)]
async fn a_refusal_at_the_door_proves_nothing() {
    for code in ["tx_bad_seq", "tx_too_late", "tx_insufficient_fee", "tx_bad_auth"] {
        let world = World::new().await;
        let (id, envelope) = world.prepared().await;
        let codes = ResultCodes { transaction: code.to_owned(), operations: vec![] };
        world.ledger.submissions.tell([Ok(Submission::Refused(codes))]);
        for _ in 0..5 {
            let outcome = world.run("submit").await.unwrap();
            assert!(matches!(outcome, Outcome::Again(_)), "{outcome:?}");
            assert_eq!(sent(&world.ledger.calls(), &envelope), 1);
            assert_eq!(progress(&world, &envelope).await, Progress::Submitted);
            world.clock.pass(Duration::seconds(2));
        }
        world.ledger.transactions.tell([Ok(Some(closed(envelope.hash)))]);
        assert_eq!(world.run("submit").await.unwrap(), Outcome::Settled);
        assert_eq!(sent(&world.ledger.calls(), &envelope), 0, "it is looked up before it is sent again");
        assert_eq!(
            (world.transfer(id).await.closure, world.transfer(id).await.attempts),
            (Closure::Completed, 1)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_time_out_it_is_found() {
    for lost in [Ok(Submission::Unknown("504".to_owned())), Err(unavailable())] {
        let world = World::new().await;
        let (id, envelope) = world.prepared().await;
        world.ledger.submissions.tell([lost]);
        world.ledger.transactions.tell([Ok(Some(closed(envelope.hash)))]);
        assert_eq!(world.run("submit").await.unwrap(), Outcome::Settled);
        assert_eq!(world.transfer(id).await.closure, Closure::Completed);
    }
}

/// Neither the time nor the number alone is a proof, and two answers are never put together.
#[tokio::test(start_paused = true)]
async fn only_one_answer_after_the_end_with_a_lower_number_proves_death() {
    let second = Duration::SECOND;
    for (after, sequence, dead) in [
        (-second, 100, false),
        (Duration::ZERO, 100, false),
        (second, 101, false),
        (second, 102, false),
        (second, 100, true),
    ] {
        let world = World::new().await;
        let (id, envelope) = world.submitted().await;
        ledger_is(&world, &envelope, after, sequence);
        world.ledger.submissions.tell([Ok(bad_seq())]);
        let outcome = world.run("submit").await.unwrap();
        let calls = world.ledger.calls();
        assert!(calls.contains(&"ledger Some(50)".to_owned()), "the ledger of that very answer: {calls:?}");
        if dead {
            assert_eq!((outcome, progress(&world, &envelope).await), (Outcome::Settled, Progress::Dead));
            assert_eq!(world.due().await, [("pay".to_owned(), Duration::ZERO)]);
            assert_eq!(sent(&calls, &envelope), 0);
        } else {
            assert!(matches!(outcome, Outcome::Again(_)), "{after} {sequence}: {outcome:?}");
            assert_eq!(progress(&world, &envelope).await, Progress::Submitted);
            assert!(matches!(world.transfer(id).await.delivery, Delivery::Submitted(_)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_no_known_ledger_or_of_no_account_proves_nothing() {
    for found in [None, Some(LedgerAccount { as_of: None, ..account(distribution(), 100) })] {
        let world = World::new().await;
        let (_, envelope) = world.submitted().await;
        ledger_is(&world, &envelope, Duration::DAY, 100);
        world.ledger.account_is(distribution(), [Ok(found)]);
        let outcome = world.run("submit").await.unwrap();
        assert!(matches!(outcome, Outcome::Again(_)), "{outcome:?}");
        assert_eq!(progress(&world, &envelope).await, Progress::Submitted);
    }
}

/// One replica has seen the number spent, another does not have the transaction yet.
#[tokio::test(start_paused = true)]
async fn a_lagging_replica_is_waited_for() {
    let world = World::new().await;
    let (id, envelope) = world.submitted().await;
    ledger_is(&world, &envelope, Duration::minutes(10), 101);
    world.ledger.submissions.tell([Ok(bad_seq())]);
    for _ in 0..3 {
        let outcome = world.run("submit").await.unwrap();
        assert!(matches!(outcome, Outcome::Again(_)), "{outcome:?}");
        world.clock.pass(Duration::seconds(2));
    }
    // The third look-up finds it.
    world.ledger.transactions.tell([Ok(None), Ok(Some(closed(envelope.hash)))]);
    assert_eq!(world.run("submit").await.unwrap(), Outcome::Settled);
    assert_eq!(world.transfer(id).await.closure, Closure::Completed);
}

#[tokio::test(start_paused = true)]
async fn a_spent_number_whose_transaction_never_shows_up_goes_to_an_operator() {
    let world = World::new().await;
    let (id, envelope) = world.submitted().await;
    ledger_is(&world, &envelope, Duration::minutes(10) + Duration::SECOND, 101);
    world.ledger.submissions.tell([Ok(bad_seq())]);
    let stopped = world.run("submit").await;
    assert!(matches!(stopped, Err(StepError::NeedsOperator(_))), "{stopped:?}");
    // Nothing was concluded: neither is it dead, nor is another one made.
    assert_eq!(progress(&world, &envelope).await, Progress::Submitted);
    assert!(matches!(world.transfer(id).await.delivery, Delivery::Submitted(_)));
    assert_eq!(world.tasks().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_cannot_be_asked_changes_nothing() {
    let odd = [unavailable(), LedgerError::Malformed("<html>".into()), LedgerError::Refused("403".into())];
    for error in odd {
        let break_it: [fn(&World, LedgerError); 3] = [
            |world, error| world.ledger.transactions.tell([Err(error)]),
            |world, error| world.ledger.account_is(distribution(), [Err(error)]),
            |world, error| world.ledger.headers.tell([Err(error)]),
        ];
        for break_it in break_it {
            let world = World::new().await;
            let (_, envelope) = world.submitted().await;
            let log = world.log().await;
            break_it(&world, error.clone());
            let passing = world.run("submit").await;
            assert!(matches!(passing, Err(StepError::Transient(_))), "{passing:?}");
            assert_eq!(world.log().await, log);
            assert_eq!(sent(&world.ledger.calls(), &envelope), 0);
        }
    }
}

/// The process died between the record and the sending, or right after it.
#[tokio::test(start_paused = true)]
async fn after_a_crash_the_same_envelope_is_looked_up_and_sent() {
    let world = World::new().await;
    let (id, envelope) = world.prepared().await;
    let lease = world.lease("submit").await;
    world.commands.record_submitted(envelope.hash, &lease).await.unwrap();
    world.clock.pass(Duration::minutes(3));
    world.ledger.calls();
    world.ledger.submissions.tell([Ok(Submission::Closed(closed(envelope.hash)))]);
    assert_eq!(world.run("submit").await.unwrap(), Outcome::Settled);
    let calls = world.ledger.calls();
    assert_eq!(calls[0], format!("transaction {}", envelope.hash));
    assert_eq!((sent(&calls, &envelope), world.transfer(id).await.attempts), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_settled_is_not_sent_again() {
    let world = World::new().await;
    let (_, envelope) = world.submitted().await;
    let settled = windlass_commands::Settled::Confirmed(closed(envelope.hash));
    let frozen = world.lease("submit").await;
    world.clock.pass(Duration::minutes(3));
    let current = world.lease("submit").await;
    world.commands.settle_transaction(envelope.hash, settled, &current).await.unwrap();
    let steps = windlass_workers::steps(&world.ports);
    let submit = steps.iter().find(|step| step.kind() == "submit").unwrap();
    assert_eq!(submit.run(&frozen).await.unwrap(), Outcome::Finished);
    assert_eq!(world.ledger.calls(), Vec::<String>::new());
}

/// A worker that was frozen while the ledger was asked, and thawed after another had taken over.
#[tokio::test(start_paused = true)]
async fn a_thawed_worker_writes_nothing() {
    let world = std::sync::Arc::new(World::new().await);
    let (id, envelope) = world.submitted().await;
    ledger_is(&world, &envelope, Duration::SECOND, 100);
    let (other, hash) = (world.clone(), envelope.hash);
    world.ledger.meanwhile(distribution(), async move {
        other.clock.pass(Duration::minutes(3));
        let lease = other.lease("submit").await;
        let settled = windlass_commands::Settled::Confirmed(closed(hash));
        other.commands.settle_transaction(hash, settled, &lease).await.unwrap();
    });
    let lease = world.lease("submit").await;
    let steps = windlass_workers::steps(&world.ports);
    let submit = steps.iter().find(|step| step.kind() == "submit").unwrap();
    let late = submit.run(&lease).await;
    assert!(late.is_err(), "{late:?}");
    assert_eq!(progress(&world, &envelope).await, Progress::Confirmed);
    assert_eq!(world.transfer(id).await.closure, Closure::Completed);
}
