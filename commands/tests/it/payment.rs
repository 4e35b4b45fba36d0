//! Paying on Stellar: an envelope and what its member says of it, in one append.

use time::Duration;
use windlass_commands::{CommandError, Settled};
use windlass_domain::{
    ports::{LedgerTransaction, ResultCodes},
    stellar_transaction::{PreparedTransaction, Progress, StellarTransactionRefusal},
    transfer::{Closure, DeathProof, Delivery, FailureClass, Kind, Leg, Refusal, TransferEvent, TrustReason},
};
use windlass_stellar::Stroops;
use windlass_store::{StreamId, TaskLease};

use crate::world::{World, an_hour_later, envelope};

pub(crate) async fn a_payment_and_its_envelope_are_one_append(world: World) {
    let (id, envelope) = world.prepared(41).await;
    let hash = envelope.hash;
    let leg = Leg::Payment { attempt: 1, hash };
    assert_eq!(world.transfer(id).await.delivery, Delivery::Prepared(leg));
    let logged = world.commands.stellar_transaction(hash).await.unwrap();
    assert_eq!((logged.prepared.as_deref(), logged.progress), (Some(&envelope), Progress::Prepared));
    let key = format!("{}:41", envelope.source);
    let held = world.store.reservation("source_sequence", &key).await.unwrap().unwrap();
    assert_eq!((held.owner, held.expires_at), (hash.to_string(), None));
    assert_eq!(world.tasks().await, [("submit".to_owned(), Duration::ZERO)]);
}

pub(crate) async fn a_number_is_taken_by_one_envelope_alone(world: World) {
    let _first = world.prepared(41).await;
    let second = world.awaiting(Kind::Sep24Deposit).await;
    world.pay_in(second, 2, "100").await;
    let (payment, envelope) = envelope(second, 41);
    let (log, lease) = (world.log().await, world.lease("pay").await);
    let refused = world.commands.prepare_payment(second, payment, envelope, &lease).await;
    assert!(matches!(refused, Err(CommandError::SequenceTaken(_))), "{refused:?}");
    assert_eq!(world.log().await, log);
    // The task is still there for another try.
    assert_eq!(world.tasks().await.iter().filter(|(kind, _)| kind == "pay").count(), 1);
}

pub(crate) async fn who_lost_the_lease_prepares_nothing(world: World) {
    let id = world.funded(Kind::Sep24Deposit).await;
    let lost = world.lease("pay").await;
    world.clock.pass(Duration::MINUTE);
    let _taken_over = world.lease("pay").await;
    let (log, (payment, envelope)) = (world.log().await, envelope(id, 41));
    let key = format!("{}:41", envelope.source);
    let refused = world.commands.prepare_payment(id, payment, envelope, &lost).await;
    assert!(matches!(refused, Err(CommandError::LeaseLost)), "{refused:?}");
    assert_eq!(world.log().await, log);
    assert_eq!(world.store.reservation("source_sequence", &key).await.unwrap(), None);
    assert_eq!(world.tasks().await.len(), 1);
}

pub(crate) async fn of_eight_who_prepare_at_once_one_does(world: World) {
    let id = world.funded(Kind::Sep24Deposit).await;
    let lease = world.lease("pay").await;
    let prepare = |sequence: i64| {
        let (commands, lease, (payment, envelope)) =
            (world.commands.clone(), lease.clone(), envelope(id, sequence));
        tokio::spawn(async move { commands.prepare_payment(id, payment, envelope, &lease).await })
    };
    let mut prepared = 0;
    for attempt in (41..49).map(prepare).collect::<Vec<_>>() {
        match attempt.await.unwrap() {
            Ok(()) => prepared += 1,
            Err(
                CommandError::LeaseLost
                | CommandError::Contended
                | CommandError::Refused(Refusal::DeliveryInProgress),
            ) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((prepared, world.transfer(id).await.attempts), (1, 1));
    let events = world.log().await;
    assert_eq!(events.iter().filter(|event| event.event_type == "Prepared").count(), 1);
}

pub(crate) async fn only_what_is_owed_is_prepared(world: World) {
    let id = world.funded(Kind::Sep24Deposit).await;
    let lease = world.lease("pay").await;
    let (mut payment, envelope) = envelope(id, 41);
    payment.amount = "99.0000001".parse().unwrap();
    let refused = world.commands.prepare_payment(id, payment, envelope, &lease).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refusal::PaymentDiffers))), "{refused:?}");
}

pub(crate) async fn a_confirmed_envelope_completes_its_member(world: World) {
    let (id, envelope) = world.prepared(41).await;
    let lease = submitted(&world, &envelope).await;
    let confirmed = Settled::Confirmed(in_ledger(&envelope, &[]));
    world.commands.settle_transaction(envelope.hash, confirmed, &lease).await.unwrap();
    assert_eq!(world.transfer(id).await.closure, Closure::Completed);
    let logged = world.commands.stellar_transaction(envelope.hash).await.unwrap();
    assert_eq!((logged.progress, world.tasks().await), (Progress::Confirmed, vec![]));
    // Its number is spent for ever.
    let key = format!("{}:41", envelope.source);
    assert!(world.store.reservation("source_sequence", &key).await.unwrap().is_some());
}

pub(crate) async fn what_follows_a_failure_goes_by_its_class(world: World) {
    let pay = vec![("pay".to_owned(), Duration::seconds(5))];
    let trust = TrustReason::NoTrustline;
    for (sequence, class, delivery, closure, tasks) in [
        (41, FailureClass::Retryable, Delivery::NotStarted, Closure::Open, pay.clone()),
        (42, FailureClass::NeedsTrust(trust), Delivery::AwaitingTrust(trust), Closure::Open, pay),
        (43, FailureClass::Terminal, Delivery::Failed, Closure::Failed, vec![]),
    ] {
        let id = world.awaiting(Kind::Sep24Deposit).await;
        world.pay_in(id, sequence, "100").await;
        let (payment, envelope) = envelope(id, sequence.into());
        let lease = world.lease("pay").await;
        world.commands.prepare_payment(id, payment, envelope.clone(), &lease).await.unwrap();
        let lease = submitted(&world, &envelope).await;
        let failed = Settled::Failed { transaction: in_ledger(&envelope, &["op_no_trust"]), class };
        world.commands.settle_transaction(envelope.hash, failed, &lease).await.unwrap();
        let transfer = world.transfer(id).await;
        let found = (transfer.delivery, transfer.closure, world.tasks_of(id).await);
        assert_eq!(found, (delivery, closure, tasks));
        // A failed one has used its number up.
        let key = format!("{}:{sequence}", envelope.source);
        assert!(world.store.reservation("source_sequence", &key).await.unwrap().is_some());
    }
}

pub(crate) async fn a_member_is_told_the_result_of_its_own_operation(world: World) {
    let (id, envelope) = world.prepared(41).await;
    let lease = submitted(&world, &envelope).await;
    let transaction = in_ledger(&envelope, &["op_line_full", "op_success"]);
    let failed = Settled::Failed { transaction, class: FailureClass::Retryable };
    world.commands.settle_transaction(envelope.hash, failed, &lease).await.unwrap();
    let stream = StreamId::new("transfer", id.to_string());
    let last = world.store.load(&stream).await.unwrap().pop().unwrap();
    let TransferEvent::StellarPaymentFailed { codes, .. } = serde_json::from_str(&last.payload).unwrap()
    else {
        panic!("{last:?}")
    };
    assert_eq!(codes.to_string(), "tx_failed op_line_full");
}

pub(crate) async fn a_dead_envelope_gives_its_number_to_the_next(world: World) {
    let (id, envelope) = world.prepared(41).await;
    let lease = submitted(&world, &envelope).await;
    world.commands.settle_transaction(envelope.hash, dead(1, 40), &lease).await.unwrap();
    assert_eq!(world.transfer(id).await.delivery, Delivery::NotStarted);
    assert_eq!(world.tasks().await, [("pay".to_owned(), Duration::ZERO)]);

    let (payment, mut next) = crate::world::envelope(id, 41);
    next.hash = windlass_stellar::TransactionHash::from_bytes([99; 32]);
    let payment = windlass_domain::transfer::PreparedPayment { hash: next.hash, ..payment };
    world.commands.prepare_payment(id, payment, next.clone(), &world.lease("pay").await).await.unwrap();
    let held = world.store.reservation("source_sequence", &format!("{}:41", next.source)).await.unwrap();
    assert_eq!(held.unwrap().owner, next.hash.to_string());
    assert_eq!(world.transfer(id).await.attempts, 2);
}

pub(crate) async fn without_proof_nothing_is_dead(world: World) {
    let (id, envelope) = world.prepared(41).await;
    let lease = submitted(&world, &envelope).await;
    for no_proof in [dead(0, 40), dead(1, 41)] {
        let refused = world.commands.settle_transaction(envelope.hash, no_proof, &lease).await;
        let no_proof = StellarTransactionRefusal::NoProof;
        assert!(matches!(&refused, Err(CommandError::TransactionRefused(why)) if *why == no_proof));
    }
    let leg = Leg::Payment { attempt: 1, hash: envelope.hash };
    assert_eq!(world.transfer(id).await.delivery, Delivery::Submitted(leg));
    let key = format!("{}:41", envelope.source);
    assert!(world.store.reservation("source_sequence", &key).await.unwrap().is_some());
}

pub(crate) async fn a_thawed_worker_settles_nothing(world: World) {
    let (id, envelope) = world.prepared(41).await;
    let frozen = submitted(&world, &envelope).await;
    world.clock.pass(Duration::MINUTE);
    let current = world.lease("submit").await;
    let confirmed = Settled::Confirmed(in_ledger(&envelope, &[]));
    world.commands.settle_transaction(envelope.hash, confirmed.clone(), &current).await.unwrap();
    let log = world.log().await;
    let failed =
        Settled::Failed { transaction: in_ledger(&envelope, &["op_x"]), class: FailureClass::Retryable };
    for late in [confirmed, failed, dead(1, 40)] {
        let refused = world.commands.settle_transaction(envelope.hash, late, &frozen).await;
        assert!(
            matches!(refused, Err(CommandError::LeaseLost | CommandError::TransactionRefused(_))),
            "{refused:?}"
        );
    }
    assert_eq!((world.log().await, world.transfer(id).await.closure), (log, Closure::Completed));
}

pub(crate) async fn a_destination_without_trust_is_looked_at_again(world: World) {
    let id = world.funded(Kind::Sep24Deposit).await;
    let (reason, later) = (TrustReason::NoAccount, crate::ports::START + Duration::seconds(5));
    for _ in 0..2 {
        let lease = world.lease("pay").await;
        assert_eq!(lease.attempts, 1, "to wait is not to fail");
        let look_again = later + (windlass_domain::ports::Clock::now(&*world.clock) - crate::ports::START);
        world.commands.await_trustline(id, reason, &lease, look_again).await.unwrap();
        world.clock.pass(Duration::seconds(5));
    }
    let asked = world.events(id).await.iter().filter(|name| *name == "TrustlineRequested").count();
    assert_eq!(asked, 1, "nothing new, no event");
    world.commands.establish_trustline(id, &world.lease("pay").await).await.unwrap();
    assert_eq!(world.transfer(id).await.delivery, Delivery::NotStarted);
}

async fn submitted(world: &World, envelope: &PreparedTransaction) -> TaskLease {
    let lease = world.lease("submit").await;
    // Again and again: the second time nothing is new.
    for _ in 0..2 {
        world.commands.record_submitted(envelope.hash, &lease).await.unwrap();
    }
    let events = world.stream("stellar_transaction", &envelope.hash.to_string()).await;
    assert_eq!(events, ["Prepared", "Submitted"]);
    lease
}

fn in_ledger(envelope: &PreparedTransaction, operations: &[&str]) -> LedgerTransaction {
    let operations: Vec<_> = operations.iter().map(|code| (*code).to_owned()).collect();
    LedgerTransaction {
        hash: envelope.hash,
        ledger: 80,
        closed_at: an_hour_later(),
        successful: operations.is_empty(),
        fee_charged: Stroops::ZERO,
        codes: ResultCodes { transaction: "tx_failed".to_owned(), operations },
    }
}

fn dead(seconds_after_max_time: i64, account_sequence: i64) -> Settled {
    let closed_at = an_hour_later() + Duration::seconds(seconds_after_max_time);
    Settled::Dead(DeathProof { ledger: 90, closed_at, account_sequence })
}
