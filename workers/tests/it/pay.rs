//! Preparing a payment: checks, the next number, the envelope in the log. Nothing is sent here.

use std::time::Duration as StdDuration;

use time::Duration;
use windlass_commands::{InitiateTransfer, Settled};
use windlass_domain::{
    ports::{LedgerAccount, LedgerBalance, LedgerError, LedgerHeader},
    transfer::{Closure, DeathProof, Delivery, Kind, TrustReason},
};
use windlass_stellar::{Memo, MuxedAccount, xdr, xdr::ReadXdr};
use windlass_workers::{Keyring, Outcome, Ports, StepError};

use crate::{
    clock::START,
    ledger::{account, closed, line, stroops, unavailable},
    world::{World, distribution, issuer, to, usdc, user},
};

fn transaction(envelope: &str) -> xdr::Transaction {
    match xdr::TransactionEnvelope::from_xdr_base64(envelope, xdr::Limits::none()).unwrap() {
        xdr::TransactionEnvelope::Tx(envelope) => envelope.tx,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_funded_deposit_is_signed_into_the_log_and_nothing_is_sent() {
    let world = World::new().await;
    let closed_at = START + StdDuration::from_millis(7_900);
    world.ledger.headers.tell([Ok(LedgerHeader { sequence: 50, closed_at })]);
    let (id, envelope) = world.prepared().await;
    assert_eq!(world.due().await, [("submit".to_owned(), Duration::ZERO)]);
    assert!(matches!(world.transfer(id).await.delivery, Delivery::Prepared(_)));
    assert_eq!((envelope.source, envelope.sequence), (distribution(), 101));
    // Ledger time decides, not the local clock.
    assert_eq!(envelope.max_time, START + Duration::seconds(67));
    let members: Vec<_> = envelope.members.iter().map(|member| member.transfer).collect();
    assert_eq!(members, [id]);

    let tx = transaction(&envelope.envelope);
    assert_eq!((tx.seq_num.0, tx.fee, tx.memo), (101, 200, xdr::Memo::None));
    let xdr::Preconditions::Time(bounds) = tx.cond else { panic!("unbounded") };
    assert_eq!((bounds.min_time.0, bounds.max_time.0), (0, envelope.max_time.unix_timestamp() as u64));
    let [operation] = tx.operations.as_slice() else { panic!("one payment") };
    let xdr::OperationBody::Payment(payment) = &operation.body else { panic!("a payment") };
    assert_eq!((payment.amount, &payment.asset), (990_000_000, &usdc().to_xdr()));
    assert_eq!(MuxedAccount::from_xdr(&payment.destination), user().into());
    assert!(!world.ledger.calls().iter().any(|call| call.starts_with("submit")));
}

#[tokio::test(start_paused = true)]
async fn the_fee_is_what_others_offer_within_the_base_and_the_cap() {
    use windlass_domain::ports::FeeStats;
    for (base, p90, fee) in
        [("0.00001", "0.00005", 500), ("0.00001", "0.0000001", 100), ("0.00001", "1", 10_000)]
    {
        let world = World::new().await;
        world.ledger.fees.tell([Ok(FeeStats { base: stroops(base), p90: stroops(p90) })]);
        let (_, envelope) = world.prepared().await;
        assert_eq!(transaction(&envelope.envelope).fee, fee, "p90 {p90}");
    }
}

fn with(balances: Vec<LedgerBalance>) -> LedgerAccount {
    LedgerAccount { balances, ..account(user(), 1) }
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_cannot_take_it_is_waited_for_and_paid_by_itself() {
    let unauthorized = LedgerBalance { authorized: false, ..line(usdc(), "1000") };
    let another = line(format!("USDC:{}", user()).parse().unwrap(), "1000");
    for (found, reason) in [
        (None, TrustReason::NoAccount),
        (Some(with(vec![])), TrustReason::NoTrustline),
        (Some(with(vec![another])), TrustReason::NoTrustline),
        (Some(with(vec![line(usdc(), "98.9999999")])), TrustReason::LineFull),
        (Some(with(vec![unauthorized])), TrustReason::NotAuthorized),
    ] {
        let world = World::new().await;
        world.ledger.account_is(user(), [Ok(found)]);
        let id = world.funded(Kind::Sep24Deposit, 1).await;
        for _ in 0..3 {
            assert_eq!(world.run("pay").await.unwrap(), Outcome::Settled);
            assert_eq!(world.transfer(id).await.delivery, Delivery::AwaitingTrust(reason));
            let [task] = world.tasks().await.try_into().unwrap();
            assert_eq!((task.kind.as_str(), task.attempts), ("pay", 0), "to wait is not to fail");
            assert_eq!(world.due().await[0].1, Duration::seconds(5));
            world.clock.pass(Duration::seconds(5));
        }
        world.ledger.account_is(user(), [Ok(Some(with(vec![line(usdc(), "99")])))]);
        assert_eq!(world.run("pay").await.unwrap(), Outcome::Settled);
        assert!(matches!(world.transfer(id).await.delivery, Delivery::Prepared(_)), "{reason:?}");
        let names: Vec<_> = world.log().await.into_iter().map(|event| event.event_type).collect();
        for name in ["TrustlineRequested", "TrustlineEstablished", "StellarPaymentPrepared"] {
            assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_issuer_needs_no_trustline_and_xlm_none_either() {
    for asset in [usdc(), "native".parse().unwrap()] {
        let world = World::new().await;
        let destination = if asset == usdc() { issuer() } else { user() };
        let mut found = account(destination, 1);
        if asset != usdc() {
            found.balances = vec![LedgerBalance { limit: None, ..line(asset, "0") }];
        }
        world.ledger.account_is(destination, [Ok(Some(found))]);
        let id = world.funded_as(InitiateTransfer { asset, ..to(destination) }, 1).await;
        assert_eq!(world.run("pay").await.unwrap(), Outcome::Settled);
        assert!(matches!(world.transfer(id).await.delivery, Delivery::Prepared(_)), "{asset}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_needs_a_memo_is_never_paid_without_one() {
    let muxed = MuxedAccount { account: user(), id: Some(7) };
    let with_memo = InitiateTransfer { memo: Memo::Id(9), ..to(user()) };
    for (request, paid) in [(to(user()), false), (to(muxed), true), (with_memo, true)] {
        let world = World::new().await;
        let found = LedgerAccount { memo_required: true, ..with(vec![line(usdc(), "1000")]) };
        world.ledger.account_is(user(), [Ok(Some(found))]);
        let id = world.funded_as(request.clone(), 1).await;
        world.run("pay").await.unwrap();
        let transfer = world.transfer(id).await;
        if paid {
            let tx = transaction(&world.last_envelope().await.envelope);
            assert_eq!(tx.memo, request.memo.to_xdr());
        } else {
            assert_eq!((transfer.closure, world.due().await), (Closure::Failed, vec![]));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_waits_for_its_turn_without_asking_the_ledger() {
    let world = World::new().await;
    let (_, first) = world.prepared().await;
    let second = world.funded(Kind::Sep24Deposit, 2).await;
    world.ledger.calls();
    assert!(matches!(world.run("pay").await.unwrap(), Outcome::NotYet(_)));
    assert_eq!(world.ledger.calls(), Vec::<String>::new());
    assert_eq!(world.transfer(second).await.delivery, Delivery::NotStarted);

    world.ledger.transactions.tell([Ok(Some(closed(first.hash)))]);
    world.ledger.submissions.tell([Ok(windlass_domain::ports::Submission::Closed(closed(first.hash)))]);
    world.run("submit").await.unwrap();
    world.clock.pass(Duration::SECOND);
    assert_eq!(world.run("pay").await.unwrap(), Outcome::Settled);
    // The replica lags: the number comes from the log all the same.
    assert_eq!(world.last_envelope().await.sequence, 102);
}

#[tokio::test(start_paused = true)]
async fn a_dead_envelopes_number_is_taken_again() {
    let world = World::new().await;
    let (id, first) = world.submitted().await;
    let proof =
        DeathProof { ledger: 90, closed_at: first.max_time + Duration::SECOND, account_sequence: 100 };
    let lease = world.lease("submit").await;
    world.commands.settle_transaction(first.hash, Settled::Dead(proof), &lease).await.unwrap();
    world.ledger.headers.tell([Ok(LedgerHeader { sequence: 91, closed_at: START + Duration::minutes(2) })]);
    assert_eq!(world.run("pay").await.unwrap(), Outcome::Settled);
    let second = world.last_envelope().await;
    assert_ne!(second.hash, first.hash);
    assert_eq!((second.sequence, world.transfer(id).await.attempts), (first.sequence, 2));
}

/// A log that lost its end, or somebody else who signs: paying on could pay twice.
#[tokio::test(start_paused = true)]
async fn where_the_ledger_is_ahead_of_the_log_payments_stop() {
    let world = World::new().await;
    let (_, first) = world.submitted().await;
    let lease = world.lease("submit").await;
    world
        .commands
        .settle_transaction(first.hash, Settled::Confirmed(closed(first.hash)), &lease)
        .await
        .unwrap();
    let id = world.funded(Kind::Sep24Deposit, 2).await;
    world.ledger.account_is(distribution(), [Ok(Some(account(distribution(), 102)))]);
    let stopped = world.run("pay").await;
    assert!(matches!(stopped, Err(StepError::NeedsOperator(_))), "{stopped:?}");
    assert_eq!(world.transfer(id).await.delivery, Delivery::NotStarted);
}

/// Between the two questions another process prepares a payment, and it comes into a ledger.
#[tokio::test(start_paused = true)]
async fn another_process_that_pays_meanwhile_is_no_stranger() {
    let world = std::sync::Arc::new(World::new().await);
    let (_, first) = world.submitted().await;
    let lease = world.lease("submit").await;
    world
        .commands
        .settle_transaction(first.hash, Settled::Confirmed(closed(first.hash)), &lease)
        .await
        .unwrap();
    let theirs = world.funded(Kind::Sep24Deposit, 2).await;
    let elsewhere = world.lease("pay").await;
    assert_eq!(elsewhere.key, theirs.to_string());
    let ours = world.funded(Kind::Sep24Deposit, 3).await;
    world.ledger.account_is(distribution(), [Ok(Some(account(distribution(), 102)))]);
    let other = world.clone();
    world.ledger.meanwhile(distribution(), async move {
        let (payment, mut envelope) = (other.commands.transfer(theirs).await.unwrap(), first);
        envelope.sequence = 102;
        envelope.hash = windlass_stellar::TransactionHash::from_bytes([9; 32]);
        envelope.members = vec![windlass_domain::stellar_transaction::Member { transfer: theirs }];
        let payment = windlass_domain::transfer::PreparedPayment {
            hash: envelope.hash,
            destination: payment.initiated.as_ref().unwrap().stellar_account,
            asset: usdc(),
            amount: stroops("99"),
            memo: Memo::None,
        };
        let hash = envelope.hash;
        other.commands.prepare_payment(theirs, payment, envelope, &elsewhere).await.unwrap();
        let lease = other.lease("submit").await;
        other.commands.record_submitted(hash, &lease).await.unwrap();
        other.commands.settle_transaction(hash, Settled::Confirmed(closed(hash)), &lease).await.unwrap();
    });
    assert_eq!(world.run("pay").await.unwrap(), Outcome::Settled);
    let envelope = world.last_envelope().await;
    assert_eq!((envelope.sequence, envelope.members[0].transfer), (103, ours));
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_fails_leaves_all_as_it_was() {
    let wait = || LedgerError::RateLimited(StdDuration::from_secs(3));
    for error in [unavailable(), wait(), LedgerError::Malformed("<html>".to_owned())] {
        let break_it: [fn(&World, LedgerError); 4] = [
            |world, error| world.ledger.account_is(user(), [Err(error)]),
            |world, error| world.ledger.account_is(distribution(), [Err(error)]),
            |world, error| world.ledger.fees.tell([Err(error)]),
            |world, error| world.ledger.headers.tell([Err(error)]),
        ];
        for break_it in break_it {
            let world = World::new().await;
            let _funded = world.funded(Kind::Sep24Deposit, 1).await;
            let log = world.log().await;
            break_it(&world, error.clone());
            match (world.run("pay").await, &error) {
                (Err(StepError::Transient(_)), _) => {}
                (Err(StepError::Wait(wait)), LedgerError::RateLimited(asked)) => assert_eq!(wait, *asked),
                other => panic!("{other:?}"),
            }
            assert_eq!(world.log().await, log);
        }
    }
    let world = World::new().await;
    world.ledger.account_is(distribution(), [Ok(None)]);
    let _funded = world.funded(Kind::Sep24Deposit, 1).await;
    assert!(matches!(world.run("pay").await, Err(StepError::Transient(_))), "it may yet be funded");
}

#[tokio::test(start_paused = true)]
async fn without_the_key_an_operator_is_needed() {
    let mut world = World::new().await;
    world.ports = Ports { keyring: Keyring::default().into(), ..world.ports };
    let _funded = world.funded(Kind::Sep24Deposit, 1).await;
    let stopped = world.run("pay").await;
    assert!(matches!(stopped, Err(StepError::NeedsOperator(_))), "{stopped:?}");
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_or_is_paid_needs_nothing() {
    let world = World::new().await;
    let id = world.funded(Kind::Sep24Deposit, 1).await;
    let lease = world.lease("pay").await;
    world.commands.fail(id, "code", "Message.", &crate::world::anybody()).await.unwrap();
    world.clock.pass(Duration::minutes(3));
    drop(lease);
    assert_eq!(world.run("pay").await.unwrap(), Outcome::Finished);
    assert_eq!(world.ledger.calls(), Vec::<String>::new());
}
